"""Nobody answers: thinking, muted, walked away, asleep, or the network? Pure: rules over what is known, each with its share.

What is not known says nothing: without a camera, or in the dark, nobody is ever taken to have walked away or to be asleep.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from scipy.special import expit

from perception.finding import AbsenceKind, Evidence, Finding, Observable
from perception.fusion.table import AbsenceNumbers
from perception.reading import Cue, Presence

KINDS: Sequence[AbsenceKind] = get_args(AbsenceKind)


@dataclass(frozen=True)
class Line:
    """What is known of the patient's device."""

    muted: bool = False
    camera: bool = False
    """Whether it is on and may be looked at."""


class Absence:
    """Keeps since when what was heard, seen and received."""

    def __init__(self, numbers: AbsenceNumbers, stale: float) -> None:
        self._numbers = numbers
        self._stale = stale
        self._heard = self._arrived = self._started = None
        self._presence: Presence | None = None
        self._nobody_since: float | None = None
        self.line = Line()
        self.spoken_to = False
        """The persona is speaking right now: nobody owes an answer yet."""

    _heard: float | None
    _arrived: float | None
    _started: float | None

    def hear(self, at: float) -> None:
        """Patient or persona could be heard at `at`."""
        self._heard = at

    def arrive(self, at: float) -> None:
        """Something arrived from the patient's device."""
        self._arrived = at

    def see(self, presence: Presence) -> None:
        """What the camera sees."""
        self._presence = presence
        if presence.faces or presence.dark:
            self._nobody_since = None
        elif self._nobody_since is None:
            self._nobody_since = presence.at

    def forget_face(self) -> None:
        """The camera may no longer be looked at."""
        self._presence = self._nobody_since = None
        self.line = Line(self.line.muted, False)

    def likeliest(self, now: float, shift: float) -> tuple[AbsenceKind, float]:
        """Which kind, and its score, which is low when nothing speaks for any."""
        self._started = now if self._started is None else self._started
        facts = self._facts(now)
        sums = {kind: sum(self._parts(kind, facts).values()) for kind in KINDS}
        kind = max(KINDS, key=lambda one: sums[one])
        return kind, float(expit(self._numbers.bias + shift + sums[kind]))

    def _facts(self, now: float) -> dict[Cue, float]:
        """What is known, in each cue's unit; what is not known is not in it."""
        since = self._started if self._heard is None else self._heard
        silence = 0.0 if self.spoken_to else max(0.0, now - (since or 0.0))
        facts = {Cue.SILENCE: silence, Cue.MUTED: float(self.line.muted)}
        if self._arrived is not None:
            facts[Cue.MEDIA_GAP] = max(0.0, now - self._arrived)
        seen = self._presence
        if self.line.camera and seen is not None and not seen.dark and now - seen.at <= self._stale:
            facts[Cue.NOBODY] = 0.0 if self._nobody_since is None else now - self._nobody_since
            facts[Cue.EYES_CLOSED] = seen.eyes_closed if seen.faces == 1 else 0.0
        return facts

    def finding(self, kind: AbsenceKind, now: float, model: str, shift: float) -> Finding:
        """A kind at `now`, the time for which it was the likeliest."""
        facts = self._facts(now)
        parts = self._parts(kind, facts)
        evidence = tuple(
            Evidence(cue, now - facts[cue] * (cue is not Cue.MUTED), now, facts[cue], 0.0, 0.0, part)
            for cue, part in sorted(parts.items(), key=lambda item: -abs(item[1]))
            if part
        )
        bias = self._numbers.bias + shift
        return Finding(
            observable=Observable.ABSENCE,
            at=now,
            score=float(expit(bias + sum(parts.values()))),
            confidence=len(facts) / _KNOWABLE,
            freshness=0.0,
            bias=bias,
            evidence=evidence,
            modalities=frozenset(cue.modality for cue, part in parts.items() if part > 0),
            model=model,
            calibration="rules",
            absence=kind,
        )

    def _parts(self, kind: AbsenceKind, facts: dict[Cue, float]) -> dict[Cue, float]:
        row = self._numbers.of(kind)
        parts = dict.fromkeys(facts, 0.0)
        for name, begins, ends, log_odds in row.ramps:
            if Cue(name) in facts:
                parts[Cue(name)] += log_odds * _ramp(facts[Cue(name)], begins, ends)
        parts[Cue.MUTED] += row.muted * facts[Cue.MUTED]
        if facts.get(Cue.NOBODY) == 0.0:
            parts[Cue.NOBODY] += row.face
        for elsewhere in self._elsewhere(kind, facts):
            parts[elsewhere] += self._numbers.elsewhere
        return parts

    def _elsewhere(self, kind: AbsenceKind, facts: dict[Cue, float]) -> list[Cue]:
        """What explains the silence better: nothing arrives, or the microphone is off."""
        [(_, _, lost, _)] = self._numbers.network.ramps
        gone = facts.get(Cue.MEDIA_GAP, 0.0) >= lost
        causes = {Cue.MEDIA_GAP: gone and kind != "network", Cue.MUTED: bool(facts[Cue.MUTED]) and kind != "muted"}
        return [cue for cue, holds in causes.items() if holds and not (cue is Cue.MUTED and kind == "network")]


_KNOWABLE = 5
"""Facts there could be."""


def _ramp(value: float, begins: float, ends: float) -> float:
    return min(1.0, max(0.0, (value - begins) / (ends - begins)))
