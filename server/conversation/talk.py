"""Where a language model may speak in its own words. Decides; says nothing.

Free talk acknowledges a story. Where the caller has approved passages it also answers a question from them; a check-in has
none so far, so that there every question gets its approved line. It takes the place of lines that the pack lists as
`own_words`, or comes before them; it never touches a question, an instruction, a refusal or anything said in an emergency,
and what is not said by the model in time is said by the script.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from server.conversation.agenda import open_question
from server.conversation.heard import hear
from server.conversation.state import Decision, State, Visit
from server.persona.named import Fired, Said
from server.persona.pack import Pack, Question
from server.vocabulary.findings import Tier
from server.vocabulary.speech import Line, Passage


@dataclass(frozen=True)
class Talk:
    """A reply with a place for free talk."""

    kind: Literal["acknowledge", "answer"]
    before: tuple[Line, ...]
    """Said first in any case."""
    instead_of: tuple[Line, ...]
    """Said in this place where the model has nothing to say; empty where talk only comes before the rest."""
    after: tuple[Line, ...]
    passages: tuple[Passage, ...] = ()


def plan(
    pack: Pack, visit: Visit, before: State, decision: Decision, text: str, passages: Sequence[Passage] = ()
) -> Talk | None:
    """The place for free talk in the reply to `text`, or None where every word stays the script's."""
    if not _is_calm(pack, visit, before, decision) or not decision.lines:
        return None
    if decision.answered is not None:
        return None  # an approved passage is told, and nothing is put before it
    if decision.unanswered is not None:
        return _answer(pack, decision.lines, passages) if passages else None
    if len(hear(text).words) < pack.talk.numbers.story_words.value:
        return None
    return _acknowledge(pack, decision.lines)


def _is_calm(pack: Pack, visit: Visit, before: State, decision: Decision) -> bool:
    """No danger is named, asked about or just denied, and the conversation goes on."""
    named = [hit for hit in decision.hits if hit.trigger != Fired.KB_NO_ANSWER] or decision.negatives
    if before.mode != "routine" or decision.state.mode != "routine" or named:
        return False
    asks = [open_question(pack, visit, state) for state in (before, decision.state)]
    return not decision.state.queue and not any(ask and asks_about_emergency(pack, ask.question) for ask in asks)


def asks_about_emergency(pack: Pack, question: Question) -> bool:
    """Whether an answer to it, or none, can be an emergency."""
    return any(pack.guardrails[name].tier is Tier.EMERGENCY for name in question.fires())


def _acknowledge(pack: Pack, lines: tuple[Line, ...]) -> Talk | None:
    own = [line.script in pack.talk.own_words for line in lines]
    if True in own:
        first = own.index(True)
        last = next((at for at in range(first, len(own)) if not own[at]), len(own))
        return Talk("acknowledge", lines[:first], lines[first:last], lines[last:])
    # What was talked over comes before anything new, so nothing may be put before it.
    opening = pack.lines.get(lines[0].script)
    return None if opening is None or opening.must_hear else Talk("acknowledge", (), (), lines)


def _answer(pack: Pack, lines: tuple[Line, ...], passages: Sequence[Passage]) -> Talk | None:
    answered = [at for at, line in enumerate(lines) if line.script == UNANSWERED]
    if not answered:
        return None
    first, last = answered[0], answered[-1] + 1
    return Talk("answer", lines[:first], lines[first:last], lines[last:], tuple(passages))


UNANSWERED = Said.NOTHING_UNANSWERED
"""Script that says that the guide has no answer."""
