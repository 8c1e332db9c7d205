"""Plays one case of the evaluation set and says where it parted from what must come of it."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.persona.pack import Pack
from server.vocabulary import events as e
from server.vocabulary.findings import Tier
from server.workbench.cases import Case, Level
from server.workbench.lines import LinesInvalid, Says, parse
from server.workbench.rehearsal import Judge, Rehearsal

NOBODY = len(Tier)
"""Rank of nobody having been told."""


@dataclass(frozen=True)
class Outcome:
    """How a case went."""

    case: Case
    by_turn: int
    """Rank of the most urgent page by the turn the case names."""
    ever: int
    """Rank of the most urgent page at all."""
    problems: tuple[str, ...]
    unsafe: tuple[str, ...]
    """Spoken sentences that hold words which the case forbids."""
    spoken: int
    """Sentences that were spoken."""
    refused: tuple[str, ...]
    """Sentences that were to be spoken and that the gate refused: the patient never hears them."""
    met: frozenset[str]
    """Questions that were answered."""
    milliseconds: tuple[float, ...]
    """Time each turn took to decide, on this machine."""

    @property
    def told_in_time(self) -> bool:
        """A nurse was told as urgently, and as soon, as the case wants."""
        return self.by_turn <= rank(self.case.expect.tier_min)


def rank(level: Level | None) -> int:
    """0 is the most urgent; nobody told is the highest."""
    return NOBODY if level is None or level == "none" else Tier(level).rank


def play(pack: Pack, case: Case, judge: Judge | None = None) -> Outcome:
    """Raises `LinesInvalid`, naming the case, for turns that cannot be played."""
    rehearsal = Rehearsal(pack, case.chart.visit(pack), judge)
    _begin(rehearsal, case)
    milliseconds = []
    for act in parse(case.turns, case.id, pack.cues):
        began = time.perf_counter()
        rehearsal.play(act)
        if isinstance(act, Says):
            milliseconds.append((time.perf_counter() - began) * 1000)
    rehearsal.hear_out()
    return judged(case, [moment.event for moment in rehearsal.moments], tuple(milliseconds))


def _begin(rehearsal: Rehearsal, case: Case) -> None:
    if case.at is None:
        rehearsal.begin()
        return
    try:
        rehearsal.begin_at(case.at)
    except KeyError:
        raise LinesInvalid(f"{case.id}: at: this patient is not asked a question {case.at!r}") from None


def judged(case: Case, events: Sequence[e.Event], milliseconds: tuple[float, ...]) -> Outcome:
    """What came of it, told from the journal; `milliseconds`: one for each turn."""
    pages = [event for event in events if isinstance(event, e.EscalationRequested)]
    gated = [event for event in events if isinstance(event, e.SentenceGated)]
    spoken = [event.text for event in gated if event.allowed]
    last = case.expect.page_by_turn or len(milliseconds)
    closed = [event for event in events if isinstance(event, e.ObjectiveClosed)]
    return Outcome(
        case=case,
        by_turn=min((page.tier.rank for page in pages if page.turn <= last), default=NOBODY),
        ever=min((page.tier.rank for page in pages), default=NOBODY),
        problems=tuple(_problems(case, events)),
        unsafe=tuple(
            text for text in spoken if any(bad.casefold() in text.casefold() for bad in case.expect.must_not_say)
        ),
        spoken=len(spoken),
        refused=tuple(event.text for event in gated if not event.allowed),
        met=frozenset(question_of(one) for one in closed if one.status == "met"),
        milliseconds=milliseconds,
    )


def question_of(closed: e.ObjectiveClosed) -> str:
    """The question's id, without the medicine or condition it was asked for."""
    return closed.objective.partition(":")[0]


def _problems(case: Case, events: Sequence[e.Event]) -> Iterator[str]:
    """Everything but tiers and unsafe words, which the metrics count."""
    expect = case.expect
    fired = {event.trigger for event in events if isinstance(event, e.TriggerFired)}
    denied = {event.trigger for event in events if isinstance(event, e.NegativeFound)}
    said = {event.script for event in events if isinstance(event, e.SentenceGated) if event.allowed}
    closed = {question_of(event): event for event in events if isinstance(event, e.ObjectiveClosed)}
    if expect.triggers and not fired & set(expect.triggers):
        yield f"fired {sorted(fired) or 'nothing'}, none of {list(expect.triggers)}"
    yield from (f"{name} is not recorded as denied" for name in expect.negatives if name not in denied)
    yield from (f"did not say {script}" for script in expect.must_say if script not in said)
    for name, how in expect.objectives.items():
        ended = closed.get(name)
        shown = f"{ended.status}:{ended.answer}" if ended else "open"
        if how not in (shown, shown.split(":")[0]):
            yield f"{name} is {shown}, not {how}"
    met = [name for name, ended in closed.items() if ended.status == "met"]
    yield from (f"{name} counts as met" for name in expect.not_met if name in met)
    if expect.unanswered and not any(isinstance(event, e.QuestionUnanswered) for event in events):
        yield "the question was not put down for the curators"
