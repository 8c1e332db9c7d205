"""A recording through the pipeline of a call: its sound and pictures in the order of their times, what is found as it rises.

Nothing of the recording is kept. There is no persona in it, so nobody knows how long an answer was waited for, and words are
known only where a recognizer is handed in.
"""

import contextlib
import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from heapq import merge
from operator import itemgetter
from pathlib import Path

import av
import numpy as np
from av.error import FFmpegError

from perception.face.landmarker import Detector, Landmarker
from perception.face.pace import USUAL
from perception.face.picture import Picture, small
from perception.face.watch import Watch
from perception.finding import Finding, Observable
from perception.fusion.absence import Line
from perception.fusion.mismatch import SaidOk
from perception.fusion.model import EvidenceModel
from perception.fusion.table import SCORED
from perception.reading import Presence, Reading, Word
from perception.session import PerceptionSession
from perception.voice.activity import Activity
from perception.voice.limits import limits
from perception.voice.measuring import WINDOW
from perception.voice.spectrum import RATE, Samples
from perception.voice.stream import VoiceStream
from perception.voice.turn import heard_fillers, turn_readings

_STEP = 6
"""Windows (0.19 s) between two steps of fusion: research/perception.md §4, 5 Hz."""
_LONGEST_TURN = 30
"""Seconds of a turn that the recognizer is given: what it is trained on; of a longer one the end."""

_TEXT = "tty"
"""What FFmpeg calls any text: it would show it as a film of a terminal."""


class UnreadableRecording(ValueError):
    """The file holds neither sound nor pictures that can be decoded; the text says what to do."""


@dataclass(frozen=True)
class Turn:
    """One stretch of speech, ended by a long silence."""

    start: float
    end: float
    """Seconds into the recording."""
    text: str
    """Empty without a recognizer (PHI)."""
    fillers: tuple[tuple[float, float], ...]
    """Start and end of each one that was heard, seconds into the recording."""
    readings: tuple[Reading, ...]
    scores: dict[Observable, float]
    """What each observable came to when the turn was judged, 0 to 1."""


Entry = Turn | Presence | Finding


@dataclass(frozen=True)
class Words:
    """What is known of words: both may be the service's, neither is perception's own."""

    recognize: Callable[[Samples], str]
    """16 kHz mono, at most half a minute, to text."""
    says_fine: Callable[[str], bool]
    """Whether words say that all is well or understood."""


class Recording:
    """A file that was opened; raises `UnreadableRecording`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with av.open(str(path)) as container:
                self.has_sound = bool(container.streams.audio)
                self.has_pictures = bool(container.streams.video)
                is_text = container.format.name == _TEXT
        except FFmpegError:
            raise UnreadableRecording(f"{path.name}: not a recording that can be read; wav, webm and mp4 can") from None
        if is_text:
            raise UnreadableRecording(f"{path.name}: a text, not a recording; wav, webm and mp4 can be read")
        if not (self.has_sound or self.has_pictures):
            raise UnreadableRecording(f"{path.name}: has neither sound nor pictures; wav, webm and mp4 can have both")

    def sound(self) -> Samples:
        """All of it, 16 kHz mono, -1 to 1."""
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        with av.open(str(self._path)) as container:
            frames = [made for frame in container.decode(audio=0) for made in resampler.resample(frame)]
        frames += resampler.resample(None)
        return np.concatenate([np.zeros(0, np.float32), *(frame.to_ndarray()[0] for frame in frames)])

    def pictures(self, every: float) -> Iterator[tuple[float, Picture]]:
        """One picture each so many seconds, with its time; at most 480 pixels long."""
        due = 0.0
        with av.open(str(self._path)) as container:
            for frame in container.decode(video=0):
                at = float(frame.time or 0.0)
                if at >= due:
                    due = max(due + every, at)
                    yield at, small(frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False))


Moment = tuple[float, Callable[[], Iterator[Entry]]]
"""When in the recording, and what happens then."""


@dataclass(frozen=True)
class Models:
    """What a recording is judged with."""

    evidence: EvidenceModel
    activity: Activity
    eyes: Path | None = None
    """The face model's file; None to judge sound alone."""
    words: Words | None = None


