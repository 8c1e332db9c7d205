"""One turn's readings: every cue of the voice, with how far each may be believed. Pure.

Quality 0 means unknown. It falls with too little sound, with noise, and where the device changes the level by itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from perception.reading import Cue, Reading, Word
from perception.voice.fillers import Candidate, fillers
from perception.voice.limits import Limits, Trust, limits
from perception.voice.pauses import Phrasing, phrasing
from perception.voice.restarts import filler_words, restarts, spoken_words
from perception.voice.spectrum import FRAME, HOP, HOP_SECONDS, RATE, Floats
from perception.voice.syllables import nuclei
from perception.voice.track import Track
from perception.voice.tremor import tremor

_OVERLAP = 0.1
"""Seconds that a filler heard and a filler recognized share when they are one."""
_CONTOUR = (5, 95)
"""Percentiles between which pitch ranges."""


@dataclass(frozen=True)
class VoiceTurn:
    """What was measured and recognized of one turn of the patient's."""

    track: Track
    ended: float
    """Seconds on the session's clock at which the track ends."""
    words: tuple[Word, ...] = ()
    """May be empty; without times (start and end 0) only the text is used."""
    latency: float | None = None
    """Seconds from the end of the persona's sound to the first voiced window, on the client's clock."""
    levels_trusted: bool = True
    """Whether the device leaves the level alone (no automatic gain control)."""

    @property
    def started(self) -> float:
        """Seconds on the session's clock of the track's first sample."""
        return self.ended - self.track.seconds - (FRAME - HOP) / RATE


@dataclass(frozen=True)
class _Measured:
    """A cue's value and the seconds it was taken from."""

    cue: Cue
    value: float
    seconds: float


def turn_readings(turn: VoiceTurn, using: Limits | None = None) -> tuple[Reading, ...]:
    """One reading for each cue of the voice, in the order of `Cue`."""
    numbers = using or limits()
    measured = {one.cue: one for one in _measure(turn, numbers)}
    return tuple(_reading(turn, measured[cue], numbers.trust[cue]) for cue in Cue if cue in measured)


def heard_fillers(turn: VoiceTurn, using: Limits | None = None) -> tuple[tuple[float, float], ...]:
    """Start and end of each filler in the sound, in seconds on the session's clock."""
    spans = (_span(one) for one in fillers(turn.track, (using or limits()).filler))
    return tuple((turn.started + start, turn.started + end) for start, end in spans)


def _reading(turn: VoiceTurn, measured: _Measured, trust: Trust) -> Reading:
    enough = _ramp(measured.seconds, trust.seconds)
    clear = _ramp(turn.track.noise_ratio, trust.noise)
    known = turn.levels_trusted or not trust.needs_levels
    quality = enough * clear if known and np.isfinite(measured.value) else 0.0
    return Reading(measured.cue, turn.ended, measured.value if quality else 0.0, quality, measured.seconds)


def _ramp(value: float, between: tuple[float, float]) -> float:
    none_under, whole_from = between
    return float(np.clip((value - none_under) / max(whole_from - none_under, 1e-9), 0.0, 1.0))


def _measure(turn: VoiceTurn, numbers: Limits) -> Iterator[_Measured]:
    phrases = phrasing(turn.track, numbers.pause)
    yield _latency(turn, numbers)
    yield from _pauses(phrases)
    yield from _words(turn, phrases, numbers)
    level = turn.track.level[phrases.mask(len(turn.track.level))]
    yield _Measured(Cue.TRAIL_OFF, trail_off(level), phrases.phonation)
    yield from _pitch(turn.track)
    yield from _cycles(turn.track)
    value, seconds = tremor(turn.track, numbers.tremor)
    yield _Measured(Cue.TREMOR, value, seconds)


def _latency(turn: VoiceTurn, numbers: Limits) -> _Measured:
    """Measured on one event, so its seconds only say whether it is known."""
    if turn.latency is None:
        return _Measured(Cue.RESPONSE_LATENCY, 0.0, 0.0)
    return _Measured(Cue.RESPONSE_LATENCY, float(np.log(max(turn.latency, numbers.latency.least))), 1.0)


