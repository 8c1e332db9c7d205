"""What the console needs of stages it may not import: the desk's pages, new invitations, and the personas."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from server.nurse.wording import Titles
from server.record.transaction import Transaction
from server.vocabulary.call_backs import CallBackOutcome
from server.vocabulary.findings import Tier
from server.vocabulary.ids import CheckInId, EscalationId, PatientId, StaffId
from server.vocabulary.principals import Principal, Staff


class Page(Protocol):
    """One request for a nurse; `escalation.desk.Escalation` is one."""

    @property
    def id(self) -> EscalationId: ...
    @property
    def checkin(self) -> CheckInId: ...
    @property
    def patient(self) -> PatientId: ...
    @property
    def patient_name(self) -> str: ...
    @property
    def tier(self) -> Tier: ...
    @property
    def trigger(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def quote(self) -> str: ...
    @property
    def where(self) -> str: ...
    @property
    def callback(self) -> str: ...
    @property
    def requested_at(self) -> datetime: ...
    @property
    def due_at(self) -> datetime: ...
    @property
    def acknowledged_by(self) -> StaffId | None: ...
    @property
    def acknowledged_at(self) -> datetime | None: ...
    @property
    def state(self) -> str: ...
    @property
    def claimed_by(self) -> StaffId | None: ...
    @property
    def claimed_at(self) -> datetime | None: ...
    @property
    def claim_by(self) -> datetime | None: ...
    @property
    def closed_by(self) -> StaffId | None: ...
    @property
    def closed_at(self) -> datetime | None: ...


class Desk(Protocol):
    """Where pages are kept; the module `escalation.desk` is one."""

    def open_pages(
        self, tx: Transaction, principal: Principal, *, answered_since: datetime | None = None
    ) -> Sequence[Page]: ...
    def for_checkin(self, tx: Transaction, principal: Principal, checkin: CheckInId) -> Sequence[Page]: ...
    def open_for_patient(self, tx: Transaction, principal: Principal, patient: PatientId) -> Sequence[Page]: ...
    def see(self, tx: Transaction, principal: Principal, escalation: EscalationId) -> None: ...
    def acknowledge(self, tx: Transaction, principal: Principal, escalation: EscalationId) -> Page: ...
    def claim(self, tx: Transaction, principal: Principal, escalation: EscalationId) -> Page: ...
    def in_charge(self, tx: Transaction, principal: Principal) -> bool: ...
    def close(self, tx: Transaction, principal: Principal, escalation: EscalationId) -> Page: ...


class HandingOver(Protocol):
    """Who has read a page back; the module `escalation.handing_over` is one."""

    def read_back(self, tx: Transaction, principal: Principal, escalation: EscalationId) -> Page: ...
    def last_read_back(
        self, tx: Transaction, principal: Principal, escalation: EscalationId
    ) -> tuple[str, datetime] | None: ...


class LastDrill(Protocol):
    """How the last drill went."""

    @property
    def at(self) -> datetime: ...
    @property
    def answered_after(self) -> timedelta | None: ...


class Drills(Protocol):
    """Pages for nobody; the module `escalation.drill` is one."""

    def start(self, tx: Transaction, principal: Principal, persona: str, within: timedelta) -> EscalationId: ...
    def nobody(self, tx: Transaction, principal: Principal) -> PatientId | None: ...
    def last(self, tx: Transaction, principal: Principal) -> LastDrill | None: ...


class CallBack(Protocol):
    """One attempt to call somebody back."""

    @property
    def id(self) -> str: ...
    @property
    def number(self) -> int: ...
    @property
    def due_at(self) -> datetime: ...
    @property
    def outcome(self) -> CallBackOutcome: ...
    @property
    def by(self) -> StaffId | None: ...


class Unreachable(Protocol):
    """A patient who was lost in danger and has neither come back nor been reached."""

    @property
    def checkin(self) -> CheckInId: ...
    @property
    def name(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def since(self) -> datetime: ...
    @property
    def attempts(self) -> Sequence[CallBack]: ...
    @property
    def text(self) -> str: ...


class CallBacks(Protocol):
    """Who is to be called back; the module `escalation.callbacks` is one."""

    def unreachable(self, tx: Transaction, principal: Principal) -> Sequence[Unreachable]: ...
    def tick(self, tx: Transaction, principal: Principal, call_back: str, outcome: CallBackOutcome) -> CallBack: ...


class NewInvitation(Protocol):
    """A check-in's link at the only moment its token is known."""

    @property
    def checkin(self) -> CheckInId: ...
    @property
    def token(self) -> str: ...


class Invitations(Protocol):
    """Who mints links; the module `invitation.store` is one."""

    def create(
        self, tx: Transaction, principal: Principal, patient: PatientId, persona: str, lifetime: timedelta
    ) -> NewInvitation: ...


@dataclass(frozen=True)
class Neighbors:
    """The stages that the console asks."""

    desk: Desk
    invitations: Invitations
    handing_over: HandingOver
    drills: Drills
    call_backs: CallBacks


@dataclass(frozen=True)
class PersonaChoice:
    """A persona a nurse can send to a patient."""

    id: str
    name: str
    """As the patient hears it, for example `Ana`."""
    title: str
    """What it does, for example `After discharge`."""
    purpose: str
    """One sentence for the nurse who chooses."""
    suggests: Mapping[Tier, str] = field(default_factory=dict)
    """What a nurse may do for a page of a tier; a draft."""
    answer_within: timedelta = timedelta(minutes=2)
    """How soon an emergency must be answered."""


@dataclass(frozen=True)
class Catalog:
    """What the persona packs tell the console."""

    personas: Mapping[str, PersonaChoice]
    """By id."""
    title: Titles
    needs: Mapping[str, tuple[str, ...]]
    """Rule id to what a nurse asks or looks up first."""


@dataclass(frozen=True)
class Answered:
    """A nurse answered a page that nobody had answered before, or took it over from a colleague."""

    checkin: CheckInId
    escalation: EscalationId
    staff: Staff


OnAnswered = Callable[[Answered], Awaitable[None]]
"""Called after the answer is durable; the conductor tells the patient who is coming."""
