"""A clinic's file becomes a card, or complaints that name the field and hold nothing of the patient."""

import json
from datetime import date
from pathlib import Path

import pytest
import yaml

from server.commands.patient_file import Known, WrongCard, known_to, read_card
from server.config import ROOT
from server.installation import load_packs
from server.record.patients import Medicine, PatientFacts

KIND = "unit"

TODAY = date(2026, 3, 2)
CARD = {
    "name": "Rosamunda Canaryfield",
    "first_name": "Rosamunda",
    "phone": "202-555-0143",
    "callback": "202-555-0144",
    "birth_date": "1947-11-23",
    "discharged_on": "2026-02-27",
    "diagnosis": "Heart failure",
    "medicines": [
        {
            "name": "apixaban",
            "purpose": "blood thinner",
            "how": "one tablet twice a day",
            "high_alert": True,
            "new": True,
        }
    ],
    "address": "17 Canarystreet",
    "conditions": ["heart_failure"],
    "services": ["home nurse"],
    "next_visit": "2026-03-09",
    "parameters": {"hf.gain_1d_lb": 2},
    "risks": ["chemo_or_transplant"],
}
FACTS = PatientFacts(
    name="Rosamunda Canaryfield",
    first_name="Rosamunda",
    phone="202-555-0143",
    callback="202-555-0144",
    birth_month=11,
    birth_day=23,
    birth_year=1947,
    discharged_on=date(2026, 2, 27),
    diagnosis="Heart failure",
    medicines=(Medicine("apixaban", "blood thinner", "one tablet twice a day", high_alert=True, new=True),),
    address="17 Canarystreet",
    conditions=("heart_failure",),
    services=("home nurse",),
    next_visit=date(2026, 3, 9),
    parameters=(("hf.gain_1d_lb", 2.0),),
    risks=("chemo_or_transplant",),
)
LEAST = {key: CARD[key] for key in ("name", "first_name", "phone", "birth_date")}
NONE_KNOWS = "holds one that no persona knows; there are:"
NO_YAML = "is not YAML: put values with a colon or a # in quotes, and use no tabs"
MEDICINE = {"name": "canary", "purpose": "canary", "how": "canary", "high_alert": False}


@pytest.fixture(scope="module")
def known() -> Known:
    """What the packs of this repository have words for."""
    return known_to(load_packs().values(), TODAY)


def complaints(folder: Path, known: Known, text: str, name: str = "card.yaml") -> tuple[str, ...]:
    (folder / name).write_text(text)
    with pytest.raises(WrongCard) as caught:
        read_card(folder / name, known)
    return caught.value.lines


@pytest.mark.parametrize(("name", "text"), [("card.json", json.dumps(CARD)), ("card.yaml", yaml.safe_dump(CARD))])
def test_a_whole_card_is_read(tmp_path: Path, known: Known, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert read_card(tmp_path / name, known) == FACTS


def test_the_card_of_the_documentation_is_read(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "add-a-patient.md").read_text("utf-8")
    (tmp_path / "card.yaml").write_text(page.split("```yaml\n")[1].split("```")[0])
    known = known_to(load_packs().values(), date(2026, 11, 20))
    assert read_card(tmp_path / "card.yaml", known).first_name == "Maria"


def test_a_card_needs_little(tmp_path: Path, known: Known) -> None:
    (tmp_path / "card.yaml").write_text(yaml.safe_dump(LEAST | {"birth_date": "02-29"}))
    found = read_card(tmp_path / "card.yaml", known)
    assert (found.birth_month, found.birth_day, found.birth_year) == (2, 29, None)
    assert found.callback == found.phone
    assert found.medicines == ()


def test_every_fact_of_the_record_can_be_given(known: Known) -> None:
    given = set(CARD) - {"birth_date"} | {"birth_month", "birth_day", "birth_year"}
    assert given == set(PatientFacts.__dataclass_fields__)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": " "}, "name: must not be empty"),
        ({"name": "Canary\nfield"}, "name: must be one line of at most 300 characters"),
        ({"phone": 2025550143}, "phone: must be text: put it in quotes"),
        ({"phone": "canary"}, "phone: must be a phone number of 7 to 15 digits, for example 202-555-0143"),
        ({"birth_date": "canary"}, "birth_date: must be a date like 1959-03-14, or 03-14 where the year is not known"),
        ({"birth_date": "02-30"}, "birth_date: must be a date like 1959-03-14, or 03-14 where the year is not known"),
        ({"birth_date": "2959-03-14"}, "birth_date: must be a year in which a living person can be born"),
        ({"discharged_on": "canary"}, "discharged_on: must be a date like 2026-03-14"),
        ({"discharged_on": "2026-04-01"}, "discharged_on: must not lie in the future; leave it out until the patient is home"),
        ({"next_visit": "2026-01-01"}, "next_visit: must be today or later; leave it out if none is planned"),
        ({"medicines": "canary"}, "medicines: must be a list"),
        ({"medicines": ["canary"]}, "medicines[0]: must be an object with a name, purpose, how and high_alert"),
        ({"medicines": [MEDICINE | {"high_alert": "canary"}]}, "medicines[0].high_alert: must be true or false"),
        ({"medicines": [MEDICINE | {"hwo": "canary"}]}, "medicines[0]: holds a field that does not exist; did you mean how?"),
        ({"risks": ["canary"]}, f"risks: {NONE_KNOWS} chemo_or_transplant, pregnant_or_postpartum"),
        ({"parameters": {"canary": "canary"}}, "parameters: must be a number"),
        ({"frist_name": "canary"}, "holds a field that does not exist; did you mean first_name?"),
    ],
)  # fmt: skip
def test_a_complaint_names_the_field_and_the_remedy(
    tmp_path: Path, known: Known, change: dict[str, object], said: str
) -> None:
    assert complaints(tmp_path, known, yaml.safe_dump(CARD | change)) == (said,)


@pytest.mark.parametrize("field", ["conditions", "parameters"])
def test_a_name_that_no_persona_knows_is_not_taken(tmp_path: Path, known: Known, field: str) -> None:
    unknown: dict[str, object] = {"conditions": ["Heart canary"], "parameters": {"canary": 1}}
    (found,) = complaints(tmp_path, known, yaml.safe_dump(CARD | {field: unknown[field]}))
    assert found.startswith(f"{field}: {NONE_KNOWS} ")
    assert "canary" not in found


def test_every_complaint_is_made_at_once(tmp_path: Path, known: Known) -> None:
    assert complaints(tmp_path, known, "{}") == tuple(f"{field}: is missing" for field in LEAST)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("card.yaml", "name: Canary: field\n", f"line 1 {NO_YAML}"),
        ("card.yaml", "- canary\n", "the file must hold one patient: lines of `field: value`, or one JSON object"),
        ("card.json", '{"name": "canary"', "line 1 is not JSON: look for a missing quote, comma or brace"),
        ("card.yaml", "discharged_on: 2026-02-30\n", f"the file {NO_YAML}"),
    ],
)  # fmt: skip
def test_a_file_in_disorder_is_said(tmp_path: Path, known: Known, name: str, text: str, said: str) -> None:
    assert complaints(tmp_path, known, text, name) == (said,)


def test_a_file_that_is_not_there_is_said(tmp_path: Path, known: Known) -> None:
    with pytest.raises(WrongCard, match="the file cannot be read: No such file or directory"):
        read_card(tmp_path / "canary.yaml", known)
