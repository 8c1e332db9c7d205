"""What was said so far, as lines a nurse can read at a glance; pure.

The persona's side is what the patient's device really played. Words the patient did not hear are shown as not heard.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from server.nurse.cue_words import noticed_words
from server.nurse.disposition import OUTCOMES, VERDICTS, WORTHS
from server.nurse.wording import Titles, duration
from server.record.journal import Entry
from server.vocabulary import events
from server.vocabulary.events import Event


@dataclass(frozen=True)
class Part:
    """Some words of a line; marked if they are why a nurse was called."""

    text: str
    marked: bool = False


@dataclass(frozen=True)
class Line:
    """One thing said, or one thing that happened (then without a speaker)."""

    at: str
    """Time into the check-in, for example `1:38`."""
    parts: tuple[Part, ...]
    side: str = "fact"
    """`patient`, `persona` or `fact`."""
    speaker: str = ""
    opens: bool = True
    """Whether the speaker is named: true for the first of several lines in a row."""
    typed: bool = False
    pending: bool = False
    """On its way to the patient, not yet known to be heard."""
    unheard: str = ""
    """The rest of an interrupted sentence."""
    seq: int = 0
    """Of the journal entry that says so; what a packet's line links to."""


def transcript(entries: Sequence[Entry], patient: str, persona: str, title: Titles) -> tuple[Line, ...]:
    """`patient` and `persona` are the names shown."""
    writer = _Writer(patient, persona, title, _quotes(entries), entries[0].at if entries else None)
    for entry in entries:
        writer.write(entry)
    return writer.finish()


def marked(text: str, quotes: Iterable[str]) -> tuple[Part, ...]:
    """The text with the first quote found in it marked, whatever its letter case."""
    for quote in quotes:
        at = text.casefold().find(quote.casefold()) if quote else -1
        if at >= 0:
            end = at + len(quote)
            parts = (Part(text[:at]), Part(text[at:end], marked=True), Part(text[end:]))
            return tuple(part for part in parts if part.text)
    return (Part(text),)


def _quotes(entries: Sequence[Entry]) -> dict[int, list[str]]:
    """What fired a guardrail, by patient turn."""
    quotes: dict[int, list[str]] = defaultdict(list)
    for entry in entries:
        if isinstance(entry.event, events.TriggerFired | events.EscalationRequested):
            quotes[entry.event.turn].append(entry.event.quote)
    return quotes


class _Writer:
    """Writes the journal down line by line."""

    def __init__(
        self, patient: str, persona: str, title: Titles, quotes: dict[int, list[str]], start: datetime | None
    ) -> None:
        self._patient = patient
        self._persona = persona
        self._title = title
        self._quotes = quotes
        self._start = start
        self._lines: list[Line] = []
        self._on_the_way: list[tuple[str, str, int]] = []
        self._seq = 0

    def write(self, entry: Entry) -> None:
        at, self._seq = duration(entry.at - (self._start or entry.at)), entry.seq
        match entry.event:
            case events.PatientTurn(turn=turn, text=text, typed=typed):
                self._say(at, "patient", self._patient, marked(text, self._quotes[turn]), typed=typed)
            case events.SentenceGated(allowed=True, text=text):
                self._on_the_way.append((at, text, entry.seq))
            case events.SpeechHeard():
                self._hear(at, entry.event)
            case _:
                if fact := fact_of(entry.event, self._patient, self._title):
                    self._lines.append(Line(at, (Part(fact),), seq=entry.seq))

    def finish(self) -> tuple[Line, ...]:
        for at, text, seq in self._on_the_way:
            self._seq = seq
            self._say(at, "persona", self._persona, (Part(text),), pending=True)
        return tuple(self._lines)

    def _hear(self, at: str, speech: events.SpeechHeard) -> None:
        planned = [index for index, (_, text, _) in enumerate(self._on_the_way) if text in speech.planned]
        # A sentence before the one that was played was given up; one after it is still to come.
        self._on_the_way = self._on_the_way[planned[-1] + 1 :] if planned else []
        unheard = " ".join(speech.planned).removeprefix(speech.heard).strip() if speech.interrupted else ""
        self._say(at, "persona", self._persona, (Part(speech.heard),), unheard=unheard)

    def _say(
        self,
        at: str,
        side: str,
        speaker: str,
        parts: tuple[Part, ...],
        *,
        typed: bool = False,
        pending: bool = False,
        unheard: str = "",
    ) -> None:
        opens = not self._lines or self._lines[-1].side != side
        self._lines.append(Line(at, parts, side, speaker, opens, typed, pending, unheard, self._seq))


