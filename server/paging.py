"""The site's own file about paging: who is reached how, and whose ladder is another one than the pack's.

Read once at the start. Addresses may hold secrets: no complaint repeats one, and the file must not be open to everybody.
"""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from server.config import Settings
from server.escalation import answer_link, vapid
from server.escalation.apprise_sink import AppriseSink, is_address, is_text_address
from server.escalation.climbing import Policies
from server.escalation.directory import Contact, ContactBook, Line
from server.escalation.ladder import Channel, Policy, QuietHours, Step
from server.escalation.pager import Pager
from server.escalation.push_sink import PushSink
from server.escalation.work import Page
from server.persona.paging import Channel as ChannelName
from server.persona.paging import EscalationPolicy, TierPolicy
from server.persona.shape import Frozen
from server.persona.source import PackError, Source
from server.record.database import Database
from server.vocabulary.clock import Clock
from server.vocabulary.findings import Tier
from server.vocabulary.ids import StaffId
from server.vocabulary.parts import Part

_EVERYBODY = 0o007
_FOLDED = AfterValidator(str.casefold)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("no such time zone; for example America/Chicago") from None
    return name


def _known_address(url: str) -> str:
    if not is_address(url):
        raise ValueError("Apprise cannot read this address; see docs/how-to/add-a-pager.md")
    return url


def _known_text_address(url: str) -> str:
    if not is_text_address(url):
        raise ValueError("Apprise cannot read this address, or it says {phone} nowhere; see docs/how-to/run-on-call.md")
    return url


Zone = Annotated[str, AfterValidator(_known_zone)]


class LineEntry(Frozen):
    """One way to reach somebody."""

    channel: ChannelName
    url: Annotated[str, AfterValidator(_known_address)] = Field(repr=False)
    agreement: str = ""
    """The business associate agreement, where there is one. None is needed: no message holds patient data."""


class TextEntry(Frozen):
    """A provider of texts to patients."""

    url: Annotated[str, AfterValidator(_known_text_address)] = Field(repr=False)
    """With `{phone}` where the patient's number goes."""
    agreement: str = Field(min_length=1)
    """Its id in the register of agreements: a patient's number goes there."""


class PersonEntry(Frozen):
    """One member of staff."""

    zone: Zone | None = None
    lines: tuple[LineEntry, ...] = ()


class PersonaEntry(Frozen):
    """Tiers of one persona that are handled in another way here."""

    tiers: Mapping[Tier, TierPolicy]


class SiteFile(Frozen):
    """Everything the file may say."""

    zone: Zone = "UTC"
    tiers: Mapping[Tier, TierPolicy] = Field(default_factory=dict)
    """For every persona; a tier that is not here is the pack's."""
    personas: Mapping[str, PersonaEntry] = Field(default_factory=dict)
    people: Mapping[Annotated[str, _FOLDED], PersonEntry] = Field(default_factory=dict)
    """By the e-mail they sign in with."""
    catch_all: tuple[LineEntry, ...] = ()
    operations: tuple[LineEntry, ...] = ()
    patient_texts: TextEntry | None = None
    """How patients are sent a link back to a check-in in which they were lost; unset: the console says that one is due."""


@dataclass(frozen=True)
class Site:
    """What the file says, or its defaults."""

    book: ContactBook
    zone: ZoneInfo
    zones: Mapping[str, ZoneInfo]
    """By e-mail; whoever is not here lives in `zone`."""
    content: SiteFile

    def zone_of(self, email: str) -> ZoneInfo:
        return self.zones.get(email, self.zone)

    def escalation(self, persona: str, written: EscalationPolicy) -> EscalationPolicy:
        """The one of this persona's pack, with the tiers that are handled in another way here."""
        own = self.content.personas[persona].tiers if persona in self.content.personas else {}
        return written.model_copy(update={"tiers": {**written.tiers, **self.content.tiers, **own}})


