"""The nouns that all of perception shares: a cue, one reading of it, and who it was taken from."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Modality = Literal["voice", "face"]


class Cue(StrEnum):
    """Everything that is measured: voice, then face, then what tells absence."""

    RESPONSE_LATENCY = "response_latency"
    """ln of the seconds from the end of the persona's sound to the first voiced window, client's clock."""
    PAUSE_RATIO = "pause_ratio"
    """Silence of 250 ms and more within the turn, as a share of speech and pauses."""
    PAUSE_SPREAD = "pause_spread"
    """Standard deviation of the turn's pauses, s."""
    PAUSE_LONGEST = "pause_longest"
    """s."""
    FILLER_RATE = "filler_rate"
    """Fillers in 100 words."""
    ARTICULATION_RATE = "articulation_rate"
    """Syllables a second of phonation."""
    RESTARTS = "restarts"
    """Repeated or abandoned words in 100 words."""
    TRAIL_OFF = "trail_off"
    """dB by which the last quarter of the speech is softer than the rest; 0 where levels cannot be trusted."""
    RUN_LENGTH = "run_length"
    """Mean length of a stretch without a pause, s."""
    PITCH = "pitch"
    """Median fundamental, semitones above 100 Hz."""
    PITCH_RANGE = "pitch_range"
    """95th less 5th percentile, semitones."""
    HARMONICITY = "harmonicity"
    """Harmonics-to-noise ratio, dB."""
    JITTER = "jitter"
    """Relative, cycle to cycle."""
    SHIMMER = "shimmer"
    """Relative, peak to peak."""
    TREMOR = "tremor"
    """Share of the fundamental's variance at 4 to 12 Hz."""

    BROW_HEIGHT = "brow_height"
    BROW_DOWN = "brow_down"
    BROW_INNER_UP = "brow_inner_up"
    BROW_RAISE = "brow_raise"
    """The same length as `BROW_HEIGHT`; here it counts when it grows."""
    CORNER_DROP = "corner_drop"
    LIP_SHRUG = "lip_shrug"
    LIP_PRESS = "lip_press"
    EYE_OPENING = "eye_opening"
    EYE_SQUINT = "eye_squint"
    EYE_BLINK = "eye_blink"
    NOSE_LIP = "nose_lip"
    """Lengths are divided by the distance between the eyes, with roll taken out; the others are blendshapes, 0 to 1."""
    GAZE = "gaze"
    """Horizontal, -1 to 1."""
    YAW = "yaw"
    PITCH_ANGLE = "pitch_angle"
    """Degrees; down is positive."""
    GAZE_AWAY = "gaze_away"
    """Share of the last 5 s in which gaze or head was off the patient's own middle."""
    HEAD_DOWN = "head_down"
    """Share of the last 5 s."""
    BLINK_RATE = "blink_rate"
    """A minute, over 30 s."""
    ACTION_VARIABILITY = "action_variability"
    """Mean standard deviation of the action units over 10 s, in units of their own spread."""

    SILENCE = "silence"
    """s in which neither was heard."""
    MUTED = "muted"
    """1 while the microphone is off."""
    MEDIA_GAP = "media_gap"
    """s since anything arrived from the patient's device."""
    NOBODY = "nobody"
    """s for which a camera that sees has seen no face."""
    EYES_CLOSED = "eyes_closed"
    """s."""

    @property
    def modality(self) -> Modality:
        """Which sense it comes from."""
        return "voice" if self in _VOICE else "face"

    @property
    def measured(self) -> bool:
        """Whether voice or face is measured for it; the others are facts by which an absence is explained."""
        return self not in _OF_ABSENCE


_VOICE = frozenset(
    {
        Cue.RESPONSE_LATENCY,
        Cue.PAUSE_RATIO,
        Cue.PAUSE_SPREAD,
        Cue.PAUSE_LONGEST,
        Cue.FILLER_RATE,
        Cue.ARTICULATION_RATE,
        Cue.RESTARTS,
        Cue.TRAIL_OFF,
        Cue.RUN_LENGTH,
        Cue.PITCH,
        Cue.PITCH_RANGE,
        Cue.HARMONICITY,
        Cue.JITTER,
        Cue.SHIMMER,
        Cue.TREMOR,
        Cue.SILENCE,
        Cue.MUTED,
        Cue.MEDIA_GAP,
    }
)
_OF_ABSENCE = frozenset({Cue.SILENCE, Cue.MUTED, Cue.MEDIA_GAP, Cue.NOBODY, Cue.EYES_CLOSED})


@dataclass(frozen=True)
class Reading:
    """One measurement of one cue."""

    cue: Cue
    at: float
    """Seconds on the session's clock at which the measured stretch of media ended."""
    value: float
    quality: float
    """0 (unknown: says nothing, never "calm") to 1."""
    seconds: float
    """Length of the stretch."""


@dataclass(frozen=True)
class Word:
    """One recognized word of a turn."""

    text: str
    start: float
    end: float
    """Seconds after the turn's first sample."""


@dataclass(frozen=True)
class Presence:
    """Who the camera sees."""

    at: float
    faces: int
    """0, 1, or 2 and more."""
    dark: bool
    """Too dark to judge."""
    eyes_closed: float
    """Seconds for which the eyes have been closed; 0 while they are open or unknown."""
