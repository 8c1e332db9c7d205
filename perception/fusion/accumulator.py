"""Evidence for each observable, cue by cue, as it comes in and fades. Pure.

What is kept of every cue is its own share, so that whatever a score is, it can be said what it rests on.
"""

import numpy as np

from perception.finding import Evidence, Finding, Observable
from perception.fusion.baseline import Baseline, Flags
from perception.fusion.calibration import Calibration
from perception.fusion.latest import Latest, Taken
from perception.fusion.model import EvidenceModel
from perception.fusion.table import SCORED, Floats
from perception.reading import Modality

_NOTHING = 1e-9
"""Log-odds that nobody needs to see."""


class Accumulator:
    """What is known for and against each observable; arrays [F, S]."""

    def __init__(self, model: EvidenceModel, calibration: Calibration) -> None:
        table = model.table
        shape = (len(table.cues), len(SCORED))
        lines = [calibration.lines[observable] for observable in SCORED]
        self._model = model
        self._calibration = calibration
        self._half_lives = np.array([table.observables[observable].half_life for observable in SCORED])
        self._voice = table.voice
        self._slope = np.array([line.slope for line in lines])
        self._bias = np.array([line.bias for line in lines])
        self._share = np.abs(table.worths) / np.abs(table.worths).sum(axis=0)
        self._state = np.zeros(shape)
        self._before = np.zeros(shape)
        self._covered = np.zeros(shape)
        self._noted = _Noted(shape)
        self.contributions = np.zeros(shape)
        """Log-odds now, after calibration and what one modality alone may come to."""
        self.shift = np.zeros(len(SCORED))
        """Log-odds off each observable for what the patient said was wrong."""
        self.scores = 1 / (1 + np.exp(-self._bias))

    def step(self, taken: Taken, baseline: Baseline, latest: Latest, dt: float) -> None:
        """Lets `dt` seconds pass and takes in what was measured."""
        fade = 0.5 ** (dt / self._half_lives)
        self._before *= fade
        self._before[taken.begins] = self._state[taken.begins] * fade
        self._state[taken.again] = self._before[taken.again] / fade
        quality = taken.quality * baseline.known
        step = self._model.step(
            value=taken.value,
            mu=baseline.mu,
            sd=baseline.sd,
            quality=quality,
            seconds=taken.seconds,
            dt=np.array([dt]),
            state=self._state,
            slope=self._slope,
            bias=self._bias,
            shift=self.shift,
        )
        self._state, self.contributions, self.scores = step.state, step.contributions, step.scores
        self._covered = np.maximum(self._covered * fade, quality[:, None])
        self._noted.note(step.z, quality, step.contributions, baseline, latest, fade)

    def forget(self, modality: Modality) -> None:
        """Takes back all that one sense has said."""
        rows = self._voice if modality == "voice" else ~self._voice
        for array in (self._state, self._before, self._covered):
            array[rows] = 0.0
        self.contributions = np.where(rows[:, None], 0.0, self.contributions)

    def finding(
        self, observable: Observable, now: float, contributions: Floats | None = None, *, suspect: bool
    ) -> Finding:
        """A scored observable at `now`, the time of the last step; its evidence from `contributions` [F] if given."""
        column = SCORED.index(observable)
        evidence = self._evidence(column, self.contributions[:, column] if contributions is None else contributions)
        numbers = self._model.table
        doubt = numbers.baseline.suspect_confidence if suspect else 1.0
        return Finding(
            observable=observable,
            at=now,
            score=float(self.scores[column]),
            confidence=float((self._share[:, column] * self._covered[:, column]).sum() * doubt),
            freshness=max(0.0, now - max((one.end for one in evidence), default=now)),
            bias=float(self._bias[column] + self.shift[column]),
            evidence=evidence,
            modalities=self._supporting(column),
            model=self._model.name,
            calibration=self._calibration.name,
            baseline_suspect=suspect,
        )

    def _evidence(self, column: int, contributions: Floats) -> tuple[Evidence, ...]:
        cues = self._model.table.cues
        order = np.argsort(-np.abs(contributions), kind="stable")
        chosen = [index for index in order if abs(contributions[index]) > _NOTHING]
        return tuple(
            Evidence(cues[index].cue, **self._noted.at(index, column), contribution=float(contributions[index]))
            for index in chosen
        )

    def agreed(self) -> list[bool]:
        """[S], whether both senses contribute enough to count as one that agrees."""
        return [bool(one) for one in np.logical_and(*self._supports())]

    def _supporting(self, column: int) -> frozenset[Modality]:
        names: tuple[Modality, ...] = ("voice", "face")
        return frozenset(name for name, enough in zip(names, self._supports()[:, column], strict=True) if enough)

    def _supports(self) -> Flags:
        sums = np.array([self.contributions[rows].sum(axis=0) for rows in (self._voice, ~self._voice)])
        return sums >= self._model.table.modalities.corroborates


class _Noted:
    """The moment at which each cue spoke most clearly for what it still contributes."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._strength = np.zeros(shape)
        self._fields = {name: np.zeros(shape) for name in ("start", "end", "value", "usual", "deviation")}

    def note(
        self, z: Floats, quality: Floats, contributions: Floats, baseline: Baseline, latest: Latest, fade: Floats
    ) -> None:
        self._strength *= fade
        agrees = np.where(contributions > 0, z[:, None], -z[:, None])
        clearer = (quality[:, None] > 0) & ((agrees >= self._strength) | (self._strength <= 0))
        self._strength = np.where(clearer, np.maximum(agrees, 0.0), self._strength)
        now = {"start": latest.start, "end": latest.at, "value": latest.value, "usual": baseline.mu, "deviation": z}
        for name, field in self._fields.items():
            np.copyto(field, now[name][:, None], where=clearer)

    def at(self, cue: int, column: int) -> dict[str, float]:
        return {name: float(field[cue, column]) for name, field in self._fields.items()}
