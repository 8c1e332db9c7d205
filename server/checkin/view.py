"""What the patient's page is shown of an event. Pure; each kind of event must be answered here."""

from collections.abc import Mapping
from typing import assert_never

from server.vocabulary import events as e


def page_view(event: e.Event) -> Mapping[str, object] | None:
    """The data-channel message for `event`, or None where the page has no view of it."""
    match event:
        case e.PatientTurn():
            return {"k": "you", "text": event.text, "final": True}
        case e.EscalationRequested():
            return {"k": "esc", "tier": event.tier.value, "ack": None}
        case e.EscalationAcknowledged():
            return {"k": "esc", "tier": event.tier.value, "ack": event.staff_name}
        case e.RoomChanged():
            return {"k": "nurse", "state": event.state, "name": event.staff_name}
        case e.CheckInEnded():
            return {"k": "end", "reason": event.reason}
        case (
            e.CheckInStarted()
            | e.ConnectionChanged()
            | e.PatientSilent()
            | e.NurseAsked()
            | e.CueNoticed()
            | e.TriggerFired()
            | e.NegativeFound()
            | e.ObjectiveClosed()
            | e.QuestionUnanswered()
            | e.SentenceGated()
            | e.SpeechHeard()
            | e.SentenceHeard()
            | e.ModelUsed()
            | e.ConsentChanged()
            | e.TurnTimed()
            | e.FailedSafe()
        ):
            return None
        case _:
            assert_never(event)
