"""The site's register of agreements: who outside may be sent what of a patient, where, and until when.

Read once at the start. A provider that was never agreed with keeps the service from starting; one whose agreement has ended is
left out, also while the service runs, because a check-in must not fail of a date. Sends nothing itself.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import partial
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from server.config import LanguageEndpoint, Settings
from server.environment import WrongSetting
from server.paging import read_site
from server.persona.shape import Frozen, Name
from server.persona.source import Source
from server.vocabulary.clock import Clock
from server.vocabulary.parts import Part

SOON: Final = timedelta(days=60)
"""A lawyer's turn for a renewal, and a month to spare; from then on every start and the page of compliance warn."""
_BY_HOST: Final = ("http", "https", "json", "jsons", "xml", "xmls", "form", "forms")
"""Schemes of Apprise whose far side is a host of the address; of the others it is the service that the scheme names."""


class DataKind(StrEnum):
    """What of a patient, or beside one, somebody outside may be sent."""

    PATIENT_WORDS = "patient_words"
    """What was said in the last few turns."""
    PATIENT_CONTACT = "patient_contact"
    """A phone number, with a link to a check-in."""
    ENCRYPTED_MEDIA = "encrypted_media"
    """Sound and pictures that are passed on and cannot be opened."""
    STAFF_CONTACT = "staff_contact"
    """How staff are rung; no message holds anything of a patient."""


class State(StrEnum):
    """Whether somebody may be sent what they are to be sent."""

    HERE = "here"
    """It is this machine."""
    NOT_NEEDED = "not_needed"
    OWN_OR_MISSING = "own_or_missing"
    """Needs one unless the site runs it itself, which only the site knows (HHS guidance on cloud computing, 2016)."""
    IN_FORCE = "in_force"
    ENDS_SOON = "ends_soon"
    NOT_BEGUN = "not_begun"
    ENDED = "ended"


_SENT: Final = frozenset({State.HERE, State.NOT_NEEDED, State.OWN_OR_MISSING, State.IN_FORCE, State.ENDS_SOON})
_NEEDED: Final = frozenset({DataKind.PATIENT_WORDS, DataKind.PATIENT_CONTACT})


class Entry(Frozen):
    """One agreement."""

    provider: str = Field(min_length=1)
    reaches: tuple[str, ...] = Field(min_length=1)
    """Hosts, or the names of Apprise's services (`twilio`)."""
    agreement: str = Field(min_length=1)
    """What was signed and where it lies."""
    covers: tuple[DataKind, ...] = Field(min_length=1)
    region: str = Field(min_length=1)
    """Where they keep and work on it."""
    begins: date
    expires: date
    """The first day on which it does not hold any more."""

    @model_validator(mode="after")
    def _has_days(self) -> "Entry":
        if self.begins >= self.expires:
            raise ValueError("expires: must be after begins")
        return self


class Content(Frozen):
    """Everything the file may say."""

    regions: tuple[str, ...] = ()
    """Where patient data may go; empty: wherever an agreement says."""
    agreements: dict[Name, Entry] = Field(default_factory=dict)


@dataclass(frozen=True)
class Provider:
    """Somebody of the configuration who is sent something."""

    what: str
    """Which of ours it is, for example `language model 1`."""
    reach: str
    """Host or service; never an address, which may hold secrets."""
    kind: DataKind
    named: str
    """The id of the agreement that the configuration names."""
    where: str
    """Where it does so: the line to mend."""
    here: bool = False


@dataclass(frozen=True)
class Reviewed:
    """One provider with what holds for it today."""

    provider: Provider
    state: State
    entry: Entry | None


