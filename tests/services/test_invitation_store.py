"""Links in real records: claimed, bound, resumed, locked, each with its audit rows."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from server.invitation import store
from server.invitation.link import LinkState, mint
from server.invitation.store import Claim, Invitation, NotNow, WrongBirthDate
from server.record import audit, checkins, patients
from server.record.database import Database
from server.record.transaction import Transaction
from server.vocabulary.clock import MovableClock
from server.vocabulary.errors import NotPermitted
from server.vocabulary.findings import TriggerHit
from server.vocabulary.ids import CheckInId, PatientId, StaffId
from server.vocabulary.principals import Patient, Role, Service, Staff

KIND = "services"
T = TypeVar("T")

COMMAND = Service("command")
SELF = Service("invitation")
NURSE = Staff(StaffId("st_1"), "Rosa", Role.NURSE)
AUDITOR = Staff(StaffId("st_2"), "Olu", Role.COMPLIANCE)
RIGHT = (3, 14)
WRONG = (3, 15)
FACTS = patients.PatientFacts(
    name="Canary Quetzalcoatl",
    first_name="Canary",
    phone="+15555550100",
    birth_month=3,
    birth_day=14,
    birth_year=1950,
    discharged_on=date(2026, 11, 10),
    diagnosis="heart failure",
    medicines=(),
    address="1 Main Street",
    callback="+15555550101",
)


@dataclass
class Told:
    """What nurses were asked, in order."""

    hits: list[tuple[CheckInId, PatientId, TriggerHit]] = field(default_factory=list)

    def tell(self, tx: Transaction, checkin: CheckInId, patient: PatientId, hit: TriggerHit) -> None:
        self.hits.append((checkin, patient, hit))


@dataclass
class Desk:
    """One invited patient."""

    database: Database
    patient: PatientId
    invitation: Invitation
    told: Told

    async def run(self, work: Callable[[Transaction], T]) -> T:
        return await self.database.run(work)

    async def look(self, device: str | None = None) -> LinkState:
        return await self.run(lambda tx: store.look(tx, SELF, self.invitation.token, device))

    async def answer(
        self, birthday: tuple[int, int], device: str | None = None, times: int = 1
    ) -> Claim | WrongBirthDate | NotNow:
        """The last of so many equal answers."""
        token, tell = self.invitation.token, self.told.tell
        outcomes = [
            await self.run(lambda tx: store.claim(tx, SELF, token, birthday, device, tell)) for _ in range(times)
        ]
        return outcomes[-1]

    async def device(self) -> str:
        """A device that answered right just now."""
        claim = await self.answer(RIGHT)
        assert isinstance(claim, Claim)
        assert claim.new_device is not None
        return claim.new_device

    async def resume(self, device: str) -> Claim | NotNow:
        return await self.run(lambda tx: store.resume(tx, SELF, device))

    async def bind(self, device: str) -> Claim | NotNow:
        return await self.run(lambda tx: store.bind(tx, SELF, device))

    async def actions(self) -> list[str]:
        """The audited acts on the invitation, oldest first, with the actor."""
        rows = await self.run(lambda tx: audit.find(tx, AUDITOR, patient=self.patient))
        return [f"{row.actor} {row.action}" for row in reversed(rows) if row.action.startswith("invitation.")]


@pytest.fixture
async def desk(database: Database) -> Desk:
    patient = await database.run(lambda tx: patients.add(tx, COMMAND, FACTS))
    invitation = await database.run(lambda tx: store.create(tx, COMMAND, patient, "discharge", timedelta(days=1)))
    return Desk(database, patient, invitation, Told())


async def test_opening_never_spends_the_link(desk: Desk) -> None:
    assert [await desk.look() for _ in range(20)] == [LinkState.READY] * 20


async def test_the_right_birthday_claims_it(desk: Desk) -> None:
    claim = await desk.answer(RIGHT)
    assert isinstance(claim, Claim)
    assert (claim.first_name, claim.persona, claim.status, claim.bound) == ("Canary", "discharge", "invited", False)
    assert claim.checkin == desk.invitation.checkin


@pytest.mark.parametrize("token", ["", "no token of ours", mint(bytes(32)), "A" * 5000])
async def test_unknown_tokens_are_all_answered_alike(desk: Desk, token: str) -> None:
    assert await desk.run(lambda tx: store.look(tx, SELF, token, None)) is LinkState.UNKNOWN
    claim = await desk.run(lambda tx: store.claim(tx, SELF, token, RIGHT, None, desk.told.tell))
    assert claim == NotNow(LinkState.UNKNOWN)


async def test_wrong_birthdays_are_counted_and_the_fifth_locks_and_tells_a_nurse(desk: Desk) -> None:
    assert await desk.answer(WRONG, times=4) == WrongBirthDate(1)
    assert desk.told.hits == []
    assert await desk.answer(WRONG) == NotNow(LinkState.LOCKED)
    assert desk.told.hits == [(desk.invitation.checkin, desk.patient, store.LINK_LOCKED)]
    assert await desk.answer(RIGHT) == NotNow(LinkState.LOCKED)
    assert len(desk.told.hits) == 1


async def test_a_lock_that_cannot_tell_a_nurse_does_not_happen(desk: Desk) -> None:
    await desk.answer(WRONG, times=4)
    with pytest.raises(RuntimeError):
        await desk.run(lambda tx: store.claim(tx, SELF, desk.invitation.token, WRONG, None, cannot_tell))
    assert await desk.look() is LinkState.READY


async def test_a_right_answer_after_a_wrong_one_still_claims(desk: Desk) -> None:
    await desk.answer(WRONG, times=4)
    assert isinstance(await desk.answer(RIGHT), Claim)


async def test_before_start_the_newest_claim_wins(desk: Desk) -> None:
    phone, tablet = await desk.device(), await desk.device()
    assert await desk.resume(phone) == NotNow(LinkState.UNKNOWN)
    assert await desk.bind(phone) == NotNow(LinkState.UNKNOWN)
    assert isinstance(await desk.resume(tablet), Claim)


async def test_start_binds_and_only_this_device_goes_on(desk: Desk) -> None:
    phone = await desk.device()
    bound = await desk.bind(phone)
    assert isinstance(bound, Claim)
    assert bound.bound
    assert await desk.look(phone) is LinkState.READY
    assert await desk.look(mint(bytes(32))) is LinkState.TAKEN
    assert await desk.answer(RIGHT) == NotNow(LinkState.TAKEN)
    assert await desk.resume(phone) == bound


async def test_a_second_start_changes_nothing(desk: Desk, clock: MovableClock) -> None:
    phone = await desk.device()
    first = await desk.bind(phone)
    clock.move(timedelta(minutes=1))
    assert await desk.bind(phone) == first
    assert (await desk.actions()).count(f"patient:{desk.patient} invitation.bound") == 1


async def test_the_bound_device_that_answers_again_keeps_its_cookie(desk: Desk) -> None:
    phone = await desk.device()
    await desk.bind(phone)
    again = await desk.answer(RIGHT, phone)
    assert isinstance(again, Claim)
    assert again.new_device is None
    assert again.bound


async def test_strangers_cannot_lock_a_running_check_in(desk: Desk) -> None:
    phone = await desk.device()
    await desk.bind(phone)
    assert await desk.answer(WRONG, times=9) == NotNow(LinkState.TAKEN)
    assert isinstance(await desk.resume(phone), Claim)
    assert desk.told.hits == []


async def test_a_link_is_good_until_it_expires(desk: Desk, clock: MovableClock) -> None:
    phone = await desk.device()
    await desk.bind(phone)
    clock.move(timedelta(hours=23))
    assert isinstance(await desk.resume(phone), Claim)
    clock.move(timedelta(hours=1))
    assert await desk.resume(phone) == NotNow(LinkState.EXPIRED)
    assert await desk.answer(RIGHT) == NotNow(LinkState.EXPIRED)


async def test_a_link_ends_with_its_check_in(desk: Desk) -> None:
    phone = await desk.device()
    await desk.bind(phone)
    await desk.run(lambda tx: checkins.end(tx, NURSE, desk.invitation.checkin, "staff_ended"))
    assert await desk.look() is LinkState.ENDED
    assert await desk.resume(phone) == NotNow(LinkState.ENDED)
    assert await desk.bind(phone) == NotNow(LinkState.ENDED)


async def test_every_act_leaves_an_audit_row_with_its_actor(desk: Desk) -> None:
    await desk.answer(WRONG)
    phone = await desk.device()
    await desk.bind(phone)
    await desk.resume(phone)
    assert await desk.actions() == [
        "service:command invitation.created",
        "service:invitation invitation.refused",
        f"patient:{desk.patient} invitation.claimed",
        f"patient:{desk.patient} invitation.bound",
        f"patient:{desk.patient} invitation.resumed",
    ]
    assert await desk.run(audit.verify) is None


async def test_compliance_may_not_invite_and_patients_may_not_look(desk: Desk) -> None:
    with pytest.raises(NotPermitted):
        await desk.run(lambda tx: store.create(tx, AUDITOR, desk.patient, "discharge", timedelta(days=1)))
    with pytest.raises(NotPermitted):
        await desk.run(
            lambda tx: store.look(tx, Patient(desk.patient, desk.invitation.checkin), desk.invitation.token, None)
        )


def cannot_tell(tx: Transaction, checkin: CheckInId, patient: PatientId, hit: TriggerHit) -> None:
    raise RuntimeError("no desk")


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("records.db*")))


async def test_neither_token_nor_cookie_is_ever_on_disk_or_in_a_repr(desk: Desk, tmp_path: Path) -> None:
    phone = await desk.device()
    await desk.bind(phone)
    stored = on_disk(tmp_path)
    assert b"SQLite" in stored
    assert desk.invitation.token.encode() not in stored
    assert phone.encode() not in stored
    assert desk.invitation.token not in repr(desk.invitation)
    assert "Canary" not in repr(await desk.resume(phone))
