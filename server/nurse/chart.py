"""Reads one patient's panel: why the nurse was called, what is said, who they are. All of it audited."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from server.nurse.board import staff_names
from server.nurse.last_time import read_last_time
from server.nurse.neighbors import Catalog, Desk, Page, PersonaChoice
from server.nurse.packet import Packet, packet
from server.nurse.states import Standing, standing
from server.nurse.strip import Strip, strips
from server.nurse.transcript import Line, transcript
from server.nurse.wording import Titles, birth, day_home, dialable, plain, years_old
from server.record import checkins, journal, patients
from server.record.checkins import CheckInRow
from server.record.journal import Entry
from server.record.patients import PatientCard
from server.record.transaction import Transaction
from server.vocabulary.events import NegativeFound, ObjectiveClosed, RoomChanged
from server.vocabulary.findings import Tier
from server.vocabulary.ids import CheckInId, EscalationId, StaffId, is_drill
from server.vocabulary.principals import Staff


@dataclass(frozen=True)
class Reason:
    """Why a nurse was called, once."""

    id: EscalationId
    tier: Tier
    topic: str
    trigger: str
    version: int
    quote: str
    requested_at: datetime
    due_at: datetime
    acknowledged_by: str
    """Name of the nurse who answered; empty while nobody has."""
    acknowledged_at: datetime | None
    standing: Standing
    needs: tuple[str, ...]
    """What a nurse asks or looks up first; of the rule, nothing of the patient."""


@dataclass(frozen=True)
class Presence:
    """Who is with the patient right now, as one pill."""

    tone: str
    """`ok`, `danger`, `moon` or empty."""
    text: str


@dataclass(frozen=True)
class Chart:
    """Everything the console shows of one check-in."""

    checkin: CheckInId
    patient: PatientCard
    summary: str
    presence: Presence
    persona: str
    """The persona's name, as the patient hears it."""
    running: bool
    """Whether there is a call that a nurse can join."""
    drill: bool
    """Nobody is in danger."""
    in_charge: bool
    """The nurse who looks is the charge nurse of the hour."""
    reasons: tuple[Reason, ...]
    elsewhere: CheckInId | None
    """Another check-in of this patient in which nobody has answered."""
    packet: Packet | None
    """What to know before the first word; None while no page is open."""
    lines: tuple[Line, ...]
    noticed: tuple[Strip, ...]
    """What voice and face showed, the newest first."""
    waiting: str
    """What to expect while nothing has been said."""
    answers: tuple[tuple[str, str], ...]
    """Objective and what was understood, in the order they were closed."""
    denied: tuple[str, ...]
    """Red flags the patient said no to."""
    where: str
    born: str
    discharged: str
    callback: str
    dial: str

    @property
    def unanswered(self) -> tuple[EscalationId, ...]:
        return tuple(reason.id for reason in self.reasons if reason.standing.waiting)

    @property
    def fresh(self) -> tuple[EscalationId, ...]:
        """What no console has said to be seen."""
        return tuple(reason.id for reason in self.reasons if reason.standing.fresh)

    @property
    def claimable(self) -> tuple[EscalationId, ...]:
        """What this nurse is not on yet."""
        return tuple(reason.id for reason in self._open if not (reason.standing.mine and reason.standing.claimed))

    @property
    def closable(self) -> bool:
        """All that is open is this nurse's, or answered and hers to answer for as the charge nurse."""
        return bool(self._open) and all(
            reason.standing.mine or (self.in_charge and not reason.standing.waiting) for reason in self._open
        )

    @property
    def over(self) -> tuple[Standing, ...]:
        """From whom it would be taken over, each colleague once."""
        others = (reason.standing for reason in self._open if reason.standing.holder and not reason.standing.mine)
        return tuple({other.holder: other for other in others}.values())

    @property
    def _open(self) -> tuple[Reason, ...]:
        return tuple(reason for reason in self.reasons if not reason.standing.closed)


