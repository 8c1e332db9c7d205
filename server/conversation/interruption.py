"""What was talked over, and turns that were taken for finished too early. Never assumes that what was said was heard."""

from dataclasses import replace

from server.conversation.agenda import open_question
from server.conversation.heard import hear
from server.conversation.state import Decision, State, Visit
from server.conversation.wording import approved_sentences, must_hear, render
from server.persona.pack import Pack

_WEIGHTY = frozenset(
    "not no never none nothing without avoid except only unless until before after less more least most half once twice "
    "call phone tell ask take stop keep hold start skip wait go come sit lie stand rest drink eat check weigh write use put "
    "bring press get stay must should need have please dont do".split()
)
"""Words that turn a sentence round, measure it or tell someone to do something; numbers are digits by then."""
HEARD_SHARE = 0.5
"""A question of which less than half was played cannot have been understood."""


def on_cut_off(pack: Pack, visit: Visit, state: State, planned: str, heard: str) -> Decision | None:
    """`planned`: one sentence; `heard`: as much of it as was played. None when nothing is lost by going on.

    The decision has no lines: what must still be heard comes first in the next reply.
    """
    if state.mode == "ended" or len(hear(heard).words) >= len(hear(planned).words):
        return None
    instruction = must_hear(pack, visit, planned)
    if instruction and not (pack.lines[instruction[0]].repeat_once and instruction[0] in state.repeated):
        again = (*(one for one in state.again if one != instruction), instruction)
        return Decision(replace(state, again=again))
    if not instruction and _matters(pack, visit, state, planned, heard):
        return Decision(replace(state, again_words=(*state.again_words, planned)))
    if _is_open_question(pack, visit, state, planned) and not _understandable(planned, heard):
        return Decision(replace(state, unheard=True))
    return None


def unheard(pack: Pack, seconds: float) -> bool:
    """Whether a reply cut off after so many seconds got no further than its first words: the patient, who spoke on, is
    still in the same turn."""
    return seconds < pack.numbers.unheard_seconds.value


def _matters(pack: Pack, visit: Visit, state: State, planned: str, heard: str) -> bool:
    """Whether a sentence that is no script lost a negation, a number or an instruction: cut off there, it may have said
    the opposite. Scripts say for themselves what must be heard."""
    if planned in state.again_words or planned in state.repeated_words:
        return False
    lost = hear(planned).words[len(hear(heard).words) :]
    weighs = any(word in _WEIGHTY or any(letter.isdigit() for letter in word) or word.endswith("nt") for word in lost)
    return weighs and planned not in approved_sentences(pack, visit)


def merge(text_before: str, text_after: str) -> str:
    """One turn out of two halves; the caller decides it anew from the state before the first half."""
    before = text_before.rstrip()
    after = text_after.strip()
    if after[:1].islower() or before.endswith(("...", "…", ",")):
        before = before.rstrip(".…, ")
    return f"{before} {after}".strip()


def _understandable(planned: str, heard: str) -> bool:
    return len(hear(heard).words) >= HEARD_SHARE * len(hear(planned).words)


def _is_open_question(pack: Pack, visit: Visit, state: State, planned: str) -> bool:
    ask = open_question(pack, visit, state)
    if ask is None:
        return False
    asked = [(ask.question.ask, ask.slots), (ask.question.again, ask.slots)]
    if state.read_back:
        asked.append((state.read_back.script, dict(state.read_back.slots)))
    return any(line.text == planned for name, slots in asked for line in render(pack, visit, name, 0, slots))
