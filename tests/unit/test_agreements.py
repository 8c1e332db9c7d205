"""Nobody outside is sent anything of a patient without an agreement for it that holds today; every complaint names its line."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.agreements import SOON, Agreements, State
from server.config import Settings
from server.environment import WrongSetting
from server.persona.source import PackError
from server.vocabulary.clock import MovableClock

KIND = "unit"

TODAY = datetime(2026, 6, 1, 23, 0, tzinfo=UTC)
REGISTER = """regions: [us]
agreements:
  model-2026:
    provider: Example Inc.
    reaches: [llm.example.org]
    agreement: BAA signed 2026-03-01, contract 1234
    covers: [patient_words]
    region: us
    begins: 2026-03-01
    expires: 2027-03-01
  texts-2026:
    provider: Example Texts Inc.
    reaches: [twilio]
    agreement: BAA signed 2026-03-01, contract 77
    covers: [patient_contact]
    region: us
    begins: 2026-03-01
    expires: 2027-03-01
"""
MODEL: dict[str, Any] = {"llm_url": "https://llm.example.org/v1", "llm_model": "large", "llm_agreement": "model-2026"}
KEY = "ca" * 16
"""As long as Twilio's are."""
TEXTS = f'patient_texts: {{url: "twilio://AC{KEY}:{KEY}@+12025550100/{{phone}}",\n  agreement: texts-2026}}\n'


def settings(folder: Path, register: str = REGISTER, paging: str = "", **more: Any) -> Settings:
    (folder / "agreements.yaml").write_text(register)
    (folder / "escalation.yaml").touch(0o600)
    (folder / "escalation.yaml").write_text(paging)
    escalation: dict[str, Any] = {"escalation": folder / "escalation.yaml"} if paging else {}
    return Settings(data=folder, agreements=folder / "agreements.yaml", **escalation, **more)


def read(found: Settings, now: datetime = TODAY) -> Agreements:
    return Agreements.read(found, MovableClock(now))


def complaints(found: Settings) -> str:
    with pytest.raises(WrongSetting) as caught:
        read(found)
    return "\n".join(caught.value.lines)


def states(found: Settings, now: datetime = TODAY) -> dict[str, State]:
    return {one.provider.what: one.state for one in read(found, now).reviewed()}


def test_who_is_agreed_with_may_be_sent_it(tmp_path: Path) -> None:
    found = settings(tmp_path, paging=TEXTS, **MODEL)
    assert states(found) == {"language model 1": State.IN_FORCE, "texts to patients": State.IN_FORCE}
    agreements = read(found)
    assert agreements.lets_language_model(0, found.language_endpoints[0])()
    assert agreements.lets_texts(found)()
    assert (agreements.part().state, agreements.part().what) == ("live", "2 in force")


def test_without_anybody_outside_no_register_is_needed(tmp_path: Path) -> None:
    found = Settings(data=tmp_path, llm_url="http://127.0.0.1:8081/v1", llm_model="small")
    assert states(found) == {"language model 1": State.HERE}
    assert read(found).part().state == "off"


@pytest.mark.parametrize(
    ("register", "said"),
    [
        (REGISTER.replace("model-2026", "another"), "NIGHTLIGHT_LLM_AGREEMENT: language model 1 (llm.example.org)"),
        (REGISTER.replace("llm.example.org", "other.example.org"), "agreements.yaml:5: "),
        (REGISTER.replace("[patient_words]", "[patient_contact]"), "agreements.yaml:7: "),
        (REGISTER.replace("region: us", "region: eu"), "agreements.yaml:8: "),
    ],
    ids=["unknown", "reaches", "covers", "region"],
)
def test_what_was_never_agreed_is_refused_at_the_start_with_its_line(tmp_path: Path, register: str, said: str) -> None:
    assert said in complaints(settings(tmp_path, register, **MODEL))


def test_without_a_register_the_start_is_refused(tmp_path: Path) -> None:
    assert complaints(Settings(data=tmp_path, **MODEL)).startswith("NIGHTLIGHT_AGREEMENTS: language model 1")


