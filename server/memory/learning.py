"""Reads a check-in's journal for what is worth remembering: from answers, triggers and plain words, by rules. Pure.

The same journal and the same rules give the same facts, whenever it is read.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from server.memory.facts import Claim, Episode, Line
from server.memory.rules import Rule, Rules
from server.vocabulary import events as e

_AMOUNT = re.compile(r"(\d+(?:\.\d+)?(?:/\d+)?) ([A-Za-z/%]+)")
_MODEL = "language model"
"""`TriggerFired.rule` of a flag that a language model raised."""
_NO_ANSWERS = ("disputed", "forgotten")
"""How a question closes whose memory was amended; the amendment itself says what to do."""
_SAID, _FIRED, _ANSWERED, _ASKED = range(4)
"""Of several readings of one turn, the last of these counts: a question about the very thing knows best."""


@dataclass(frozen=True)
class Found:
    """A claim, and how far it may be trusted."""

    claim: Claim
    rank: int
    conflict: bool = False
    """The chart says otherwise."""
    proposed: bool = False
    """A language model read it."""


@dataclass(frozen=True)
class Learned:
    """What a check-in leaves behind."""

    found: tuple[Found, ...]
    """At most one of each line."""
    amendments: tuple[e.MemoryAmended, ...]
    """What the patient made of memories; each once, as it was last said."""
    unanswered: frozenset[Line]
    """Lines that were asked about and got no answer."""
    episode: Episode


def learn(events: Sequence[e.Event], rules: Rules) -> Learned:
    """All of it; the journal is of a check-in that is over."""
    read = _Reading(events, rules)
    best: dict[Line, Found] = {}
    for one in sorted(read.every(), key=lambda found: (found.claim.turn, found.rank)):
        before = best.get(one.claim.line)
        if before is not None and not one.claim.aspect:
            one = replace(one, claim=replace(one.claim, aspect=before.claim.aspect))
        best[one.claim.line] = one
    amendments = {event.memory: event for event in events if isinstance(event, e.MemoryAmended)}
    return Learned(
        tuple(best.values()),
        tuple(amendments.values()),
        frozenset(read.unanswered()),
        _episode(events),
    )


class _Reading:
    """One journal, indexed."""

    def __init__(self, events: Sequence[e.Event], rules: Rules) -> None:
        self._rules = rules
        self._turns = {event.turn: event for event in events if isinstance(event, e.PatientTurn)}
        self._closed = {event.objective: event for event in events if isinstance(event, e.ObjectiveClosed)}
        self._fired = [event for event in events if isinstance(event, e.TriggerFired)]

    def every(self) -> Iterator[Found]:
        """Everything found, also of the same line."""
        for rule in self._rules.rules:
            yield from self._answers(rule)
            yield from (self._of_trigger(rule, event) for event in self._fired if self._counts(rule, event))
            if rule.says_so is not None and not rule.guardrails:
                yield from self._said(rule)

    def unanswered(self) -> Iterator[Line]:
        for closed in self._closed.values():
            question, _, subject = closed.objective.partition(":")
            rule = next((rule for rule in self._rules.rules if rule.asks == question), None)
            if rule is not None and closed.status in ("refused", "unable"):
                yield subject, rule.id

    def _answers(self, rule: Rule) -> Iterator[Found]:
        for closed in self._closed.values():
            question, _, subject = closed.objective.partition(":")
            if question in rule.questions and closed.status == "met" and closed.answer not in _NO_ANSWERS:
                yield self._of_answer(rule, closed, subject, _ASKED if question == rule.asks else _ANSWERED)

    def _of_answer(self, rule: Rule, closed: e.ObjectiveClosed, subject: str, rank: int) -> Found:
        texts = [self._text(turn) for turn in reversed(closed.turns)]
        aspect = next((found for text in texts if (found := rule.aspect_of(text))), "")
        amount = _AMOUNT.fullmatch(closed.answer)
        value, unit = (amount[1], amount[2]) if amount else (closed.answer, "")
        turn = max(closed.turns, default=0)
        advised = self._read_by_model(turn, closed.answer)
        claim = Claim(
            subject=subject,
            predicate=rule.id,
            value=value,
            unit=unit,
            aspect=aspect,
            quote=texts[0] if texts else "",
            turn=turn,
            confidence=self._rules.confidence_model if advised else self._rules.confidence_rules,
        )
        conflict = any(event.trigger in rule.conflicts and event.turn in closed.turns for event in self._fired)
        return Found(claim, rank, conflict, advised)

    def _read_by_model(self, turn: int, answer: str) -> bool:
        """A model is asked where the rules read nothing; what it read then is its own, until a person says otherwise."""
        said = self._turns.get(turn)
        return said is not None and said.advice is not None and bool(answer) and said.advice.reading == answer

    @staticmethod
    def _counts(rule: Rule, event: e.TriggerFired) -> bool:
        if event.trigger not in rule.guardrails or event.rule.startswith("answer "):
            return False
        return rule.says_so is None or rule.says_so(event.quote)

    def _of_trigger(self, rule: Rule, event: e.TriggerFired) -> Found:
        return self._of_words(rule, event.quote, event.turn, _FIRED, proposed=event.rule == _MODEL)

    def _said(self, rule: Rule) -> Iterator[Found]:
        for turn in self._turns.values():
            if rule.says_so is not None and rule.says_so(turn.text):
                yield self._of_words(rule, turn.text, turn.turn, _SAID, proposed=False)

    def _of_words(self, rule: Rule, words: str, turn: int, rank: int, *, proposed: bool) -> Found:
        sure = self._rules.confidence_model if proposed else self._rules.confidence_rules
        aspect = rule.aspect_of(words)
        claim = Claim(predicate=rule.id, value=rule.found, aspect=aspect, quote=words, turn=turn, confidence=sure)
        return Found(claim, rank, proposed=proposed)

    def _text(self, turn: int) -> str:
        said = self._turns.get(turn)
        return said.text if said is not None else ""


def _episode(events: Sequence[e.Event]) -> Episode:
    closed = {event.objective: event for event in events if isinstance(event, e.ObjectiveClosed)}
    return Episode(
        persona=next((event.persona for event in events if isinstance(event, e.CheckInStarted)), ""),
        end_reason=next((event.reason for event in events if isinstance(event, e.CheckInEnded)), ""),
        turns=sum(isinstance(event, e.PatientTurn) for event in events),
        objectives=tuple((one.objective, one.status) for one in closed.values()),
        escalations=tuple(
            (event.tier.value, event.trigger) for event in events if isinstance(event, e.EscalationRequested)
        ),
        unanswered=tuple(event.text for event in events if isinstance(event, e.QuestionUnanswered)),
    )
