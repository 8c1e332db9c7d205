"""Takes check-ins that are over into memory, behind everybody's back: by a pack's rules, once each, from the journal.

What was left undone when the service went down is taken up when it starts: the journal is all that is needed.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

from server.checkin.journal import CONDUCTOR
from server.conversation.recalling import aspect_of, said_in
from server.memory import memory, store
from server.memory.rules import Rule, Rules
from server.persona.memory_rules import Remember
from server.persona.pack import Pack
from server.record import checkins, journal
from server.record.database import Database
from server.record.privacy import log
from server.record.transaction import Transaction
from server.vocabulary.ids import CheckInId

_logger = logging.getLogger(__name__)


class Remembering:
    """Owns the task that writes memory; `wake` it when a check-in has ended."""

    def __init__(self, database: Database, packs: Mapping[str, Pack], look_every: float = 600.0) -> None:
        """`look_every`: seconds between looks for check-ins that ended in another process; nothing urgent hangs on it."""
        self._database = database
        self._rules = {name: rules_of(pack) for name, pack in packs.items()}
        self._look_every = look_every
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin with what was left undone."""
        self._woken.set()
        self._task = asyncio.create_task(self._run(), name="remembering")

    def wake(self) -> None:
        """A check-in has ended."""
        self._woken.set()

    async def close(self) -> None:
        """Stop; what is not written yet is written after the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def take_in_all(self) -> int:
        """Write whatever is waiting; how many check-ins that were."""
        waiting = await self._database.run(lambda tx: store.waiting(tx, CONDUCTOR))
        return sum([await self._take_in(checkin) for checkin in waiting])

    async def _run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._look_every):
                    await self._woken.wait()
            except TimeoutError:
                pass
            self._woken.clear()
            try:
                await self.take_in_all()
            except Exception as error:  # noqa: BLE001  the root of the task: what fails now may work at the next look
                log(_logger, logging.ERROR, "memory_failed", error=type(error).__name__)

    async def _take_in(self, checkin: CheckInId) -> bool:
        try:
            return await self._database.run(lambda tx: take_in(tx, checkin, self._rules))
        except Exception as error:  # noqa: BLE001  one that cannot be written must not keep the others from it
            log(_logger, logging.ERROR, "memory_failed", checkin=checkin, error=type(error).__name__)
            return False


def take_in(tx: Transaction, checkin: CheckInId, rules: Mapping[str, Rules]) -> bool:
    """One check-in, whole; without its pack only what happened is kept. Raises Unreadable."""
    row = checkins.get(tx, CONDUCTOR, checkin)
    events = [entry.event for entry in journal.read(tx, CONDUCTOR, checkin)]
    began = row.started_at or row.created_at
    known = rules.get(row.persona, NOTHING)
    return memory.take_in(tx, CONDUCTOR, row.patient, checkin, events, known, began)


NOTHING = Rules((), 1, timedelta(0), 0.0, 0.0)
"""The rules of a pack that is not loaded."""


def rules_of(pack: Pack) -> Rules:
    """A pack's rules for remembering, with its own ears."""
    told = pack.memory
    return Rules(
        tuple(_rule(pack, one) for one in told.remember),
        int(told.asked_max.value),
        timedelta(days=told.kept_days.value),
        told.confidence_rules.value,
        told.confidence_model.value,
    )


def titles_of(packs: Iterable[Pack]) -> tuple[dict[str, str], dict[str, str]]:
    """What staff call each rule, and each aspect as `rule.aspect`."""
    rules = [rule for pack in packs for rule in pack.memory.remember]
    aspects = {f"{rule.id}.{one.id}": one.title for rule in rules for one in rule.aspects}
    return {rule.id: rule.title for rule in rules}, aspects


def _rule(pack: Pack, one: Remember) -> Rule:
    return Rule(
        id=one.id,
        questions=one.questions,
        guardrails=one.guardrails,
        found=one.found,
        over=one.over,
        asks=one.asks or "",
        only_conflicts=one.only_conflicts,
        conflicts=one.conflicts,
        says_so=_says_so(pack, one),
        aspect_of=lambda text: aspect_of(pack, one, text),
    )


def _says_so(pack: Pack, one: Remember) -> Callable[[str], bool] | None:
    return (lambda text: said_in(pack, one.said, text)) if one.said else None