def read_site(path: Path | None) -> Site:
    """Raises PackError with file and line of every complaint; without a path, what holds without a file."""
    content = SiteFile() if path is None else _content(path)
    zone = ZoneInfo(content.zone)
    people = {
        email: Contact(_lines(one.lines), ZoneInfo(one.zone or content.zone)) for email, one in content.people.items()
    }
    book = ContactBook(people, _lines(content.catch_all), _lines(content.operations), zone)
    return Site(book, zone, {email: contact.zone for email, contact in people.items()}, content)


def policies(escalations: Mapping[str, EscalationPolicy]) -> Policies:
    """The ladders of every persona, by its id, as the pager takes them."""
    found = {
        name: {tier: policy_of(one) for tier, one in written.tiers.items()} for name, written in escalations.items()
    }
    # A check-in of a pack that was taken away since still has pages that must ring.
    return {"": next(iter(found.values())), **found}


def _content(path: Path) -> SiteFile:
    source = Source(path.parent, path)
    if path.stat().st_mode & _EVERYBODY:
        raise PackError(source.at(1, "everybody on this machine may read it, and addresses hold secrets: chmod 600 it"))
    content: SiteFile = source.read(SiteFile)
    places: list[tuple[tuple[str, ...], Mapping[Tier, TierPolicy]]] = [(("tiers",), content.tiers)]
    places += [(("personas", name), entry.tiers) for name, entry in content.personas.items()]
    for place, tiers in places:
        try:
            EscalationPolicy.only_lower_tiers_sleep(tiers)
        except ValueError as error:
            raise PackError(source.at(source.line(place), str(error))) from None
    return content


def policy_of(written: TierPolicy) -> Policy:
    """What the ladder's rules take, of what a file says."""
    night = written.quiet_hours
    return Policy(
        steps=tuple(
            Step(timedelta(seconds=step.after.value), step.who, _channels(step.channels)) for step in written.steps
        ),
        again=timedelta(seconds=written.repeat_after.value),
        between=timedelta(seconds=written.next_address_after.value),
        claim=timedelta(seconds=written.claim_within.value),
        quiet=QuietHours(night.begin, night.end) if night is not None else None,
    )


def _channels(names: tuple[ChannelName, ...]) -> frozenset[Channel]:
    return frozenset(Channel(name) for name in names) or frozenset(Channel)


def _lines(entries: tuple[LineEntry, ...]) -> tuple[Line, ...]:
    return tuple(Line(Channel(entry.channel), entry.url) for entry in entries)


async def started_pager(
    stack: contextlib.AsyncExitStack,
    settings: Settings,
    database: Database,
    escalations: Mapping[str, EscalationPolicy],
    clock: Clock,
) -> Pager:
    """The pager, stopped with `stack`; who is rung and how is the site's."""
    site, key = read_site(settings.escalation), database.secret(answer_link.PURPOSE)

    def link(page: Page) -> str:
        if not page.person.startswith("st_"):  # nobody's own device: whoever reads it signs in
            return f"{settings.origin}/staff/"
        return f"{settings.origin}/page/{answer_link.sign(key, page.escalation, StaffId(page.person), clock.now())}"

    outside = AppriseSink(site.book, link)
    stack.callback(outside.close)
    contact = settings.origin if settings.https else "mailto:operations@localhost"
    sink = PushSink(database, vapid.load(settings.data), contact, outside)
    stack.callback(sink.close)
    pager = Pager(database, sink, site.book, policies(escalations))
    await pager.start()
    stack.push_async_callback(pager.stop)
    if settings.deadman_url:
        from server.escalation.deadman import Deadman  # it brings a web client, for which a first page must not wait

        deadman = Deadman(settings.deadman_url, pager.health)
        await deadman.start()
        stack.push_async_callback(deadman.stop)
    return pager


def pager_part(settings: Settings) -> Part:
    """What start-up and `doctor` say of it."""
    if not read_site(settings.escalation).book.reaches_people:
        what = (
            "console only: pages ring on the nurse page and are printed here, nobody is called (NIGHTLIGHT_ESCALATION)"
        )
        return Part("pager", "fallback", what)
    return Part("pager", "live", "calls whoever is on call, as NIGHTLIGHT_ESCALATION says")
