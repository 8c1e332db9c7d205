"""What voice and face showed, as events of a check-in: noticed, disputed by the patient, learned, judged by a nurse."""

from dataclasses import dataclass
from typing import Literal

from server.vocabulary.dispositions import Verdict
from server.vocabulary.findings import CueEvidence, CueUsual
from server.vocabulary.ids import StaffId

CueMoment = Literal["turn", "speaking", "quiet"]
"""When a cue was noticed: in words that are about to be judged, while somebody spoke, or while nobody did."""


@dataclass(frozen=True)
class CueNoticed:
    """Voice or face looked like something. No finding about the patient, and never shown as one."""

    cue: str
    """Id in the pack's cues, for example `trailing_off`."""
    score: float
    """0 to 1, against the patient's own baseline."""
    at: float = 0.0
    """Seconds into the check-in."""
    moment: CueMoment = "quiet"
    observable: str = ""
    """What perception calls it, for example `hesitation`."""
    confidence: float = 0.0
    """0 to 1: how much of what could be measured was, and how well the patient's usual is known."""
    absence: Literal["", "thinking", "muted", "walked_away", "asleep", "network"] = ""
    """For an absence: which kind it seems to be."""
    evidence: tuple[CueEvidence, ...] = ()
    """What it rests on, strongest first."""
    bias: float = 0.0
    """Log-odds without this evidence: with its contributions, the log-odds of `score`."""
    baseline_suspect: bool = False
    """The patient was far from most people's usual from the first second."""
    model: str = ""
    calibration: str = ""
    kind: Literal["cue_noticed"] = "cue_noticed"


@dataclass(frozen=True)
class CueDisputed:
    """The patient says that something noticed is not right."""

    cue: str
    """Id in the pack's cues."""
    at: float
    """When it was noticed: `at` of its `CueNoticed`."""
    kind: Literal["cue_disputed"] = "cue_disputed"


@dataclass(frozen=True)
class VoiceTimingLearned:
    """How the patient times their speech, earlier check-ins included: where the next one may start. Nothing of the face."""

    turns: int
    """Turns that it rests on."""
    cues: tuple[CueUsual, ...]
    kind: Literal["voice_timing_learned"] = "voice_timing_learned"


@dataclass(frozen=True)
class CueJudged:
    """A nurse's verdict on something noticed; of several about the same, the last one counts."""

    cue: str
    """Id in the pack's cues."""
    at: float
    """When it was noticed: `at` of its `CueNoticed`."""
    observable: str
    log_odds: float
    """Of its score, under `calibration`: what it rested on, with the bias."""
    calibration: str
    verdict: Verdict
    staff: StaffId
    staff_name: str
    kind: Literal["cue_judged"] = "cue_judged"
