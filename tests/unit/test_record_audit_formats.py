"""An audit row in other systems' words: FHIR's shape, CEF's escapes, and JSON lines from which the chain can be checked."""

import json
import random
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from server.record.audit import AuditAction
from server.record.audit_formats import Format, audit_event, cef, line
from server.record.chain import START, AuditRow, canonical, link
from tests.fakes.fhir_audit_event import AuditEvent

KIND = "unit"
ROW = AuditRow(
    7,
    datetime(2026, 3, 2, 12, 0, 0, 120, UTC),
    "staff:st_1",
    "journal.read",
    "pt_1",
    "ci_1",
    canonical({"count": 3, "allowed": True, "zone": ""}),
    START,
    "a" * 64,
)
ACTORS = ("staff:st_1", "patient:pt_1", "service:conductor")
EVENT = re.compile(r"((?:\\.|[^\\|\n])*)\|" * 7 + r"([^\n]*)")
FIELD = re.compile(r"(\w+)=((?:\\.|[^=\\])*?)(?= \w+=|$)")


@pytest.mark.parametrize("action", AuditAction)
@pytest.mark.parametrize("actor", ACTORS)
def test_every_act_is_an_audit_event(action: AuditAction, actor: str) -> None:
    AuditEvent.model_validate(audit_event(replace(ROW, action=action.value, actor=actor)))


@pytest.mark.parametrize(
    "changed", [{"patient": None}, {"subject": ""}, {"patient": None, "subject": "", "detail": "{}"}]
)
def test_an_act_on_nobody_is_one_too(changed: dict[str, str | None]) -> None:
    AuditEvent.model_validate(audit_event(replace(ROW, **changed)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("action", "letter", "outcome"),
    [
        ("patient.read", "R", "0"),
        ("patient.contact_read", "R", "0"),
        ("patient.added", "C", "0"),
        ("memory.corrected", "U", "0"),
        ("patient.forgotten", "D", "0"),
        ("staff.signed_in", "E", "0"),
        ("staff.sign_in_refused", "E", "4"),
    ],
)
def test_an_event_says_what_kind_of_act_it_was(action: str, letter: str, outcome: str) -> None:
    made = audit_event(replace(ROW, action=action))
    assert (made["action"], made["outcome"]) == (letter, outcome)


def test_the_patient_and_the_row_are_in_the_event() -> None:
    made = audit_event(ROW)
    what = [one["what"]["identifier"] for one in made["entity"]]
    assert what == [
        {"system": "urn:nightlight:patient", "value": "pt_1"},
        {"system": "urn:nightlight:subject", "value": "ci_1"},
        {"system": "urn:nightlight:audit", "value": "7"},
    ]
    facts = {one["type"]: one["valueString"] for one in made["entity"][-1]["detail"]}
    assert facts == {"count": "3", "allowed": "true", "prev": START, "hash": "a" * 64}
    assert made["recorded"] == "2026-03-02T12:00:00.000120Z"


def test_a_line_of_json_is_enough_to_check_the_chain() -> None:
    read = json.loads(line(ROW, Format.JSONL))
    back = AuditRow(**{**read, "at": datetime.fromisoformat(read["at"]), "detail": canonical(read["detail"])})
    assert (back, link(back)) == (ROW, link(ROW))


def unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), text)


def test_cef_has_seven_header_fields_and_named_ones() -> None:
    header, _, extension = cef(ROW).rpartition("|")
    assert header.startswith("CEF:0|Nightlight|Nightlight|")
    assert header.endswith("|journal.read|journal read|3")
    fields = {name: unescaped(value) for name, value in FIELD.findall(extension)}
    assert (fields["externalId"], fields["suid"], fields["cs1"], fields["cs2"]) == ("7", "staff:st_1", "pt_1", "ci_1")
    assert fields["rt"] == "1772452800000"
    assert fields["cs3"] == ROW.detail


@pytest.mark.parametrize("seed", range(200))
def test_nothing_in_a_row_breaks_out_of_its_field(seed: int) -> None:
    chance = random.Random(seed)
    nasty = "".join(chance.choice("|=\\\n\r\tab cs1=CEF:0ü") for _ in range(30)) + "."
    written = cef(replace(ROW, action=nasty, subject=nasty))
    found = EVENT.fullmatch(written)
    assert found is not None
    assert unescaped(found[5]) == re.sub(r"[\r\n]+", " ", nasty)
    fields = {name: unescaped(value) for name, value in FIELD.findall(found[8])}
    assert fields["cs2"] == re.sub(r"\r\n|\r", "\n", nasty)
    assert list(fields) == [name for name, _ in FIELD.findall(cef(ROW).rpartition("|")[2])]