def test_a_second_model_is_asked_for_its_own(tmp_path: Path) -> None:
    second = {"url": "https://second.example.org/v1", "model": "x", "agreement": "none"}
    said = complaints(settings(tmp_path, llm_fallbacks=(second,), **MODEL))
    assert said.startswith("NIGHTLIGHT_LLM_FALLBACKS[0].agreement: language model 2 (second.example.org)")
    assert len(said.splitlines()) == 1


def test_texts_are_complained_of_where_they_are_written(tmp_path: Path) -> None:
    said = complaints(settings(tmp_path, paging=TEXTS.replace("texts-2026", "unknown")))
    assert said.startswith("escalation.yaml:2: patient_texts.agreement: texts to patients (twilio)")
    assert KEY not in said


@pytest.mark.parametrize(
    ("day", "state", "sent", "line"),
    [
        ("2026-02-28", State.NOT_BEGUN, False, "agreements.yaml:9: begins on 2026-03-01"),
        ("2026-03-01", State.IN_FORCE, True, ""),
        ("2026-12-30", State.IN_FORCE, True, ""),
        ("2026-12-31", State.ENDS_SOON, True, "agreements.yaml:10: ends on 2027-03-01"),
        ("2027-02-28", State.ENDS_SOON, True, "agreements.yaml:10: ends on 2027-03-01"),
        ("2027-03-01", State.ENDED, False, "agreements.yaml:10: ended on 2027-03-01"),
        ("2030-01-01", State.ENDED, False, "agreements.yaml:10: ended on 2027-03-01"),
    ],
)
def test_a_day_keeps_nobody_from_starting_and_nobody_is_sent_anything_too_early_or_too_late(
    tmp_path: Path, day: str, state: State, sent: bool, line: str
) -> None:
    found = settings(tmp_path, **MODEL)
    agreements = read(found, datetime.fromisoformat(f"{day}T12:00:00+00:00"))
    assert agreements.lets_language_model(0, found.language_endpoints[0])() is sent
    assert [one.state for one in agreements.reviewed()] == [state]
    assert line in "\n".join(agreements.warnings())
    assert len(agreements.warnings()) == len(re.findall("yaml", line))


def test_it_ends_while_the_service_runs(tmp_path: Path) -> None:
    found, clock = settings(tmp_path, **MODEL), MovableClock(datetime(2027, 2, 28, 23, 59, tzinfo=UTC))
    may_send = Agreements.read(found, clock).lets_language_model(0, found.language_endpoints[0])
    before = may_send()
    clock.move(timedelta(minutes=1))
    assert (before, may_send()) == (True, False)


def test_the_warning_comes_in_time_to_renew() -> None:
    assert timedelta(days=30) <= SOON <= timedelta(days=180)


def test_pagers_and_relays_are_listed_and_stop_nothing(tmp_path: Path) -> None:
    pagers = 'catch_all: [{channel: voice, url: "pagerduty://KEYcanary@ROUTING"}, {channel: push, url: "json://127.0.0.1:1/"}]\n'
    found = settings(tmp_path, "{}", pagers, turn=("turn:turn.example.org:3478?transport=udp",), turn_secret="x")
    listed = {(one.provider.reach, one.state) for one in read(found).reviewed()}
    assert listed == {
        ("pagerduty", State.NOT_NEEDED),
        ("127.0.0.1", State.HERE),
        ("turn.example.org", State.OWN_OR_MISSING),
    }


@pytest.mark.parametrize(
    ("register", "said"),
    [
        (REGISTER.replace("expires: 2027-03-01", "expires: 2026-01-01", 1), "agreements.yaml:4"),
        (REGISTER.replace("begins: 2026-03-01", "begins: soon", 1), "agreements.yaml:9: "),
        (REGISTER.replace("[patient_words]", "[everything]"), "agreements.yaml:7: "),
        (REGISTER.replace("provider:", "providr:", 1), "agreements.yaml:4: "),
    ],
    ids=["order", "day", "kind", "misspelled"],
)
def test_a_register_that_cannot_be_read_names_its_line(tmp_path: Path, register: str, said: str) -> None:
    with pytest.raises(PackError) as caught:
        read(settings(tmp_path, register, **MODEL))
    assert said in str(caught.value)
