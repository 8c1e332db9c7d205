"""Every field name is on one of the two lists, and nothing of the PHI list gets into a log line."""

import dataclasses
import logging
from collections.abc import Iterator
from typing import get_args

import pytest

from server.record import privacy
from server.record.patients import Medicine, PatientCard
from server.record.privacy import PHI_FIELDS, SAFE_FIELDS, PrivacyBreach, log, refused_fields
from server.record.tables import metadata
from server.vocabulary.events import Event
from server.vocabulary.findings import CueEvidence

KIND = "unit"
LOGGER = logging.getLogger("test.privacy")
NAMES = {
    *(field.name for kind in get_args(get_args(Event)[0]) for field in dataclasses.fields(kind)),
    *(field.name for kind in (PatientCard, Medicine, CueEvidence) for field in dataclasses.fields(kind)),
    *(column.name for table in metadata.tables.values() for column in table.columns),
}


@pytest.fixture
def lenient() -> Iterator[None]:
    privacy.set_strict(False)
    refused_fields.clear()
    yield
    refused_fields.clear()


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_stored_field_is_on_a_list(name: str) -> None:
    assert name in SAFE_FIELDS | PHI_FIELDS


def test_no_field_is_on_both_lists() -> None:
    assert SAFE_FIELDS.isdisjoint(PHI_FIELDS)


@pytest.mark.usefixtures("lenient")
def test_a_line_is_the_event_and_its_fields(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    log(LOGGER, logging.INFO, "turn_taken", checkin="ci_1", turn=3, wait_ms=12.5, resumed=True, reason=None)
    assert caplog.messages == ["turn_taken checkin=ci_1 turn=3 wait_ms=12.5 resumed=True"]


@pytest.mark.usefixtures("lenient")
@pytest.mark.parametrize("name", ["quote", "trigger", "first_name", "never_heard_of"])
def test_in_production_an_unsafe_field_is_dropped_and_counted(caplog: pytest.LogCaptureFixture, name: str) -> None:
    caplog.set_level(logging.INFO)
    log(LOGGER, logging.INFO, "turn_taken", turn=3, **{name: "canaryword"})
    assert caplog.messages == ["turn_taken turn=3 refused=1"]
    assert refused_fields == {name: 1}


@pytest.mark.usefixtures("lenient")
def test_under_test_an_unsafe_field_raises_without_its_value() -> None:
    privacy.set_strict(True)
    with pytest.raises(PrivacyBreach) as caught:
        log(LOGGER, logging.DEBUG, "turn_taken", quote="canaryword")
    assert str(caught.value).endswith(": quote")


@pytest.mark.usefixtures("lenient")
def test_a_value_cannot_forge_a_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    log(LOGGER, logging.INFO, "refused", route="/c\nturn_taken turn=1" + "x" * 200)
    assert "\n" not in caplog.messages[0]
    assert len(caplog.messages[0]) < 150
