"""Publishing: the candidate is built and checked whole, then shown, and only then one pointer moves."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import count

from server.knowledge import golden, library, questions, releases
from server.knowledge.answer import Asked
from server.knowledge.blast import Ask, BlastRadius, compare, contradictions
from server.knowledge.consulting import OpenRelease, Outcome, consult
from server.knowledge.golden import Fate, Golden, Verdict, judge, too_few
from server.knowledge.passage import Audience
from server.knowledge.releases import Override, PublishRefused, Told
from server.knowledge.revisions import Revision
from server.knowledge.rules import CurationRules
from server.knowledge.stacks import Stacks, passages_of
from server.knowledge.telling import Limits
from server.record.database import Database
from server.record.transaction import Transaction
from server.vocabulary.principals import Principal

Subjects = Callable[[str], frozenset[str]]
"""Medicines and signs that a sentence names."""
Progress = Callable[[str, int, int], None]
"""What is counted (passages, questions), how many are done, and of how many; called in the thread that works."""


def _quiet(_what: str, _done: int, _of: int) -> None:
    """Nobody waits."""


@dataclass(frozen=True)
class Proposal:
    """A candidate that was built and checked; nobody is told from it."""

    revisions: tuple[Revision, ...]
    built: OpenRelease
    radius: BlastRadius
    scratch: bool
    """Nobody works here, so that missing golden questions are told of and do not block."""

    @property
    def blocked(self) -> bool:
        """Whether it takes a clinician's override to publish it."""
        return bool(self.radius.red) or (bool(self.radius.too_few) and not self.scratch)


@dataclass(frozen=True)
class _Known:
    """What a proposal is made of."""

    revisions: list[Revision]
    goldens: list[Golden]
    past: list[tuple[str, int]]
    current: str | None
    told_now: list[Told]
    retired: frozenset[tuple[str, str]]
    scratch: bool


class Publisher:
    """Makes proposals and publishes them."""

    def __init__(self, database: Database, stacks: Stacks, rules: CurationRules, subjects: Subjects) -> None:
        self._database = database
        self._stacks = stacks
        self._rules = rules
        self._subjects = subjects
        self.limits = limits_of(rules)

    async def propose(self, principal: Principal, today: date, progress: Progress = _quiet) -> Proposal:
        """Everything a clinician should know before publishing. Raises PublishRefused, DocumentError."""
        known = await self._database.run(lambda tx: _known(tx, principal))
        return await asyncio.to_thread(self._proposed, known, today, progress)

    async def publish(self, principal: Principal, proposal: Proposal, override: Override | None = None) -> str:
        """Returns the release's id. Raises PublishRefused where the proposal is blocked and nobody overrides it."""
        if proposal.blocked and override is None:
            red, few = len(proposal.radius.red), len(proposal.radius.too_few)
            raise PublishRefused(
                f"{red} golden questions are red and {few} documents have too few; mend them, or let a clinician override"
            )
        needed = override if proposal.blocked else None
        made = await self._database.run(lambda tx: releases.prepare(tx, principal, proposal.revisions))
        await asyncio.to_thread(self._stacks.put, made, proposal.built)
        await self._database.run(lambda tx: releases.swap(tx, principal, made, needed))
        return made

    def _proposed(self, known: _Known, today: date, progress: Progress) -> Proposal:
        told = [told_of(one) for one in known.revisions]
        built = self._stacks.build(told, lambda done, of: progress("passages", done, of))
        before = self._before(known, today)
        # A golden question is looked at from two sides, and compared: it is asked once.
        asks = cache(lambda audience: cache(self._asks(built, today, audience)))
        after = _counted(asks(Audience.PATIENT), len(known.goldens) + len(known.past), progress)
        differences = compare(known.past, [one.question for one in known.goldens], before, after)
        verdicts = [self._judged(asks, one) for one in known.goldens]
        radius = BlastRadius(
            tuple(differences),
            tuple(contradictions(passages_of(told), self._subjects, self._rules.measures)),
            tuple(one for one in verdicts if one.red),
            tuple(too_few(known.goldens, [one.document for one in told], int(self._rules.goldens_min.value))),
            len(differences),
            first=before is None,
        )
        return Proposal(tuple(known.revisions), built, radius, known.scratch)

    def _before(self, known: _Known, today: date) -> Ask | None:
        if known.current is None:
            return None
        present = self._stacks.open(known.current, known.told_now)
        return lambda question: consult(present, question, Asked(today), self.limits, known.retired)

    def _asks(self, release: OpenRelease, today: date, audience: Audience) -> Ask:
        return lambda question: consult(release, question, Asked(today, audience), self.limits)

    def _judged(self, asks: Callable[[Audience], Ask], one: Golden) -> Verdict:
        fate = _fate(asks(one.audience)(one.question))
        to_patient = _fate(asks(Audience.PATIENT)(one.question))
        return judge(one, fate, to_patient, int(self._rules.golden_top.value))


def _counted(ask: Ask, of: int, progress: Progress) -> Ask:
    """Questions that are both past and golden are asked once, so that it may end a little short of `of`."""
    done = count(1)

    def asked(question: str) -> Outcome:
        progress("questions", next(done), of)
        return ask(question)

    return asked


def limits_of(rules: CurationRules) -> Limits:
    return Limits(int(rules.told_words_max.value), rules.leans_on_the_one_before)


def told_of(one: Revision) -> Told:
    return Told(one.document, one.number, one.markdown, tuple(given.name for given in one.approvals if given.name))


def _known(tx: Transaction, principal: Principal) -> _Known:
    revisions = releases.candidate(tx, principal)
    names = {one.document for one in revisions}
    current = releases.current(tx)
    return _Known(
        revisions,
        [kept.golden for kept in golden.kept(tx, principal) if kept.golden.document in names],
        questions.past(tx, principal),
        current,
        releases.told_in(tx, principal, current) if current else [],
        releases.retired_in(tx, principal, current) if current else frozenset(),
        library.is_scratch(tx),
    )


def _fate(outcome: Outcome) -> Fate:
    keys = tuple(one.passage.key for one in outcome.answer.ranked)
    return Fate(keys, outcome.citation.key if outcome.citation else "", " ".join(outcome.sentences))
