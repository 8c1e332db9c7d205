"""What the patient's page is shown: every kind of event has an answer, and only words for the patient are among them."""

import json
from typing import get_args

import pytest

from server.checkin.view import page_view
from server.vocabulary import events as e
from server.vocabulary.findings import CueEvidence, CueUsual, Tier
from server.vocabulary.ids import EscalationId, StaffId
from server.vocabulary.speech import Told

KIND = "unit"

_SOFTER = CueEvidence("trail_off", 12.0, 9.0, 2.0, 2.4, 0.6)
_QUICKER = CueEvidence("response_latency", 12.0, 0.1, 0.5, -1.0, -0.2)
SHOWN: tuple[tuple[e.Event, dict[str, object]], ...] = (
    (e.PatientTurn(1, "No pain.", typed=False, continues=False), {"k": "you", "text": "No pain.", "final": True}),
    (
        e.EscalationRequested(EscalationId("esc_1"), Tier.EMERGENCY, "CHEST_PAIN", 3, "it hurts", 2),
        {"k": "esc", "tier": "emergency", "ack": None},
    ),
    (
        e.EscalationAcknowledged(EscalationId("esc_1"), Tier.URGENT, StaffId("st_1"), "Nia"),
        {"k": "esc", "tier": "urgent", "ack": "Nia"},
    ),
    (e.RoomChanged(StaffId("st_1"), "Nia", "talking"), {"k": "nurse", "state": "talking", "name": "Nia"}),
    (
        e.CueNoticed("trailing_off", 0.4, 12.5, "turn", "hesitation", evidence=(_SOFTER, _QUICKER)),
        {
            "k": "noticed",
            "cue": "trailing_off",
            "at": 12.5,
            "what": "hesitation",
            "absence": "",
            "shows": ["trail_off"],
        },
    ),
    (e.CueDisputed("mismatch", 8.0), {"k": "not_right", "cue": "mismatch", "at": 8.0}),
    (e.ConsentChanged("voice_cues", allowed=True), {"k": "cues", "what": "voice", "on": True}),
    (
        e.QuestionAnswered(
            4,
            "what if I forget one?",
            Told(
                "warfarin#Missed dose", 2, "Dr. Haddad", "Warfarin", "Missed dose", "MedlinePlus", "rl_1", ("Call us.",)
            ),
        ),
        {"k": "cite", "title": "Warfarin", "section": "Missed dose", "source": "MedlinePlus"},
    ),
    (e.CheckInEnded("completed"), {"k": "end", "reason": "completed"}),
)
NOT_SHOWN: tuple[e.Event, ...] = (
    e.CheckInStarted("post-discharge", "1.0.0", "0" * 64, resumed=False),
    e.ConnectionChanged("lost"),
    e.PatientSilent(8.5),
    e.NurseAsked(),
    e.CueJudged("trailing_off", 12.5, "hesitation", 1.4, "prior", "right", StaffId("st_1"), "Nia"),
    e.EscalationClosed(
        *(EscalationId("esc_1"), Tier.URGENT, "SWELLING", 1, StaffId("st_1"), "Nia", "not_needed", "advised", "useful")
    ),
    e.TriggerFired(1, "CHEST_PAIN", 3, Tier.EMERGENCY, "my chest hurts"),
    e.NegativeFound(2, "DYSPNEA_REST", 1, "no, I breathe fine"),
    e.ObjectiveClosed("trend", "met", "better", (6,)),
    e.QuestionUnanswered(3, "can I drive?"),
    e.MemoryAmended(4, "mf_1", "forgotten", "", "forget that"),
    e.SentenceGated(1, "Hello.", allowed=True, script="greeting.hello", reason="script"),
    e.SpeechHeard(("Sit down and rest.",), "Sit down", interrupted=True, seconds=0.7),
    e.SentenceHeard(1, "Sit down and rest.", 1.4, 0.7, heard_words=2, of_words=4),
    e.ModelUsed(1, "talk", "large", 900, 20, False, 120, 310.5, "used"),
    e.ConsentChanged("camera", allowed=False),
    e.TurnTimed(1, 480.0, 0.0, 2.5, 90.0, 20.0),
    e.VoiceTimingLearned(9, (CueUsual("pause_ratio", 0.2, 0.08),)),
    e.FailedSafe("speech_failed"),
)
EVERY_KIND = (*(event for event, _ in SHOWN), *NOT_SHOWN)
MOST_BYTES = 4096
"""Of one data-channel message (`media.link`)."""


def test_the_lists_above_hold_every_kind() -> None:
    assert {type(event) for event in EVERY_KIND} == set(get_args(get_args(e.Event)[0]))


@pytest.mark.parametrize(("event", "view"), SHOWN, ids=lambda value: getattr(value, "kind", ""))
def test_what_concerns_the_patient_is_shown(event: e.Event, view: dict[str, object]) -> None:
    assert page_view(event) == view


@pytest.mark.parametrize("event", NOT_SHOWN, ids=lambda event: event.kind)
def test_what_is_for_the_record_or_the_nurse_is_not(event: e.Event) -> None:
    assert page_view(event) is None


@pytest.mark.parametrize("event", EVERY_KIND, ids=lambda event: event.kind)
def test_a_view_is_a_small_message_without_ids_guardrails_or_quotes(event: e.Event) -> None:
    message = json.dumps(page_view(event))
    assert len(message.encode()) < MOST_BYTES
    assert [secret for secret in ("esc_1", "st_1", "CHEST_PAIN", "it hurts") if secret in message] == []