def _pauses(phrases: Phrasing) -> Iterator[_Measured]:
    seconds, pauses = phrases.seconds, phrases.pauses
    yield _Measured(Cue.PAUSE_RATIO, 1 - phrases.phonation / seconds if seconds else 0.0, seconds)
    yield _Measured(Cue.PAUSE_SPREAD, float(np.std(pauses)) if pauses else 0.0, seconds)
    yield _Measured(Cue.PAUSE_LONGEST, max(pauses, default=0.0), seconds)
    yield _Measured(Cue.RUN_LENGTH, phrases.phonation / len(phrases.runs) if phrases.runs else 0.0, seconds)


def _words(turn: VoiceTurn, phrases: Phrasing, numbers: Limits) -> Iterator[_Measured]:
    heard = fillers(turn.track, numbers.filler)
    speech = phrases.mask(len(turn.track.level))
    for one in heard:
        speech[one.start : one.end] = False
    syllables, speaking = len(nuclei(turn.track, speech, numbers.syllable)), float(speech.sum()) * HOP_SECONDS
    texts = [word.text for word in turn.words]
    words = len(spoken_words(texts, numbers.filler)) or syllables / numbers.syllable.of_a_word
    filled = _union(turn, heard, numbers)
    again = restarts(texts, numbers.restart, numbers.filler)
    yield _Measured(Cue.FILLER_RATE, 100 * filled / max(words + filled, 1.0), phrases.seconds)
    yield _Measured(Cue.ARTICULATION_RATE, syllables / speaking if speaking else 0.0, speaking)
    yield _Measured(Cue.RESTARTS, 100 * again / max(words, 1.0), phrases.seconds if texts else 0.0)


def _union(turn: VoiceTurn, heard: tuple[Candidate, ...], numbers: Limits) -> int:
    """Fillers heard or recognized; without word times the same ones may be meant, and the larger count is taken."""
    timed = [word for word in turn.words if word.end > word.start and filler_words([word.text], numbers.filler)]
    untimed = filler_words([word.text for word in turn.words if word.end <= word.start], numbers.filler)
    spans = [_span(one) for one in heard]
    more = [w for w in timed if not any(min(w.end, end) - max(w.start, start) > _OVERLAP for start, end in spans)]
    return max(len(spans) + len(more), untimed)


def _span(one: Candidate) -> tuple[float, float]:
    """Seconds after the track's first sample; a frame's middle lies 20 ms after its own."""
    return one.start * HOP_SECONDS + 0.02, one.end * HOP_SECONDS + 0.02


def trail_off(level: Floats) -> float:
    """dB by which the last quarter of the speech's frames is softer than the rest; 0 for too few."""
    quarter = len(level) // 4
    return float(level[:-quarter].mean() - level[-quarter:].mean()) if quarter else 0.0


def _pitch(track: Track) -> Iterator[_Measured]:
    voiced = track.semitones[track.voiced]
    seconds = len(voiced) * HOP_SECONDS
    low, high = np.percentile(voiced, _CONTOUR) if len(voiced) else (0.0, 0.0)
    yield _Measured(Cue.PITCH, float(np.median(voiced)) if len(voiced) else 0.0, seconds)
    yield _Measured(Cue.PITCH_RANGE, float(high - low), seconds)


def _cycles(track: Track) -> Iterator[_Measured]:
    periodic = track.periodicity[track.voiced]
    seconds = len(periodic) * HOP_SECONDS
    share = float(np.clip(np.median(periodic), 1e-4, 0.9999)) if len(periodic) else 0.5
    compared = seconds if track.periods.cycles else 0.0
    yield _Measured(Cue.HARMONICITY, 10 * float(np.log10(share / (1 - share))), seconds)
    yield _Measured(Cue.JITTER, track.periods.jitter, compared)
    yield _Measured(Cue.SHIMMER, track.periods.shimmer, compared)