class Playback:
    """One recording being played to one patient's perception; `run` once."""

    def __init__(self, models: Models, *, levels_trusted: bool = True) -> None:
        """`levels_trusted`: whether the recording device left the level alone (no automatic gain control)."""
        self.session = PerceptionSession(models.evidence)
        self._models = models
        self._levels_trusted = levels_trusted
        self._voice = VoiceStream()
        self._watch = Watch()
        self._heard: deque[Samples] = deque(maxlen=_LONGEST_TURN * RATE // WINDOW)
        self._windows = 0
        self._spoke: float | None = None
        self._present: tuple[int, bool] | None = None
        self.seconds = 0.0
        """How far it has been played."""
        self.highest: dict[Observable, float] = dict.fromkeys(SCORED, 0.0)
        """The highest score of each observable so far."""
        self.pages = 0
        """How often both senses began to agree for so long that a nurse might be asked to look."""
        self._lasting = False

    def run(self, recording: Recording, frames_a_second: float = USUAL) -> Iterator[Entry]:
        """Everything in order of time. Raises `FaceUnavailable` where the face model cannot be used."""
        sees = self._models.eyes is not None and recording.has_pictures
        self.session.line(Line(muted=not recording.has_sound, camera=sees))
        sound = self._sound(recording) if recording.has_sound else iter(())
        with contextlib.ExitStack() as stack:
            pictures = self._pictures(recording, 1 / frames_a_second, stack) if sees else iter(())
            for _, happens in merge(sound, pictures, key=itemgetter(0)):
                yield from happens()
        yield from self._end_turn(self._windows * WINDOW / RATE)

    def _sound(self, recording: Recording) -> Iterator[Moment]:
        samples = recording.sound()
        for end in range(WINDOW, len(samples) + 1, WINDOW):
            yield end / RATE, partial(self._hear, samples[end - WINDOW : end], end / RATE)

    def _pictures(self, recording: Recording, every: float, stack: contextlib.ExitStack) -> Iterator[Moment]:
        if (eyes := self._models.eyes) is None:
            return
        detector = stack.enter_context(contextlib.closing(Detector(eyes)))
        landmarker = stack.enter_context(contextlib.closing(Landmarker(eyes, detector)))
        for at, picture in recording.pictures(every):
            yield at, partial(self._look, landmarker, picture, at)

    def _hear(self, window: Samples, at: float) -> Iterator[Entry]:
        self._windows += 1
        probability = self._models.activity.probability(window)
        self._voice.push(window, probability)
        self._heard.append(window)
        self.session.arrived(at)
        if self._voice.active and self._voice.silence == 0:
            self._spoke = at
            self.session.heard(at)
        if self._voice.active and self._voice.silence >= limits().pause.ends_turn:
            yield from self._end_turn(at)
        if self._windows % _STEP == 0:
            yield from self._step(at)

    def _look(self, landmarker: Landmarker, picture: Picture, at: float) -> Iterator[Entry]:
        seen = self._watch.step(landmarker.see(picture, at), at, self._spoke)
        self.session.arrived(at)
        self.session.feed(seen.readings)
        self.session.presence(seen.presence)
        who = (seen.presence.faces, seen.presence.dark)
        if who != self._present:
            self._present = who
            yield seen.presence
        yield from self._step(at)

    def _step(self, at: float) -> tuple[Finding, ...]:
        risen = self.session.step(at)
        self.seconds = max(self.seconds, at)
        for observable, score in self._scores().items():
            self.highest[observable] = max(self.highest.get(observable, 0.0), score)
        lasts = bool(self.session.lasting())
        self.pages += lasts and not self._lasting
        self._lasting = lasts
        return risen

    def _end_turn(self, at: float) -> Iterator[Entry]:
        turn = self._voice.finish(at, levels_trusted=self._levels_trusted)
        if turn is None:
            return
        started = turn.started
        text = self._text(at - started)
        turn = replace(turn, words=tuple(Word(word, 0.0, 0.0) for word in text.split()))
        readings = turn_readings(turn)
        self.session.feed(readings)
        ended = self._spoke if self._spoke is not None else at
        fine = self._models.words is not None and self._models.words.says_fine(text)
        self.session.turn(
            said_ok=SaidOk(text, started, ended, self._models.evidence.table.mismatch.said) if fine else None
        )
        risen = self._step(at)
        yield Turn(started, ended, text, heard_fillers(turn), readings, self._scores())
        yield from risen

    def _scores(self) -> dict[Observable, float]:
        found = {observable: self.session.current(observable) for observable in (*SCORED, Observable.MISMATCH)}
        return {observable: finding.score for observable, finding in found.items() if finding is not None}

    def _text(self, seconds: float) -> str:
        if self._models.words is None:
            return ""
        heard = list(self._heard)[-math.ceil(seconds * RATE / WINDOW) :]
        return self._models.words.recognize(np.concatenate(heard)[-_LONGEST_TURN * RATE :])