def fact_of(event: Event, patient: str, title: Titles) -> str:  # noqa: C901 one arm for each kind of event
    """One sentence for what happened; empty for what the console shows elsewhere or not at all."""
    match event:
        case events.CheckInStarted(resumed=resumed):
            return f"{patient} came back." if resumed else "The check-in began."
        case events.ConnectionChanged(state=state):
            return _connection(state, patient)
        case events.PatientSilent(seconds=seconds):
            return f"No answer for {round(seconds)} seconds."
        case events.QuestionUnanswered():
            return f"{patient} asked something that the script has no answer to."
        case events.QuestionAnswered(told=told):
            approved = f", approved by {told.approver}" if told.approver else ""
            return f"Answered from “{told.title}”, {told.section}, revision {told.revision}{approved}."
        case events.MemoryAmended(change=change):
            return f"{patient} {_AMENDED[change]}."
        case events.EscalationRequested(trigger=trigger):
            return f"A nurse was called: {title(trigger)}."
        case events.NurseAsked():
            return f"{patient} pressed the nurse button."
        case events.EscalationAcknowledged(staff_name=name):
            return f"{name} answered."
        case events.RoomChanged(staff_name=name, state=state):
            return _room(state, name, patient)
        case events.EscalationClosed(staff_name=name, trigger=trigger, disposition=outcome, worth=worth):
            return f"{name} closed this: {title(trigger)}. {OUTCOMES[outcome]}. {WORTHS[worth]}."
        case events.ConsentChanged(what="camera", allowed=allowed):
            return f"{patient} turned the camera {'on' if allowed else 'off'}."
        case events.ConsentChanged(what="camera_cues" | "voice_cues" as what, allowed=allowed):
            sense = "face" if what == "camera_cues" else "voice"
            return f"{patient} {'allows' if allowed else 'does not allow'} cues from the {sense}."
        case events.CueNoticed():
            return f"Noticed: {noticed_words(event.cue, event.absence)}. A cue, not a diagnosis."
        case events.CueDisputed(cue=cue):
            return f"{patient} says this is not right: {noticed_words(cue, '')}."
        case events.CueJudged(staff_name=name, cue=cue, verdict=verdict):
            return f"{name} on “{noticed_words(cue, '')}”: {VERDICTS[verdict].lower()}."
        case events.ConsentChanged(allowed=allowed):
            return f"{patient} {'agreed' if allowed else 'did not agree'} to talk with a computer helper."
        case events.FailedSafe():
            return f"A part of the service failed. {patient} was told, and a nurse was called."
        case events.CheckInEnded(reason=reason):
            return _ending(reason, patient)
        case (
            events.PatientTurn()
            | events.SentenceGated()
            | events.SpeechHeard()
            | events.SentenceHeard()
            | events.ModelUsed()
            | events.TriggerFired()
            | events.NegativeFound()
            | events.ObjectiveClosed()
            | events.TurnTimed()
            | events.VoiceTimingLearned()
        ):
            return ""
        case _:
            assert_never(event)


_AMENDED = {
    "corrected": "corrected what is remembered",
    "disputed": "says that what is remembered was not so",
    "forgotten": "wants something remembered to be forgotten",
}


def _connection(state: str, patient: str) -> str:
    sentences = {
        "connected": f"{patient} is connected.",
        "lost": f"{patient}’s connection was lost.",
        "reconnected": f"{patient} is connected again.",
        "typing_only": f"{patient} goes on by typing.",
        "unreachable": f"{patient} has not come back.",
    }
    return sentences[state]


def _room(state: str, nurse: str, patient: str) -> str:
    sentences = {
        "listening": f"{nurse} joined and listens. {patient} was told.",
        "talking": f"{nurse} talks with {patient}.",
        "handed_back": f"{nurse} handed back, and listens.",
        "left": f"{nurse} left the call.",
        "lost": f"{nurse}’s connection was lost.",
    }
    return sentences[state]


def _ending(reason: str, patient: str) -> str:
    sentences = {
        "completed": "The check-in is complete.",
        "patient_ended": f"{patient} ended the check-in.",
        "expired": "The check-in’s time ran out.",
        "staff_ended": "A member of staff ended the check-in.",
    }
    return sentences[reason]
