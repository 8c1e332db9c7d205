"""What a rehearsed check-in leaves behind for the next one: the same reading and merging as of a call, written nowhere."""

from collections.abc import Sequence
from datetime import UTC, datetime

from server.checkin.remembering import rules_of
from server.memory.facts import Fact
from server.memory.learning import learn
from server.memory.memory import memories_of
from server.memory.merging import Changes, merge
from server.persona.pack import Pack
from server.vocabulary.events import Event
from server.vocabulary.memories import Memory

_THEN = datetime(2000, 1, 1, tzinfo=UTC)
"""A rehearsal has a time of its own; nothing here depends on when it was."""


def remembered_after(pack: Pack, events: Sequence[Event]) -> tuple[Memory, ...]:
    """What the next check-in of somebody with no other memory is handed."""
    rules = rules_of(pack)
    changes = merge((), (), learn(events, rules), rules, _THEN)
    return memories_of(list(changes.opens.values()), _facts(changes))


def _facts(changes: Changes) -> list[Fact]:
    return [
        Fact(
            id=f"rehearsed-{number}",
            checkin=None,
            claim=put.claim,
            state=put.state,
            source=put.source,
            valid_from=put.valid_from,
            valid_to=put.valid_to,
            recorded_at=_THEN,
            known_to=None,
            ended_as=None,
            confirmed_by=put.confirmed_by,
        )
        for number, put in enumerate(changes.puts, 1)
    ]