class Agreements:
    """The register, the configuration's providers, and the day."""

    def __init__(self, content: Content, source: Source | None, providers: tuple[Provider, ...], clock: Clock) -> None:
        self._content = content
        self._source = source
        self._providers = providers
        self._clock = clock

    @classmethod
    def read(cls, settings: Settings, clock: Clock) -> "Agreements":
        """Raises PackError with file and line of every complaint about a file, WrongSetting about a variable."""
        path = settings.agreements
        source = Source(path.parent, path) if path is not None else None
        content: Content = source.read(Content) if source is not None else Content()
        found = cls(content, source, tuple(providers(settings)), clock)
        if complaints := [line for one in found._providers for line in found._complaints(one)]:
            raise WrongSetting(*complaints)
        return found

    def may_send(self, provider: Provider) -> bool:
        """Asked each time before anything is sent."""
        return self.review(provider).state in _SENT

    def lets_language_model(self, at: int, endpoint: LanguageEndpoint) -> Callable[[], bool]:
        """To be asked before each request to it."""
        return partial(self.may_send, language_model(at, endpoint))

    def lets_texts(self, settings: Settings) -> Callable[[], bool]:
        """To be asked before each text to a patient."""
        texts = patient_texts(settings)
        return partial(self.may_send, texts) if texts is not None else lambda: False

    def reviewed(self) -> list[Reviewed]:
        return [self.review(provider) for provider in self._providers]

    def review(self, provider: Provider) -> Reviewed:
        """What holds for it today (UTC)."""
        entry, today = self._content.agreements.get(provider.named), self._clock.now().date()
        if provider.here:
            return Reviewed(provider, State.HERE, None)
        if entry is None:
            kind = provider.kind
            return Reviewed(
                provider, State.NOT_NEEDED if kind is DataKind.STAFF_CONTACT else State.OWN_OR_MISSING, None
            )
        if today < entry.begins:
            return Reviewed(provider, State.NOT_BEGUN, entry)
        if today >= entry.expires:
            return Reviewed(provider, State.ENDED, entry)
        soon = entry.expires - today <= SOON
        return Reviewed(provider, State.ENDS_SOON if soon else State.IN_FORCE, entry)

    def warnings(self) -> list[str]:
        """What ends soon or does not hold, each with its line of the register."""
        return [line for one in self.reviewed() for line in self._warning(one)]

    def part(self) -> Part:
        """What start-up and `doctor` say."""
        if warnings := self.warnings():
            all_sent = all(one.state in _SENT for one in self.reviewed())
            return Part("agreements", "fallback" if all_sent else "missing", "; ".join(warnings))
        needed = [one for one in self.reviewed() if one.provider.kind in _NEEDED and one.state is not State.HERE]
        what = f"{len(needed)} in force" if needed else "nobody outside is sent patient data"
        return Part("agreements", "live" if needed else "off", what)

    def _warning(self, one: Reviewed) -> Iterator[str]:
        if one.entry is None or self._source is None:
            return
        about = f"{one.provider.what} ({one.provider.reach})"
        place = ("agreements", one.provider.named)
        match one.state:
            case State.ENDED:
                line = self._source.line((*place, "expires"))
                yield self._source.at(line, f"ended on {one.entry.expires}: {about} is sent nothing of a patient")
            case State.NOT_BEGUN:
                line = self._source.line((*place, "begins"))
                yield self._source.at(line, f"begins on {one.entry.begins}: {about} is sent nothing until then")
            case State.ENDS_SOON:
                line = self._source.line((*place, "expires"))
                yield self._source.at(
                    line, f"ends on {one.entry.expires}: renew it, or {about} is left out from then on"
                )
            case _:
                return

    def _complaints(self, one: Provider) -> Iterator[str]:
        """What no passing day could put right."""
        if one.here or one.kind not in _NEEDED:
            return
        about = f"{one.what} ({one.reach}) would be sent {one.kind}"
        if self._source is None:
            yield f"NIGHTLIGHT_AGREEMENTS: {about}: name the register in which that is agreed (docs/how-to/agreements.md)"
            return
        entry = self._content.agreements.get(one.named)
        if entry is None:
            yield f"{one.where}: {about}: write the id of its agreement in {self._source.name}, where this one is not"
            return
        place = ("agreements", one.named)
        if one.reach not in entry.reaches:
            yield self._source.at(self._source.line((*place, "reaches")), f"{about}: this agreement does not reach it")
        if one.kind not in entry.covers:
            yield self._source.at(self._source.line((*place, "covers")), f"{about}: this agreement does not cover that")
        if self._content.regions and entry.region not in self._content.regions:
            line = self._source.line((*place, "region"))
            yield self._source.at(
                line, f"{about} outside of {', '.join(self._content.regions)}: `regions` pins it there"
            )


def providers(settings: Settings) -> Iterator[Provider]:
    """Everybody outside whom the configuration names. Raises PackError about the site's file of paging."""
    for at, endpoint in enumerate(settings.language_endpoints):
        yield language_model(at, endpoint)
    if (texts := patient_texts(settings)) is not None:
        yield texts
    rung = read_site(settings.escalation).content
    lines = [*rung.catch_all, *rung.operations, *(line for one in rung.people.values() for line in one.lines)]
    for (reach, here), named in sorted({(_reach(line.url), line.agreement) for line in lines}):
        yield Provider("pager", reach, DataKind.STAFF_CONTACT, named, "NIGHTLIGHT_ESCALATION", here)
    for turn in settings.turn:
        host = turn.split(":", 1)[1].split("?")[0].rsplit(":", 1)[0]
        yield Provider("relay", host, DataKind.ENCRYPTED_MEDIA, "", "NIGHTLIGHT_TURN", here=_is_here(host))


def language_model(at: int, endpoint: LanguageEndpoint) -> Provider:
    """The endpoint at this place in the order in which they are asked."""
    where = "NIGHTLIGHT_LLM_AGREEMENT" if at == 0 else f"NIGHTLIGHT_LLM_FALLBACKS[{at - 1}].agreement"
    host = urlsplit(endpoint.url).hostname or ""
    return Provider(
        f"language model {at + 1}", host, DataKind.PATIENT_WORDS, endpoint.agreement, where, endpoint.on_this_machine
    )


def patient_texts(settings: Settings) -> Provider | None:
    """Who texts patients. Raises PackError."""
    entry, path = read_site(settings.escalation).content.patient_texts, settings.escalation
    if entry is None or path is None:
        return None
    source = Source(path.parent, path)
    where = source.at(source.line(("patient_texts", "agreement")), "patient_texts.agreement")
    reach, here = _reach(entry.url)
    return Provider("texts to patients", reach, DataKind.PATIENT_CONTACT, entry.agreement, where, here)


def _reach(address: str) -> tuple[str, bool]:
    """Host or service of an address of Apprise, and whether it is this machine."""
    parts = urlsplit(address)
    if parts.scheme in _BY_HOST:
        host = parts.hostname or ""
        return host, _is_here(host)
    return parts.scheme or address, parts.scheme == ""


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