def read_chart(tx: Transaction, staff: Staff, desk: Desk, catalog: Catalog, checkin: CheckInId) -> Chart:
    """Raises NotFound."""
    row = checkins.get(tx, staff, checkin)
    patient = patients.get(tx, staff, row.patient)
    entries = journal.read(tx, staff, checkin)
    pages = desk.for_checkin(tx, staff, checkin)
    chosen = catalog.personas.get(row.persona) or PersonaChoice(row.persona, plain(row.persona), plain(row.persona), "")
    unanswered = [page for page in desk.open_for_patient(tx, staff, row.patient) if page.acknowledged_by is None]
    callback = patient.callback or patient.phone
    summary = patient_line(patient, chosen, tx.now.date())
    drill = any(is_drill(page.id) for page in pages)
    wanted = not drill and any(page.state != "closed" for page in pages)
    last = read_last_time(tx, staff, desk, row) if wanted else None
    return Chart(
        checkin=checkin,
        patient=patient,
        summary=summary,
        presence=_presence(row, entries, patient.first_name, chosen.name),
        persona=chosen.name,
        running=row.status == "running",
        drill=drill,
        in_charge=desk.in_charge(tx, staff),
        reasons=_reasons(pages, staff_names(tx), staff.id, catalog, tx.now),
        elsewhere=next((page.checkin for page in reversed(unanswered) if page.checkin != checkin), None),
        packet=packet(pages, entries, patient, summary, chosen, last, catalog.title) if wanted else None,
        lines=transcript(entries, patient.first_name, chosen.name, catalog.title),
        noticed=strips(entries),
        waiting=_waiting(row, patient.first_name),
        answers=_answers(entries),
        denied=_denied(entries, catalog.title),
        where=next((page.where for page in reversed(pages) if page.where), ""),
        born=birth(patient.birth_month, patient.birth_day, patient.birth_year),
        discharged=f"{patient.discharged_on:%b} {patient.discharged_on.day}"
        if patient.discharged_on
        else "Not on file",
        callback=callback,
        dial=dialable(callback),
    )


def patient_line(patient: PatientCard, persona: PersonaChoice, today: date) -> str:
    """Who it is, in one line: age, days at home, diagnosis, check-in."""
    age_now = years_old(patient.birth_month, patient.birth_day, patient.birth_year, today)
    parts = (str(age_now or ""), day_home(patient.discharged_on, today), patient.diagnosis, persona.title)
    return " · ".join(part for part in parts if part)


def _presence(row: CheckInRow, entries: Sequence[Entry], patient: str, persona: str) -> Presence:
    if row.status == "invited":
        return Presence("", f"Waiting for {patient}")
    if row.status == "ended":
        return Presence("moon", "The call has ended")
    if not row.connected:
        return Presence("danger", f"{patient} is not connected")
    nurse = nurse_in(entries)
    if nurse is not None and nurse.state == "talking":
        return Presence("accent", f"{nurse.staff_name} is with {patient}")
    return Presence("ok", f"{persona} is with {patient}" + (f", {nurse.staff_name} listens" if nurse else ""))


def nurse_in(entries: Sequence[Entry]) -> RoomChanged | None:
    """Who of the staff is in the call, and since what they did last."""
    changes = [entry.event for entry in entries if isinstance(entry.event, RoomChanged)]
    return changes[-1] if changes and changes[-1].state not in ("left", "lost") else None


def _waiting(row: CheckInRow, patient: str) -> str:
    if row.status == "invited":
        return f"{patient} has not opened the link yet. What is said will appear here as it is spoken."
    return "Nothing has been said yet."


def _reasons(
    pages: Sequence[Page], names: Mapping[StaffId, str], me: StaffId, catalog: Catalog, now: datetime
) -> tuple[Reason, ...]:
    """What still needs an answer first, what is closed last; most urgent first."""

    def place(page: Page) -> tuple[bool, bool, int, datetime]:
        return page.state == "closed", page.acknowledged_by is not None, page.tier.rank, page.due_at

    ordered = sorted(pages, key=place)
    return tuple(
        Reason(
            id=page.id,
            tier=page.tier,
            topic=catalog.title(page.trigger),
            trigger=page.trigger,
            version=page.version,
            quote=page.quote,
            requested_at=page.requested_at,
            due_at=page.due_at,
            acknowledged_by=names.get(page.acknowledged_by, "A colleague") if page.acknowledged_by else "",
            acknowledged_at=page.acknowledged_at,
            standing=standing(page, names, me, now),
            needs=catalog.needs.get(page.trigger, ()),
        )
        for page in ordered
    )


def _answers(entries: Sequence[Entry]) -> tuple[tuple[str, str], ...]:
    """The last word on each objective."""
    words = {"met": "", "refused": "Did not want to say", "unable": "Could not say", "not_reached": "Not reached"}
    found = [entry.event for entry in entries if isinstance(entry.event, ObjectiveClosed)]
    # Met without a turn: something that the persona said, not that the patient answered.
    closed = [event for event in found if event.turns or event.status != "met"]
    return tuple({plain(event.objective): words[event.status] or event.answer or "Yes" for event in closed}.items())


def _denied(entries: Sequence[Entry], title: Titles) -> tuple[str, ...]:
    denied = (title(entry.event.trigger) for entry in entries if isinstance(entry.event, NegativeFound))
    return tuple(dict.fromkeys(denied))
