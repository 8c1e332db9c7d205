"""The master keys of these records: the one in use, and during a rotation the one that follows it or went before.

Which one is in use stands in the records, so that every process changes over with the same commit.
"""

from collections.abc import Callable, Iterable

from sqlalchemy import Connection, insert, select, update

from server.record.master_key import MasterKey, MasterKeyError
from server.record.schema import master_key_in_use as table
from server.record.schema import patient_key


class KeyRing:
    """Master keys by their public names; looks again where a name is new, since another process may rotate."""

    def __init__(self, load: Callable[[], Iterable[MasterKey]]) -> None:
        """`load` gives the one to use in new records first. Raises what it raises."""
        self._load = load
        self._keys: dict[str, MasterKey] = {}
        self.first = self._look()

    @classmethod
    def of(cls, key: MasterKey) -> "KeyRing":
        """One key for good."""
        return cls(lambda: [key])

    def find(self, kid: str) -> MasterKey | None:
        if kid not in self._keys:
            self._look()
        return self._keys.get(kid)

    def get(self, kid: str) -> MasterKey:
        """Raises MasterKeyError."""
        found = self.find(kid)
        if found is None:
            raise MasterKeyError(
                f"these records need master key {kid}, not {self.first.kid}: restore the right key file"
            )
        return found

    def _look(self) -> MasterKey:
        found = list(self._load())
        self._keys |= {key.kid: key for key in found}
        return found[0]


def in_use(connection: Connection) -> str:
    """What new keys are wrapped with, and what seals are signed with."""
    found: str | None = connection.scalar(select(table.c.kid))
    if found is None:
        raise MasterKeyError("these records name no master key: open them with any command first")
    return found


def use(connection: Connection, kid: str) -> None:
    """From this commit on, in every process."""
    connection.execute(update(table).values(kid=kid))


def check(connection: Connection, ring: KeyRing) -> None:
    """At the opening: all that is wrapped here can be unwrapped. Raises MasterKeyError."""
    wrapped = list(connection.scalars(select(patient_key.c.master_kid).distinct()))
    for kid in wrapped:
        ring.get(kid)
    known = connection.scalar(select(table.c.kid))
    if known is None:
        known = wrapped[0] if wrapped else ring.first.kid
        connection.execute(insert(table).values(id=1, kid=known))
    ring.get(known)
