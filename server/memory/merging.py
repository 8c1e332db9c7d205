"""What becomes of what is known when a check-in leaves something behind. Pure: what is held and what was learned in, the
changes out.

A version is never overwritten: it ends, and another begins. The patient's words never end what the chart or the staff say;
the two stand side by side, and the next check-in asks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from server.memory.facts import Claim, Ending, Fact, Line, Matter, Source, State, Thread
from server.memory.learning import Found, Learned
from server.memory.rules import Rules
from server.vocabulary.events import MemoryAmended

CHART: tuple[Source, ...] = ("chart",)
"""What the chart says is never ended by what a patient says."""
STAFF: tuple[Source, ...] = ("chart", "staff")
"""Nor can a patient take back what staff vouch for; how it is today is a fact of its own, and ends it in time."""


@dataclass(frozen=True)
class Put:
    """A version to be recorded."""

    claim: Claim
    state: State
    source: Source
    valid_from: datetime
    valid_to: datetime | None = None
    confirmed_by: str | None = None


@dataclass
class Changes:
    """What is to be written, all of it together."""

    ends: dict[str, Ending] = field(default_factory=dict)
    """Facts whose version ends."""
    puts: list[Put] = field(default_factory=list)
    opens: dict[Line, Matter] = field(default_factory=dict)
    closes: dict[str, str] = field(default_factory=dict)
    """Threads, and how they close."""
    asked: list[str] = field(default_factory=list)
    """Threads that were asked about in vain."""
    forgets: list[Line] = field(default_factory=list)
    """Lines of which nothing is kept."""


def merge(held: Iterable[Fact], threads: Sequence[Thread], learned: Learned, rules: Rules, at: datetime) -> Changes:
    """`held`: what is known now; `at`: when the check-in began, from which on its facts hold."""
    book = _Book(held, threads, rules, at)
    for amendment in learned.amendments:
        book.amend(amendment)
    for found in learned.found:
        book.take(found)
    for thread in threads:
        if thread.matter.line in learned.unanswered and thread.id not in book.changes.closes:
            book.count(thread)
    return book.changes


def updated(fact: Fact, valid_to: datetime) -> Put:
    """The same fact, known now to have ended."""
    return Put(fact.claim, fact.state, fact.source, fact.valid_from, valid_to, fact.confirmed_by)


class _Book:
    """What is held while the changes are put together."""

    def __init__(self, held: Iterable[Fact], threads: Sequence[Thread], rules: Rules, at: datetime) -> None:
        known = [fact for fact in held if fact.known_to is None]
        self._by_id = {fact.id: fact for fact in known}
        self._current = {f.claim.line: f for f in known if f.valid_to is None and f.state in ("held", "conflict")}
        self._threads = threads
        self._rules = rules
        self._at = at
        self._forgotten: dict[Line, int] = {}
        """Lines that the patient wants forgotten, and the turn in which."""
        self.changes = Changes()

    def amend(self, amendment: MemoryAmended) -> None:
        fact = self._by_id.get(amendment.memory)
        if fact is None:
            return
        line = fact.claim.line
        if amendment.change == "forgotten":
            self._forgotten[line] = amendment.turn
            self.changes.forgets.append(line)
            self._current.pop(line, None)
            self._threads = [thread for thread in self._threads if thread.matter.line != line]
            return
        claim = replace(fact.claim, quote=amendment.quote)
        if amendment.change == "corrected":
            claim = replace(claim, aspect=amendment.aspect)
        if fact.source in STAFF:
            self._beside(claim, self._at, state="disputed" if amendment.change == "disputed" else "conflict")
            return
        state: State = "held" if amendment.change == "corrected" else "disputed"
        self.changes.ends[fact.id] = "corrected" if amendment.change == "corrected" else "disputed"
        put = Put(claim, state, "patient", fact.valid_from)
        self.changes.puts.append(put)
        if state == "held":
            self._current[line] = _as_fact(fact, put)
        else:
            self._current.pop(line, None)
            self._close(line, "disputed")

    def take(self, found: Found) -> None:
        claim, line = found.claim, found.claim.line
        if claim.turn <= self._forgotten.get(line, -1):
            return
        before = self._current.get(line)
        if found.proposed:
            self.changes.puts.append(Put(claim, "proposed", "llm-proposal", self._at))
            return
        if before is not None and not claim.aspect:
            claim = replace(claim, aspect=before.claim.aspect)
        if before is not None and before.source in CHART and not claim.says_as(before.claim):
            self._beside(claim, self._at, state="conflict")
            return
        if before is None or not claim.says_as(before.claim):
            self._replace(before, Put(claim, "conflict" if found.conflict else "held", "patient", self._at))
        self._follow_up(claim, found.conflict)

    def count(self, thread: Thread) -> None:
        """It was asked about and not answered; some day it is let go."""
        if thread.matter.asked + 1 >= self._rules.asked_max:
            self.changes.closes[thread.id] = "let_go"
        else:
            self.changes.asked.append(thread.id)

    def _replace(self, before: Fact | None, put: Put) -> None:
        if before is not None:
            written = [one for one in self.changes.puts if before.id == _PENDING and one.claim is before.claim]
            if written:  # corrected in this very check-in: one version for what it was, one for what it is
                self.changes.puts.remove(written[0])
            else:
                self.changes.ends[before.id] = "superseded"
            self.changes.puts.append(updated(before, self._at))
        self.changes.puts.append(put)

    def _beside(self, claim: Claim, since: datetime, *, state: State) -> None:
        """The patient's word beside what the chart or the staff say: both stay, and it is asked about."""
        self.changes.puts.append(Put(claim, state, "patient", since))
        self._open(claim, "conflict")

    def _follow_up(self, claim: Claim, conflict: bool) -> None:
        rule = self._rules.of(claim.predicate)
        if rule is None or not rule.asks:
            return
        if _written(claim) in rule.over or (rule.only_conflicts and not conflict):
            self._close(claim.line, "settled")
        else:
            self._open(claim, "conflict" if conflict else "follow_up")

    def _open(self, claim: Claim, kind: str) -> None:
        rule = self._rules.of(claim.predicate)
        fresh = [thread for thread in self._threads if self._at - thread.opened_at <= self._rules.kept]
        known = any(thread.matter.line == claim.line for thread in fresh)
        if rule is not None and rule.asks and not known:
            self.changes.opens[claim.line] = Matter(
                "conflict" if kind == "conflict" else "follow_up", rule.id, claim.subject
            )

    def _close(self, line: Line, how: str) -> None:
        self.changes.opens.pop(line, None)
        self.changes.closes |= {thread.id: how for thread in self._threads if thread.matter.line == line}


_PENDING = ""
"""Id of a version that is not recorded yet."""


def _as_fact(before: Fact, put: Put) -> Fact:
    return replace(before, id=_PENDING, claim=put.claim, state=put.state, source=put.source)


def _written(claim: Claim) -> str:
    return f"{claim.value} {claim.unit}".strip()
