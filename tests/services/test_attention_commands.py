"""The commands of the attention budget, as an operator types them, on verdicts that stand in the records."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from typer.testing import CliRunner

from server.cli import commands
from server.commands.terminal import settings_of
from server.escalation import oncall
from server.installation import load_packs, open_records
from server.record import audit, checkins, journal, patients, staff
from server.record.transaction import Transaction
from server.vocabulary import events as e
from server.vocabulary.clock import SystemClock
from server.vocabulary.findings import Likeness, Tier
from server.vocabulary.ids import EscalationId, StaffId
from server.vocabulary.principals import Role
from tests.fakes.records import COMMAND, COMPLIANCE, CONDUCTOR, NURSE, ROSA

KIND = "services"

T = TypeVar("T")
CLEO, NIA = "cleo@clinic.example", "nia@clinic.example"


def told(data: Path, *command: str, code: int = 0) -> str:
    found = CliRunner().invoke(commands, ["attention", *command, "--data", str(data)])
    assert found.exit_code == code, found.output
    return found.output


def in_records(data: Path, work: Callable[[Transaction], T]) -> T:
    async def run() -> T:
        database = await open_records(settings_of(data), SystemClock())
        try:
            return await database.run(work)
        finally:
            await database.close()

    return asyncio.run(run())


def judged(tx: Transaction) -> None:
    """Twenty same-day pages: useful where the classifier was sure, noise where it was not. And a member of each role."""
    staff.add(tx, COMMAND, CLEO, "Cleo Clinician", Role.CLINICIAN, "$argon2id$fake")
    staff.add(tx, COMMAND, NIA, "Nia Nurse", Role.NURSE, "$argon2id$fake")
    patient = patients.add(tx, COMMAND, ROSA)
    for number in range(20):
        checkin = checkins.order(tx, COMMAND, patient, "post-discharge")
        useful = number % 2 == 0
        like = Likeness("CONSTIPATION", 0.9 if useful else 0.65, 0, 9)
        turn = e.PatientTurn(1, "all stoppedcanary up", False, False, likenesses=(like,))
        fired = e.TriggerFired(1, "CONSTIPATION", 1, Tier.SAME_DAY, "all stoppedcanary up", "classifier")
        for event in (turn, fired):
            journal.append(tx, CONDUCTOR, checkin, event, tx.now)
        about = (EscalationId(f"esc_{number}"), Tier.SAME_DAY, "CONSTIPATION", 1, StaffId("st_1"), "Nia")
        worth = ("useful", None) if useful else ("noise", "known")
        journal.append(tx, NURSE, checkin, e.EscalationClosed(*about, "not_needed", "advised", *worth), tx.now)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    in_records(tmp_path, judged)
    return tmp_path


def same_day(data: Path) -> float:
    return load_packs(settings_of(data))["post-discharge"].paraphrase.alone[Tier.SAME_DAY].value


def test_a_proposal_tells_the_gain_and_the_cost_and_changes_nothing(data: Path) -> None:
    line = told(data, "propose", "--budget", "0.8")
    assert line == "same_day: 50% of 20 useful at 0.6; 0.9 would make it 100% and lose 0 useful\n"
    assert same_day(data) == 0.6
    assert (
        told(data, "propose", "--budget", "0.5") == "same_day: 50% of 20 useful at 0.6; not moved: within the budget\n"
    )


def test_a_clinician_accepts_and_there_is_a_way_back(data: Path) -> None:
    assert "version 1 is in use in place of 0" in told(data, "accept", "--budget", "0.8", "--by", CLEO)
    assert same_day(data) == 0.9
    assert "* 1  same_day 0.9  made " in told(data, "versions")
    assert "version 0 is in use in place of 1" in told(data, "roll-back", "--by", CLEO)
    assert same_day(data) == 0.6
    told(data, "roll-back", "--by", CLEO, code=1)
    rows = in_records(data, lambda tx: audit.find(tx, COMPLIANCE))
    assert [row.action for row in rows].count("tuning.changed") == 2
    stored = b"".join(path.read_bytes() for path in (data / "tuning").iterdir())
    assert b"canary" not in stored


def test_a_nurse_accepts_only_while_in_charge(data: Path) -> None:
    refused = told(data, "accept", "--budget", "0.8", "--by", NIA, code=2)
    assert "neither a clinician nor the charge nurse" in refused
    assert same_day(data) == 0.6

    def put_in_charge(tx: Transaction) -> None:
        nia = staff.enabled(tx, COMMAND)[NIA]
        oncall.override(tx, COMMAND, oncall.CHARGE, nia.id, tx.now, tx.now + timedelta(hours=1))

    in_records(data, put_in_charge)
    told(data, "accept", "--budget", "0.8", "--by", NIA)
    assert same_day(data) == 0.9


def test_without_a_proposal_there_is_nothing_to_accept(data: Path) -> None:
    assert "nothing to accept" in told(data, "accept", "--by", CLEO, code=1)
    assert not (data / "tuning").exists()
