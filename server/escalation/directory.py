"""How people are reached. Addresses may hold secrets: they stay in here; records and logs name them by a hash."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

from server.escalation.ladder import CATCH_ALL, OPERATIONS, Address, Channel, Person
from server.vocabulary.ids import StaffId

CONSOLE: Final = "console:"
"""The line of text that the service itself prints."""


@dataclass(frozen=True)
class Line:
    """One way to reach somebody."""

    channel: Channel
    url: str = field(repr=False)
    """As Apprise reads it, or `console:`."""

    @property
    def id(self) -> str:
        return f"{self.channel}-{hashlib.sha256(self.url.encode()).hexdigest()[:12]}"


@dataclass(frozen=True)
class Contact:
    """One person's lines, in their own order, and where they live."""

    lines: tuple[Line, ...]
    zone: ZoneInfo


_PRINTED: Final = (Line(Channel.CONSOLE, CONSOLE),)


class ContactBook:
    """The contacts of a site. With none, everything is printed on the console."""

    def __init__(
        self,
        people: Mapping[str, Contact],
        catch_all: tuple[Line, ...] = (),
        operations: tuple[Line, ...] = (),
        zone: ZoneInfo | None = None,
    ) -> None:
        """`people` by e-mail address. Without `operations`, whoever catches everything is told."""
        self._people = people
        self._zone = zone or ZoneInfo("UTC")
        self._catch_all = catch_all or _PRINTED
        self._operations = operations or self._catch_all
        lines = [line for contact in people.values() for line in contact.lines]
        self._urls = {line.id: line.url for line in (*lines, *self._catch_all, *self._operations)}

    def person(self, email: str, staff: StaffId) -> Person:
        contact = self._people.get(email, Contact((), self._zone))
        return Person(staff, _addresses(contact.lines), contact.zone)

    @property
    def catch_all(self) -> Person:
        return Person(CATCH_ALL, _addresses(self._catch_all), self._zone)

    @property
    def operations(self) -> Person:
        return Person(OPERATIONS, _addresses(self._operations), self._zone)

    def url(self, address: str) -> str | None:
        """What a message's address means now; None if it was taken out of the file since."""
        return self._urls.get(address)

    @property
    def reaches_people(self) -> bool:
        """Whether anything leaves this machine."""
        return any(url != CONSOLE for url in self._urls.values())


def _addresses(lines: tuple[Line, ...]) -> tuple[Address, ...]:
    return tuple(Address(line.id, line.channel) for line in lines)
