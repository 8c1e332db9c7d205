"""The numbers that fusion rests on, read once from cues.yaml and fusion.yaml into frozen types. No number lives in the code."""

from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import yaml
from pydantic import Field, model_validator
from scipy.special import logit, ndtri

from perception.finding import AbsenceKind, Observable
from perception.numbers import Numbers
from perception.reading import Cue, Modality

SCORED = (Observable.HESITATION, Observable.VISIBLE_TENSION, Observable.PAIN_EXPRESSION, Observable.CONFUSION)
"""What evidence is accumulated for; mismatch and absence are rules on top."""

Floats = npt.NDArray[np.float64]

_FOLDER = Path(__file__).parent


class Usual(Numbers):
    """What is usual in the population, in the cue's unit."""

    mean: float
    between: float = Field(gt=0)
    """Standard deviation between people."""
    within: float = Field(gt=0)
    """The least spread taken for one person's own."""


class CueRow(Numbers):
    """What one cue is worth."""

    cue: Cue
    group: str
    counts: Literal["more", "less", "either"]
    unit: str
    words: str
    """What a nurse reads when the cue speaks for an observable."""
    auc: dict[Observable, float] = Field(default_factory=dict)
    usual: Usual
    source: str = Field(min_length=8)
    status: Literal["draft", "signed"]
    action: bool = False
    carries: bool = False

    @model_validator(mode="after")
    def _the_face_stays_in_its_call(self) -> "CueRow":
        if self.carries and self.cue.modality == "face":
            raise ValueError(f"{self.cue}: a face baseline never leaves its call")
        return self

    def worth(self, observable: Observable) -> float:
        """d' of the cue alone."""
        return float(np.sqrt(2) * ndtri(self.auc.get(observable, 0.5)))


class Either(Numbers):
    """One movement that is measured in more than one way; where they differ, the clearer one counts."""

    either: tuple[Cue, ...]


class ObservableRow(Numbers):
    """How evidence for one observable lasts."""

    half_life: float = Field(gt=0)
    looks: float = Field(gt=0)
    corroborated: tuple[tuple[Cue, ...] | Either, ...] = ()
    """Movements of the face of which the second strongest is all that any of them counts for. A list is as strong as
    the weakest measure in it."""
    agreement: float = 0.0
    source: str
    status: Literal["draft", "signed"]


class EvidenceNumbers(Numbers):
    """How one reading becomes log-odds."""

    slope: float
    bias: float
    threshold: float
    least: float
    most: float
    alike: float
    turn_seconds: float
    floor: float
    one_group: float
    full_auc: float
    stale: float
    pose: float


class ModalityNumbers(Numbers):
    """What one modality alone may come to."""

    alone: float
    bend: float
    corroborates: float
    admits: float


class Levels(Numbers):
    """Scores at which something follows."""

    hold: float
    raised: float
    page: float
    page_seconds: float
    hysteresis: float
    refractory: float
    quiet: float


class BaselineNumbers(Numbers):
    """How a patient's usual is learned, in seconds for the face and in turns for the voice."""

    least: float
    full: float
    shrink: float
    independent: float
    usable: float
    from_before: float = 0.0


class Baselines(Numbers):
    """Both, and what they share."""

    face: BaselineNumbers
    voice: BaselineNumbers
    half_life: float
    drift: float
    suspect: float
    suspect_confidence: float

    def of(self, modality: Modality) -> BaselineNumbers:
        return self.voice if modality == "voice" else self.face


class MismatchNumbers(Numbers):
    """Words say fine, voice and face do not."""

    said: float = Field(gt=0, lt=1)
    before: float
    after: float
    look_back: float
    rise: float
    each: float
    unseen: float
    bias: float
    half_life: float
    lasts: float
    observables: tuple[Observable, ...]


class DisputeNumbers(Numbers):
    """What "that is wrong" does, in log-odds."""

    shift: float
    most: float


class StripNumbers(Numbers):
    """How much of the past the nurse's strip shows."""

    seconds: float
    ticks: int


