"""What came of a rehearsal, in one object: what was reached, who was told, and every sentence with its receipt."""

from collections.abc import Iterator, Sequence

from server.vocabulary import events as e
from server.workbench.rehearsal import Moment


def summary_of(moments: Sequence[Moment]) -> dict[str, object]:
    """The last line that `nightlight simulate` prints; a plain object, ready for JSON."""
    events = [moment.event for moment in moments]
    started = next(event for event in events if isinstance(event, e.CheckInStarted))
    return {
        "type": "summary",
        "kind": "summary",
        "at": moments[-1].at,
        "persona": started.persona,
        "version": started.version,
        "pack_hash": started.pack_hash,
        "objectives": {
            event.objective: {"status": event.status, "answer": event.answer, "turns": list(event.turns)}
            for event in events
            if isinstance(event, e.ObjectiveClosed)
        },
        "escalations": [
            {"tier": event.tier, "trigger": event.trigger, "quote": event.quote, "turn": event.turn}
            for event in events
            if isinstance(event, e.EscalationRequested)
        ],
        "negatives": [
            {"trigger": event.trigger, "quote": event.quote, "turn": event.turn}
            for event in events
            if isinstance(event, e.NegativeFound)
        ],
        "unanswered": [
            {"text": event.text, "turn": event.turn} for event in events if isinstance(event, e.QuestionUnanswered)
        ],
        "sentences": list(_sentences(events)),
        "turns": sum(isinstance(event, e.PatientTurn) for event in events),
        "seconds": moments[-1].at,
        "ended": next((event.reason for event in events if isinstance(event, e.CheckInEnded)), None),
    }


def _sentences(events: Sequence[e.Event]) -> Iterator[dict[str, object]]:
    """Every sentence the gate judged, with as much of it as the patient heard."""
    waiting: list[e.SentenceGated] = []
    for event in events:
        match event:
            case e.SentenceGated(allowed=False):
                yield _sentence(event, "")
            case e.SentenceGated():
                waiting.append(event)
            case e.SpeechHeard(planned=planned, heard=heard):
                words = heard.split()
                for gated in waiting[-len(planned) :]:
                    count = len(gated.text.split())
                    yield _sentence(gated, " ".join(words[:count]))
                    words = words[count:]
                waiting = []
            case _:
                pass
    yield from (_sentence(gated, "") for gated in waiting)


def _sentence(gated: e.SentenceGated, heard: str) -> dict[str, object]:
    passage = {"passage": gated.passage, "revision": gated.revision} if gated.passage else {}
    return {
        "text": gated.text,
        "allowed": gated.allowed,
        "script": gated.script,
        **passage,
        "reason": gated.reason,
        "heard": heard,
    }
