"""Words say fine, voice and face do not: a rule over two estimates, both of which are shown. Pure.

It says that they differ, never which of them is right, and never that somebody is not honest.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit, logit

from perception.finding import Evidence, Finding, Observable
from perception.fusion.table import SCORED, Floats, Table
from perception.reading import Modality

_SURE = 1e-3
"""Closest to 0 and 1 that a judgment of words is taken for."""


@dataclass(frozen=True)
class SaidOk:
    """Words by which the patient says that all is well or understood."""

    text: str
    """PHI."""
    start: float
    end: float
    """Seconds on the session's clock."""
    score: float
    """0 to 1: how sure it is that they say so."""


@dataclass(frozen=True)
class _Held:
    at: float
    said: SaidOk
    finding: Finding


class Mismatch:
    """Watches what rises around words that say fine."""

    def __init__(self, table: Table) -> None:
        self._numbers = table.mismatch
        self._voice = table.voice
        self._alone = table.modalities.alone
        self._columns = [SCORED.index(observable) for observable in table.mismatch.observables]
        self._said: SaidOk | None = None
        self._held: _Held | None = None

    def say(self, said: SaidOk) -> None:
        """The newest such words are the ones that are watched."""
        self._said = said

    def forget(self) -> None:
        """As if nothing had been seen or heard so far."""
        self._held = None

    def step(self, now: float, rise: Floats, found: Callable[[Observable, Floats], Finding], *, sees: bool) -> None:
        """`rise` [F, S] of contributions over `look_back`; `found` makes a finding of an observable out of such [F].

        `sees`: whether the face is known. Where it is, it has to agree; where not, the voice has to rise more by itself.
        """
        said, numbers = self._said, self._numbers
        if said is None or not said.start - numbers.before <= now <= said.end + numbers.after:
            return
        column = max(self._columns, key=lambda one: float(rise[:, one].sum()))
        each = [float(rise[rows, column].sum()) for rows in (self._voice, ~self._voice)]
        if rise[:, column].sum() < numbers.rise or (min(each) < numbers.each if sees else each[0] < numbers.unseen):
            return
        finding = self._finding(said, found(SCORED[column], self._limited(rise[:, column], said)), now)
        if self._held is None or self._held.said != said or finding.score >= self._held.finding.score:
            self._held = _Held(now, said, finding)

    def finding(self, now: float, shift: float) -> Finding | None:
        """What was found last, faded; `shift` is what the patient's "that is wrong" takes off it."""
        if self._held is None or now - self._held.at > self._numbers.lasts:
            return None
        fade = 0.5 ** ((now - self._held.at) / self._numbers.half_life)
        finding = self._held.finding
        evidence = tuple(replace(one, contribution=one.contribution * fade) for one in finding.evidence)
        bias = finding.bias + shift
        score = float(expit(bias + sum(one.contribution for one in evidence)))
        freshness = now - max(one.end for one in evidence)
        return replace(finding, at=now, score=score, bias=bias, evidence=evidence, freshness=max(0.0, freshness))

    def _limited(self, rise: Floats, said: SaidOk) -> Floats:
        """The rise, cut where the words are less sure than voice and face are, or one of them speaks alone."""
        sure = min(1 - _SURE, max(_SURE, said.score))
        agree = min(float(rise[self._voice].sum()), float(rise[~self._voice].sum())) >= self._numbers.each
        highest = float(logit(sure if agree else min(sure, self._alone)))
        total, most = float(rise.sum()), max(highest - self._numbers.bias, 0.0)
        if total <= most:
            return rise
        speaking_for = np.maximum(rise, 0.0)
        cut: Floats = speaking_for * (total - most) / speaking_for.sum()
        return rise - cut

    def _finding(self, said: SaidOk, shown: Finding, now: float) -> Finding:
        total = sum(one.contribution for one in shown.evidence)
        return replace(
            shown,
            observable=Observable.MISMATCH,
            at=now,
            score=float(expit(self._numbers.bias + total)),
            bias=self._numbers.bias,
            modalities=_both(shown.evidence, self._numbers.each),
            said=said.text,
        )


def _both(evidence: tuple[Evidence, ...], least: float) -> frozenset[Modality]:
    sums: dict[Modality, float] = {"voice": 0.0, "face": 0.0}
    for one in evidence:
        sums[one.cue.modality] += one.contribution
    return frozenset(modality for modality, total in sums.items() if total >= least)
