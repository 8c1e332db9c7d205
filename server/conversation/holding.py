"""Words that trail off on a clinical topic: silence, then one invitation to go on that names no emotion.

What the patient says next goes on with those words, and the whole is judged as one turn; nothing that was said is lost.
"""

from dataclasses import replace

from server.conversation.answers import Reading, find_request, rest_of, yes_or_no
from server.conversation.cues import is_clinical
from server.conversation.heard import Heard, hear
from server.conversation.interruption import merge
from server.conversation.reply import Reply
from server.conversation.state import Held, State
from server.persona.named import Said
from server.persona.pack import Pack, Question


def taken_up(pack: Pack, state: State, text: str) -> str:
    """The words to be judged: with those that were held, unless the patient only said that there is no more, or is."""
    held = state.noticed.held
    if held is None:
        return text
    return {Reading.NO: held.words, Reading.YES: text}.get(_reply_to_probe(pack, held, text)) or merge(held.words, text)


def says_there_is_more(pack: Pack, state: State, text: str) -> bool:
    """A bare yes to the invitation: there is more, and it is still to be said."""
    held = state.noticed.held
    return held is not None and _reply_to_probe(pack, held, text) is Reading.YES


def was_probed(state: State) -> bool:
    """Whether what the patient says now replies to the invitation, not to the open question."""
    return state.noticed.held is not None and state.noticed.held.probes > 0


def hold(reply: Reply, heard: Heard) -> bool:
    """Keep these words back where they trailed off on a clinical topic; True when nothing is to be said to them yet."""
    state, cue = reply.state, reply.state.noticed.trails
    if not cue or reply.lines or reply.hits or state.queue or state.read_back:
        return False
    if find_request(reply.pack, heard) or not is_clinical(reply.pack, reply.visit, state):
        return False
    reply.checked(cue)
    reply.change(noticed=replace(reply.state.noticed, held=Held(reply.words, cue)))
    return True


def next_probe(pack: Pack, state: State) -> float | None:
    """Seconds of silence after which a patient whose words are held is invited to go on; None where nobody is."""
    held = state.noticed.held
    wait = pack.cues[held.cue].wait if held is not None and held.probes == 0 else None
    return wait.value if wait is not None else None


def probe(reply: Reply) -> bool:
    """Invite the patient to go on, in other words the second time; False where no words are held."""
    held = reply.state.noticed.held
    question = _probing(reply.pack, held) if held is not None else None
    if held is None or question is None:
        return False
    reply.say(question.again if held.probes else question.ask)
    _probed(reply, held)
    return True


def ask_for_more(reply: Reply) -> None:
    """There is more: the patient is asked for it in plain words."""
    held = reply.state.noticed.held
    if held is not None:
        _probed(reply, held)
    reply.say(Said.CUE_MORE)


def _probed(reply: Reply, held: Held) -> None:
    reply.change(noticed=replace(reply.state.noticed, held=replace(held, probes=held.probes + 1)))


def _probing(pack: Pack, held: Held) -> Question | None:
    name = pack.cues[held.cue].probes
    return pack.staying[name] if name is not None else None


def _reply_to_probe(pack: Pack, held: Held, text: str) -> Reading:
    """A short yes or no to the invitation itself, in words that say nothing else."""
    heard, question = hear(text), _probing(pack, held)
    if not held.probes or question is None or len(heard.words) > int(pack.numbers.short_answer_words.value):
        return Reading.UNCLEAR
    answers = pack.answers
    nothing = (*question.also_no, *answers.any_yes, *answers.no, *answers.denial, *answers.plain, *answers.filler)
    return Reading.UNCLEAR if rest_of(pack, heard.text, nothing) else yes_or_no(pack, question, heard)
