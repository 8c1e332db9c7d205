"""`nightlight memory`: shown, put right, and a whole patient destroyed, with what is left in the files looked at."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from typer.testing import CliRunner, Result

from server.checkin.remembering import Remembering
from server.cli import commands
from server.config import Settings
from server.installation import open_records
from server.record import audit, patients
from server.vocabulary.clock import MovableClock
from server.vocabulary.ids import PatientId
from tests.fakes.records import COMMAND, COMPLIANCE, OTTO, Records
from tests.fakes.remembered import PACK, talked
from tests.unit.test_memory_records import SICK, SWOLLEN

KIND = "services"
T = TypeVar("T")


def nightlight(data: Path, *arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(commands, [*arguments, "--data", str(data)], input=typed)


def in_records(data: Path, work: Callable[[Records], Coroutine[Any, Any, T]]) -> T:
    async def worked() -> T:
        clock = MovableClock(datetime.now(UTC))
        database = await open_records(Settings(data=data), clock)
        try:
            return await work(Records(database, data / "records.db", "", clock))
        finally:
            await database.close()

    return asyncio.run(worked())


@pytest.fixture
def rosa(tmp_path: Path) -> PatientId:
    async def made(records: Records) -> PatientId:
        patient = await records.add(SICK)
        await records.add(OTTO)
        await talked(records, patient, *SWOLLEN)
        await Remembering(records.database, {PACK.id: PACK}).take_in_all()
        return patient

    return in_records(tmp_path, made)


def facts(data: Path, *options: str) -> list[dict[str, Any]]:
    done = nightlight(data, "memory", "show", "Rosamunda", "--json", *options)
    found: list[dict[str, Any]] = json.loads(done.output)["facts"]
    return found


def swelling(data: Path) -> dict[str, Any]:
    (found,) = [fact for fact in facts(data) if fact["claim"]["predicate"] == "swelling"]
    return found


def test_facts_threads_and_check_ins_are_shown(tmp_path: Path, rosa: PatientId) -> None:
    done = nightlight(tmp_path, "memory", "show", rosa)
    assert "swelling left_ankle: yes" in done.output
    assert "swelling  (follow_up)" in done.output
    assert "patient_ended" in done.output


@pytest.mark.usefixtures("rosa")
def test_before_the_day_nothing_was_known(tmp_path: Path) -> None:
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    assert facts(tmp_path, "--as-known-on", str(yesterday)) == []


@pytest.mark.usefixtures("rosa")
def test_a_fact_is_put_right(tmp_path: Path) -> None:
    done = nightlight(tmp_path, "memory", "correct", "Rosamunda", swelling(tmp_path)["id"], "--aspect", "left_foot")
    fixed = swelling(tmp_path)
    assert done.output.strip() == fixed["id"]
    assert (fixed["claim"]["aspect"], fixed["source"], fixed["confirmed_by"]) == ("left_foot", "staff", "command")


@pytest.mark.usefixtures("rosa")
@pytest.mark.parametrize("options", [(), ("--confirm", "--value", "no"), ("--confirm", "--reject")])
def test_one_thing_at_a_time(tmp_path: Path, options: tuple[str, ...]) -> None:
    done = nightlight(tmp_path, "memory", "correct", "Rosamunda", "mf_1", *options)
    assert done.exit_code == 2


def test_nothing_happens_without_a_yes(tmp_path: Path, rosa: PatientId) -> None:
    assert nightlight(tmp_path, "memory", "forget", rosa, typed="n\n").exit_code == 1
    assert swelling(tmp_path)


def test_a_patient_is_forgotten_for_good(tmp_path: Path, rosa: PatientId) -> None:
    before = b"".join(file.read_bytes() for file in tmp_path.glob("records.db*"))
    done = nightlight(tmp_path, "memory", "forget", rosa, "--yes", "--json")
    certificate = json.loads(done.output)
    left = b"".join(file.read_bytes() for file in tmp_path.glob("records.db*"))
    assert rosa.encode() in before
    assert b"Rosamunda" not in left
    assert certificate["keys"] == 1
    assert certificate["rows"]["memory_fact"] > 0

    async def looked(records: Records) -> tuple[int | None, list[str], list[str]]:
        run = records.database.run
        rows = await run(lambda tx: audit.find(tx, COMPLIANCE, patient=rosa))
        names = [card.name for card in await run(lambda tx: patients.find_all(tx, COMMAND))]
        return await run(audit.verify), [row.hash for row in rows if row.action == "patient.forgotten"], names

    assert in_records(tmp_path, looked) == (None, [certificate["audit_hash"]], [OTTO.name])
    assert nightlight(tmp_path, "memory", "show", rosa).exit_code == 2