class AbsenceRow(Numbers):
    """What speaks for one kind of absence."""

    ramps: tuple[tuple[str, float, float, float], ...] = ()
    face: float = 0.0
    """For a face that is there."""
    muted: float = 0.0


class AbsenceNumbers(Numbers):
    """Log-odds of each kind of absence."""

    bias: float
    presence_stale: float
    elsewhere: float
    muted: AbsenceRow
    network: AbsenceRow
    walked_away: AbsenceRow
    asleep: AbsenceRow
    thinking: AbsenceRow

    def of(self, kind: AbsenceKind) -> AbsenceRow:
        row: AbsenceRow = getattr(self, kind)
        return row


class RecalibrationNumbers(Numbers):
    """When nurses' dispositions may change a calibration."""

    least: int
    shadow: int
    log_slope_spread: float
    bias_spread: float
    highest_prior: float


class Table(Numbers):
    """All of it."""

    cues: tuple[CueRow, ...]
    observables: dict[Observable, ObservableRow]
    evidence: EvidenceNumbers
    modalities: ModalityNumbers
    levels: Levels
    baseline: Baselines
    mismatch: MismatchNumbers
    dispute: DisputeNumbers
    strip: StripNumbers
    absence: AbsenceNumbers
    recalibration: RecalibrationNumbers

    @model_validator(mode="after")
    def _is_whole(self) -> "Table":
        if sorted(row.cue for row in self.cues) != sorted(_MEASURED):
            raise ValueError("every measured cue needs exactly one row")
        if set(self.observables) != set(SCORED):
            raise ValueError("every scored observable needs a row")
        return self

    def index(self, cue: Cue) -> int:
        """Where the cue stands in every array over cues."""
        return [row.cue for row in self.cues].index(cue)

    @cached_property
    def voice(self) -> npt.NDArray[np.bool_]:
        """[cues], whether each is heard."""
        return np.array([row.cue.modality == "voice" for row in self.cues])

    @cached_property
    def together(self) -> Floats:
        """[cues, cues], 1 where two are of the same group."""
        groups = np.array([row.group for row in self.cues])
        return np.array(groups[:, None] == groups[None, :], np.float64)

    @cached_property
    def worths(self) -> Floats:
        """[cues, scored], d' of each cue alone."""
        return np.array([[row.worth(observable) for observable in SCORED] for row in self.cues])

    @cached_property
    def weights(self) -> Floats:
        """[cues, scored], log-odds for each spread and second: d', shared in its group, slower for frames that look alike."""
        share = 1 + (self.together.sum(axis=1, keepdims=True) - 1) * self.evidence.alike
        looks = np.array([self.observables[observable].looks for observable in SCORED])
        return np.asarray(self.worths / share * np.where(self.voice[:, None], 1.0, looks), dtype=np.float64)

    @cached_property
    def ceilings(self) -> Floats:
        """[cues, scored], 0 to 1: how much of what one group may bring its group may bring."""
        full = float(np.sqrt(2) * ndtri(self.evidence.full_auc))
        best = np.array([self.worths[mates > 0].max(axis=0) for mates in self.together])
        return np.asarray(np.minimum(1.0, best / full), np.float64)

    @property
    def hold_log_odds(self) -> float:
        return float(logit(self.evidence.one_group))


_BESIDE = {Cue("silence"), Cue("nobody"), Cue("eyes_closed"), Cue("muted"), Cue("media_gap")}
"""Cues of absence, which the session itself measures."""
_MEASURED = frozenset(Cue) - _BESIDE


@cache
def load_table() -> Table:
    """The committed table; raises ValueError if a row is missing, doubled or says what it may not."""
    return table_of(*((_FOLDER / name).read_text("utf-8") for name in ("cues.yaml", "fusion.yaml")))


def table_of(cues: str, fusion: str) -> Table:
    """From the text of both files."""
    content: dict[str, Any] = {**yaml.safe_load(cues), **yaml.safe_load(fusion)}
    return Table.model_validate(content)
