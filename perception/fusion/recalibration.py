"""What nurses made of findings, turned into a better calibration: slope and bias of one observable at one site. Pure.

Maximum a posteriori of Platt's two numbers, with a Gaussian prior on the logarithm of the slope and on the bias. With few
dispositions it refuses, with some it only shows what it would do, and it is adopted only if it judges better what it never saw.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from perception.finding import Finding, Observable
from perception.fusion.calibration import Calibration, Fit, Line
from perception.fusion.table import SCORED, Floats, RecalibrationNumbers

Verdict = Literal["warranted", "not_warranted", "unsure"]


class TooFewDispositions(ValueError):
    """Nothing can be fitted yet."""


@dataclass(frozen=True)
class Disposition:
    """A nurse's verdict on one finding."""

    observable: Observable
    evidence: float
    """Log-odds before any calibration; `evidence_of` a finding."""
    verdict: Verdict


def evidence_of(finding: Finding, calibration: Calibration) -> float:
    """What a finding rested on, before the calibration that it was made with."""
    line = calibration.lines[finding.observable]
    return sum(one.contribution for one in finding.evidence) / line.slope


def recalibrate(
    numbers: RecalibrationNumbers,
    dispositions: Iterable[Disposition],
    in_use: Calibration,
    prior: Calibration,
    *,
    name: str,
    made: str,
) -> Calibration:
    """The next version, of the date `made`: adopted lines are new in it, all others are those of `in_use`.

    Raises TooFewDispositions where no observable has enough of those whose nurse was sure.
    """
    sure = [one for one in dispositions if one.verdict != "unsure"]
    by_observable = {scored: [one for one in sure if one.observable is scored] for scored in SCORED}
    enough = {scored: of for scored, of in by_observable.items() if len(of) >= numbers.least}
    if not enough:
        counts = ", ".join(f"{scored} {len(of)}" for scored, of in by_observable.items())
        raise TooFewDispositions(
            f"at least {numbers.least} dispositions of one observable are needed; there are {counts}"
        )
    fits = tuple(_fit(numbers, scored, of, in_use, prior) for scored, of in enough.items())
    adopted = {fit.observable: fit.posterior for fit in fits if fit.adopted}
    return replace(in_use, name=name, lines={**in_use.lines, **adopted}, made=made, after=in_use.name, fits=fits)


def fit_line(numbers: RecalibrationNumbers, evidence: Floats, warranted: Floats, prior: Line) -> Line:
    """MAP slope and bias; `evidence` [n] log-odds, `warranted` [n] 0 or 1."""
    best = minimize(
        _loss,
        [np.log(prior.slope), prior.bias],
        args=(numbers, evidence, warranted, prior),
        jac=True,
        method="L-BFGS-B",
    ).x
    return Line(float(np.exp(best[0])), float(best[1]))


def _loss(
    at: Floats, numbers: RecalibrationNumbers, evidence: Floats, warranted: Floats, prior: Line
) -> tuple[float, Floats]:
    """Negative log posterior of (log slope, bias), and its gradient."""
    slope, bias = float(np.exp(at[0])), float(at[1])
    log_odds = slope * evidence + bias
    off = np.array([at[0] - np.log(prior.slope), bias - prior.bias])
    spread = np.array([numbers.log_slope_spread, numbers.bias_spread])
    wrong = expit(log_odds) - warranted
    gradient = np.array([float(wrong @ evidence) * slope, float(wrong.sum())]) + off / spread**2
    loss = float((np.logaddexp(0.0, log_odds) - warranted * log_odds).sum())
    return loss + float((off**2 / (2 * spread**2)).sum()), gradient


def _fit(
    numbers: RecalibrationNumbers,
    observable: Observable,
    dispositions: Sequence[Disposition],
    in_use: Calibration,
    prior: Calibration,
) -> Fit:
    evidence = np.array([one.evidence for one in dispositions])
    warranted = np.array([one.verdict == "warranted" for one in dispositions], np.float64)
    posterior = fit_line(numbers, evidence, warranted, prior.lines[observable])
    before = log_loss(in_use.lines[observable], evidence, warranted)
    left_out = _left_out(numbers, evidence, warranted, prior.lines[observable])
    why = _objection(numbers, len(dispositions), posterior, before, left_out)
    return Fit(
        observable=observable,
        dispositions=len(dispositions),
        prior=prior.lines[observable],
        posterior=posterior,
        log_loss_before=before,
        log_loss_left_out=left_out,
        adopted=not why,
        why=why or "it judges better what it never saw",
    )


def _objection(numbers: RecalibrationNumbers, count: int, posterior: Line, before: float, left_out: float) -> str:
    """Why a fit is not adopted; empty if it is."""
    if count < numbers.shadow:
        return f"shadow: only watched until there are {numbers.shadow} dispositions"
    if left_out >= before:
        return "it does not judge better what it never saw"
    if expit(posterior.bias) > numbers.highest_prior:
        return "it would score high without any evidence"
    return ""


def _left_out(numbers: RecalibrationNumbers, evidence: Floats, warranted: Floats, prior: Line) -> float:
    """Mean log loss of each disposition under the fit to all others."""
    losses = []
    for one in range(len(evidence)):
        others = np.arange(len(evidence)) != one
        line = fit_line(numbers, evidence[others], warranted[others], prior)
        losses.append(log_loss(line, evidence[one : one + 1], warranted[one : one + 1]))
    return float(np.mean(losses))


def log_loss(line: Line, evidence: Floats, warranted: Floats) -> float:
    """Mean, nats."""
    log_odds = line.slope * evidence + line.bias
    return float(np.mean(np.logaddexp(0.0, log_odds) - warranted * log_odds))
