"""What the patient's page is shown of an event. Pure; each kind of event must be answered here."""

from collections.abc import Mapping
from typing import assert_never

from server.vocabulary import events as e

_MOST_SHOWN = 3
"""Measurements named to the patient; more is a list that nobody reads."""


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
        case e.CueNoticed():
            return _noticed(event)
        case e.CueDisputed():
            return {"k": "not_right", "cue": event.cue, "at": event.at}
        case e.ConsentChanged(what="camera_cues" | "voice_cues"):
            return {"k": "cues", "what": event.what.removesuffix("_cues"), "on": event.allowed}
        case e.QuestionAnswered(told=told):
            return {"k": "cite", "title": told.title, "section": told.section, "source": told.source}
        case e.CheckInEnded():
            return {"k": "end", "reason": event.reason}
        case (
            e.CheckInStarted()
            | e.ConnectionChanged()
            | e.PatientSilent()
            | e.NurseAsked()
            | e.CueJudged()
            | e.VoiceTimingLearned()
            | e.TriggerFired()
            | e.NegativeFound()
            | e.ObjectiveClosed()
            | e.QuestionUnanswered()
            | e.MemoryAmended()
            | e.SentenceGated()
            | e.SpeechHeard()
            | e.SentenceHeard()
            | e.ModelUsed()
            | e.EscalationClosed()
            | e.ConsentChanged()
            | e.TurnTimed()
            | e.FailedSafe()
        ):
            return None
        case _:
            assert_never(event)


def _noticed(event: e.CueNoticed) -> Mapping[str, object]:
    """What was noticed and what spoke for it, strongest first; no score, which would read like a mark."""
    shows = [one.cue for one in event.evidence if one.contribution > 0][:_MOST_SHOWN]
    observable, absence = event.observable or event.cue, event.absence
    return {"k": "noticed", "cue": event.cue, "at": event.at, "what": observable, "absence": absence, "shows": shows}
