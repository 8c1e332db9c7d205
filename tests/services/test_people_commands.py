"""Patients and staff are added on a command line, into real records; the output holds nothing of them but ids."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pyotp
import pytest
from typer.testing import CliRunner, Result

from server.cli import commands
from server.config import Settings
from server.installation import open_records
from server.record import audit, factors, passwords, patients, staff
from server.record.transaction import Transaction
from server.vocabulary.clock import SystemClock
from server.vocabulary.ids import StaffId
from server.vocabulary.principals import Role, Staff
from tests.fakes.records import COMMAND, COMPLIANCE, SIGN_IN

KIND = "services"

T = TypeVar("T")

PASSWORD = "my cat never liked Tuesdays"
CARD = {
    "name": "Rosamunda Canaryfield",
    "first_name": "Rosamunda",
    "phone": "202-555-0143",
    "birth_date": "1947-11-23",
    "diagnosis": "Canaryitis",
}


def nightlight(data: Path, *arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(commands, [*arguments, "--data", str(data)], input=typed)


def in_records(data: Path, work: Callable[[Transaction], T]) -> T:
    async def worked() -> T:
        database = await open_records(Settings(data=data), SystemClock())
        try:
            return await database.run(work)
        finally:
            await database.close()

    return asyncio.run(worked())


@pytest.fixture
def card(tmp_path: Path) -> str:
    path = tmp_path / "card.json"
    path.write_text(json.dumps(CARD))
    return str(path)


def test_a_patient_is_added_and_only_the_id_is_shown(tmp_path: Path, card: str) -> None:
    done = nightlight(tmp_path, "patients", "add", card)
    (stored,) = in_records(tmp_path, lambda tx: patients.find_all(tx, COMMAND))
    assert done.output == f"{stored.id}\n"
    assert (stored.name, stored.callback, stored.birth_year) == ("Rosamunda Canaryfield", "202-555-0143", 1947)


def test_adding_and_listing_are_audited(tmp_path: Path, card: str) -> None:
    patient = nightlight(tmp_path, "patients", "add", card).output.strip()
    listed = nightlight(tmp_path, "patients", "list")
    rows = in_records(tmp_path, lambda tx: audit.find(tx, COMPLIANCE))
    assert listed.stdout == f"{patient}  Rosamunda\n"
    assert [(row.action, row.actor, row.patient) for row in reversed(rows)] == [
        ("patient.added", "service:command", patient),
        ("patient.listed", "service:command", patient),
    ]


def test_a_wrong_card_adds_nobody_and_shows_nothing_of_it(tmp_path: Path) -> None:
    path = tmp_path / "card.json"
    path.write_text(json.dumps(CARD | {"phone": "canary", "conditions": ["canary"]}))
    done = nightlight(tmp_path, "patients", "add", str(path))
    assert done.exit_code == 2
    assert [line.split(": ")[1] for line in done.stderr.splitlines()] == ["phone", "conditions"]
    assert "anary" not in done.output
    assert in_records(tmp_path, lambda tx: patients.find_all(tx, COMMAND)) == []


def test_an_added_patient_can_be_invited(tmp_path: Path, card: str) -> None:
    patient = nightlight(tmp_path, "patients", "add", card).output.strip()
    done = nightlight(tmp_path, "invite", patient)
    assert done.exit_code == 0
    assert "/c#" in done.output


@pytest.mark.parametrize(
    ("options", "typed"), [((), f"{PASSWORD}\n{PASSWORD}\n"), (("--password-stdin",), f"{PASSWORD}\n")]
)
def test_staff_is_added_and_may_sign_in(tmp_path: Path, options: tuple[str, ...], typed: str) -> None:
    who = ("staff", "add", "Nia@clinic.example", "--role", "clinician", "--name", "Nia Person")
    done = nightlight(tmp_path, *who, *options, typed=typed)
    account = in_records(tmp_path, lambda tx: staff.find_by_email(tx, SIGN_IN, "nia@clinic.example"))
    assert account is not None
    assert (account.name, account.role) == ("Nia Person", Role.CLINICIAN)
    assert passwords.password_matches(account.password_hash, PASSWORD)
    assert account.id in done.stdout
    assert PASSWORD not in done.output
    (row,) = in_records(tmp_path, lambda tx: audit.find(tx, COMPLIANCE))
    assert (row.action, row.subject) == ("staff.added", account.id)


@pytest.mark.parametrize(
    ("email", "name", "password", "said"),
    [
        ("nia", "Nia Person", PASSWORD, "EMAIL: must be an address like nurse@clinic.example"),
        ("nia@clinic.example", " ", PASSWORD, "--name: must be one line"),
        ("nia@clinic.example", "Nia Person", "short", "password: must have 15 to 200 characters"),
        ("nia@clinic.example", "Nia Person", "a" * 20, "password: is easily guessed"),
        ("nia@clinic.example", "Nia Person", "nightlight-demo", "password: is easily guessed"),
    ],
)
def test_what_cannot_be_an_account_is_said(tmp_path: Path, email: str, name: str, password: str, said: str) -> None:
    who = ("staff", "add", email, "--role", "nurse", "--name", name, "--password-stdin")
    done = nightlight(tmp_path, *who, typed=f"{password}\n")
    assert done.exit_code == 2
    assert said in done.stderr
    assert password not in done.output
    assert in_records(tmp_path, lambda tx: staff.find_by_email(tx, SIGN_IN, email)) is None


def test_an_address_has_one_account(tmp_path: Path) -> None:
    who = ("staff", "add", "nia@clinic.example", "--role", "nurse", "--name", "Nia Person", "--password-stdin")
    first, second = (nightlight(tmp_path, *who, typed=f"{PASSWORD}\n") for _ in range(2))
    assert (first.exit_code, second.exit_code) == (0, 2)
    assert second.stderr == "nightlight: email_taken: an account with this e-mail address exists\n"


def added(data: Path) -> str:
    who = ("staff", "add", "nia@clinic.example", "--role", "nurse", "--name", "Nia Person", "--password-stdin")
    return nightlight(data, *who, typed=f"{PASSWORD}\n").stdout.strip()


def test_accounts_are_listed_with_how_they_sign_in(tmp_path: Path) -> None:
    member = added(tmp_path)
    listed = nightlight(tmp_path, "staff", "list").stdout
    assert listed.split() == [member, "nurse", "password", "never", "nia@clinic.example"]


@pytest.mark.parametrize(
    ("steps", "shown", "action"),
    [
        ((("role", "charge"),), "charge", "staff.role_given"),
        ((("shut",),), "shut", "staff.shut"),
        ((("shut",), ("open",)), "password", "staff.opened"),
    ],
)
def test_accounts_are_looked_after(tmp_path: Path, steps: tuple[tuple[str, ...], ...], shown: str, action: str) -> None:
    member = added(tmp_path)
    for command, *more in steps:
        assert nightlight(tmp_path, "staff", command, "NIA@clinic.example", *more).stdout.strip() == member
    assert shown in nightlight(tmp_path, "staff", "list").stdout
    rows = in_records(tmp_path, lambda tx: audit.find(tx, COMPLIANCE))
    assert [(row.subject, row.actor) for row in rows if row.action == action] == [(member, "service:command")]


def test_a_lost_second_factor_is_taken_away(tmp_path: Path) -> None:
    nia = Staff(StaffId(added(tmp_path)), "Nia Person", Role.NURSE)

    def set_up(tx: Transaction) -> None:
        secret = factors.begin(tx, nia)
        factors.confirm(tx, nia, pyotp.TOTP(secret).at(tx.now))

    in_records(tmp_path, set_up)
    assert "second-factor" in nightlight(tmp_path, "staff", "list").stdout
    assert nightlight(tmp_path, "staff", "reset-factor", "nia@clinic.example").exit_code == 0
    assert "password" in nightlight(tmp_path, "staff", "list").stdout


@pytest.mark.parametrize("command", [("role", "charge"), ("shut",), ("open",), ("reset-factor",)])
def test_an_unknown_address_is_said(tmp_path: Path, command: tuple[str, ...]) -> None:
    name, *more = command
    done = nightlight(tmp_path, "staff", name, "nobody@clinic.example", *more)
    assert (done.exit_code, done.stderr) == (2, "nightlight: not_found: no account has this e-mail address\n")


def test_the_table_of_roles_is_printed() -> None:
    done = CliRunner().invoke(commands, ["staff", "roles"])
    assert "| `GET /staff/audit` | audit.read |" in done.stdout
    described = json.loads(CliRunner().invoke(commands, ["staff", "roles", "--openapi"]).stdout)
    assert described["paths"]["/staff/audit"]["get"]["summary"] == "Open to staff with audit.read."
