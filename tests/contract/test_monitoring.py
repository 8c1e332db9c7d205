"""What is watched exists: every number that an alert or the dashboard asks for is one that the service has."""

import json
import re
from datetime import timedelta

import pytest
import yaml
from prometheus_client.exposition import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from server.escalation.pager import Health
from server.metrics import PARTS, Metrics
from server.vocabulary import events as e
from server.vocabulary.findings import Tier
from server.vocabulary.ids import EscalationId, StaffId
from tests.contract.source import ROOT

KIND = "contract"

MONITORING = ROOT / "docs" / "monitoring"
ALERTS = [
    rule
    for group in yaml.safe_load((MONITORING / "alerts.yaml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
PANELS = json.loads((MONITORING / "dashboard.json").read_text("utf-8"))["panels"]
NAME = re.compile(r"\b(?:nightlight|process)_[a-z_]+\b")
EVENTS: tuple[e.Event, ...] = (
    e.CheckInStarted("p", "1", "h", resumed=False),
    e.CheckInEnded("completed"),
    e.ConnectionChanged("lost"),
    e.TurnTimed(1, 200.0, 0.0, 20.0, 30.0, 10.0),
    e.EscalationRequested(EscalationId("es_1"), Tier.URGENT, "FEVER", 1, "I am burning up", 1),
    e.EscalationAcknowledged(EscalationId("es_1"), Tier.URGENT, StaffId("st_1"), "Nia"),
    e.SentenceGated(1, "Hello Rosa.", True, "hello", ""),
    e.QuestionUnanswered(1, "May I take a bath?"),
    e.FailedSafe("voice_failed"),
)


def told() -> str:
    """What Prometheus reads after one of everything."""
    metrics = Metrics(lambda: 2, lambda: Health(timedelta(seconds=0.5)))
    for event in EVENTS:
        metrics.note(event)
    return generate_latest(metrics.registry).decode()


TOLD = told()
KNOWN = {sample.name for family in text_string_to_metric_families(TOLD) for sample in family.samples}


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: str(rule["alert"]))
def test_an_alert_asks_for_what_there_is_and_says_what_to_think(rule: dict[str, dict[str, str]]) -> None:
    assert set(NAME.findall(str(rule["expr"]))) <= KNOWN
    assert rule["annotations"]["summary"]
    assert rule["labels"]["severity"] in {"page", "ticket"}


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: str(panel["title"]))
def test_a_panel_asks_for_what_there_is(panel: dict[str, list[dict[str, str]]]) -> None:
    asked = {name for target in panel["targets"] for name in NAME.findall(target["expr"])}
    assert asked
    assert asked <= KNOWN


def test_every_alert_is_explained() -> None:
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert [rule["alert"] for rule in ALERTS if f"`{rule['alert']}`" not in page] == []


def test_nothing_of_anybody_is_in_it() -> None:
    """Neither words nor names nor ids: those of `EVENTS` and any other."""
    assert re.findall(r"Rosa|Nia|burning|bath|FEVER|\b(?:es|st|ci|pt)_", TOLD) == []


def test_what_happened_is_counted() -> None:
    counted = {"checkins_running 2.0", 'checkins_ended_total{reason="completed"} 1.0', "failures_total 1.0"}
    counted |= {'pages_requested_total{tier="urgent"} 1.0', 'pages_acknowledged_total{tier="urgent"} 1.0'}
    counted |= {"reply_seconds_sum 0.26", 'reply_seconds_bucket{le="0.3"} 1.0', 'reply_seconds_bucket{le="0.2"} 0.0'}
    assert {f"nightlight_{line}" for line in counted} <= set(TOLD.splitlines())


def test_parts_of_a_reply_are_those_on_record() -> None:
    fields = [name for name in e.TurnTimed.__dataclass_fields__ if name.endswith("_ms")]
    assert [f"{part}_ms" for part in PARTS] == fields


def test_a_tier_that_was_never_paged_is_zero_and_not_missing() -> None:
    shown = {line.rpartition(" ")[0] for line in TOLD.splitlines()}
    assert {f'nightlight_pages_requested_total{{tier="{tier}"}}' for tier in Tier} <= shown
