"""The evidence step: what ONNX Runtime computes is what the formulas say, the same bytes from the same table every time."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit, logit

from perception.finding import Observable
from perception.fusion.build import NAME, build
from perception.fusion.model import EvidenceModel
from perception.fusion.table import SCORED, Either, Floats, Table, load_table
from perception.reading import Cue

KIND = "unit"

TABLE = load_table()
MODEL = EvidenceModel(TABLE)
CUES = len(TABLE.cues)
FACE = ~TABLE.voice


def inputs(seed: int, spread: float = 3.0) -> dict[str, Floats]:
    """A patient in the middle of a call, some cues unknown."""
    chance = np.random.default_rng(seed)
    shape = (CUES, len(SCORED))
    return {
        "value": chance.normal(0, spread, CUES),
        "mu": chance.normal(0, 1, CUES),
        "sd": chance.uniform(0.5, 2, CUES),
        "quality": chance.choice([0.0, 0.5, 1.0], CUES),
        "seconds": np.where(TABLE.voice, 2.0, 0.2),
        "dt": np.array([0.2]),
        "state": chance.normal(0, 0.5, shape),
        "slope": chance.uniform(0.7, 1.3, len(SCORED)),
        "bias": chance.uniform(-4, -2, len(SCORED)),
        "shift": chance.choice([0.0, -1.5], len(SCORED)),
    }


def alone(**played: float) -> dict[str, Floats]:
    """A patient at usual, seen for a second, but for these spreads of cues by name."""
    shape = (CUES, len(SCORED))
    zeros, ones, scored = np.zeros(CUES), np.ones(CUES), np.ones(len(SCORED))
    given = {"value": zeros.copy(), "mu": zeros, "sd": ones, "quality": ones, "seconds": ones, "dt": np.array([0.2])}
    for name, spreads in played.items():
        given["value"][TABLE.index(Cue(name))] = spreads
    return {**given, "state": np.zeros(shape), "slope": scored, "bias": -3 * scored, "shift": 0 * scored}


def movement(z: Floats, quality: Floats, group: tuple[Cue, ...] | Either) -> float | None:
    """Its weakest known measure, or the clearest where either will do; None where none is known."""
    cues, judge = (group.either, max) if isinstance(group, Either) else (group, min)
    known = [float(z[TABLE.index(cue)]) for cue in cues if quality[TABLE.index(cue)] > 0]
    return judge(known) if known else None


def second_movement(z: Floats, quality: Floats, observable: Observable) -> float:
    """Spreads of the second strongest group of movements, less the agreement; infinite where no rule asks for it."""
    groups = TABLE.observables[observable].corroborated
    known = sorted((one for group in groups if (one := movement(z, quality, group)) is not None), reverse=True)
    return known[1] - TABLE.observables[observable].agreement if len(known) > 1 else (np.nan if groups else np.inf)


def saturating(ceiling: float, has: float, says: Floats) -> Floats:
    """Shares of what is added to `has` under a ceiling."""
    gain = max(ceiling - has, 0.0) * (1 - np.exp(-says.sum() / ceiling))
    return np.asarray(says / max(says.sum(), 1e-12) * gain, np.float64)


def reference(given: dict[str, Floats]) -> tuple[Floats, Floats, Floats]:
    """Contributions, state and scores, observable by observable, out of the formulas in docs and research §4."""
    numbers = TABLE.evidence
    spreads = (given["value"] - given["mu"]) / given["sd"]
    either = np.array([row.counts == "either" for row in TABLE.cues])
    z = np.where(either, np.abs(spreads), spreads * np.array([-1 if row.counts == "less" else 1 for row in TABLE.cues]))
    threshold = numbers.threshold + either * np.sqrt(2 / np.pi)
    state, shown, scores = np.zeros((CUES, 4)), np.zeros((CUES, 4)), np.zeros(4)
    for column, observable in enumerate(SCORED):
        limit = second_movement(z, given["quality"], observable)
        counted = np.where(FACE, np.minimum(z, limit), z)
        heard = given["quality"] * given["seconds"] * np.where(FACE & np.isnan(limit), 0.0, 1.0)
        says = (
            TABLE.weights[:, column] * np.clip(np.nan_to_num(counted) - threshold, numbers.least, numbers.most) * heard
        )
        column_state = given["state"][:, column] * 0.5 ** (given["dt"][0] / TABLE.observables[observable].half_life)
        state[:, column] = accumulated(column_state, says, column, given)
        shown[:, column], scores[column] = scored(state[:, column] * given["slope"][column], column, given)
    return shown, state, scores


def accumulated(state: Floats, says: Floats, column: int, given: dict[str, Floats]) -> Floats:
    """A cue first takes back what it said itself; the rest nears its group's ceiling, or the floor of all."""
    back = np.where(says > 0, np.minimum(says, np.maximum(-state, 0)), np.maximum(says, np.minimum(-state, 0)))
    settled, new = state + back, says - back
    added = np.zeros(CUES)
    room = (logit(TABLE.evidence.one_group) - given["bias"][column]) / given["slope"][column]
    for mates in {tuple(row > 0) for row in TABLE.together}:
        group = np.array(mates)
        ceiling = TABLE.ceilings[group, column][0] * room
        has, more = np.maximum(settled[group], 0).sum(), np.maximum(new[group], 0)
        added[group] += saturating(max(ceiling, 1e-12), has, more)
    less = saturating(TABLE.evidence.floor, np.maximum(-settled, 0).sum(), np.maximum(-new, 0))
    return settled + added - less


def scored(parts: Floats, column: int, given: dict[str, Floats]) -> tuple[Floats, float]:
    """One modality alone bends off; what it loses is taken off its own contributions."""
    numbers = TABLE.modalities
    voice, face = float(parts[TABLE.voice].sum()), float(parts[FACE].sum())
    straight = float(given["bias"][column]) + voice + face
    highest = logit(numbers.alone) + numbers.admits * max(0.0, min(voice, face) - numbers.corroborates)
    past = straight - (highest - numbers.bend)
    log_odds = highest - numbers.bend**2 / (numbers.bend + past) if past > 0 else straight
    leading = np.maximum(parts, 0) * (TABLE.voice if voice >= face else FACE)
    return parts - (straight - log_odds) * leading / max(leading.sum(), 1e-12), float(
        expit(log_odds + given["shift"][column])
    )


@pytest.mark.parametrize("seed", range(20))
def test_onnx_runtime_computes_the_formulas(seed: int) -> None:
    given = inputs(seed)
    step = MODEL.step(**given)
    shown, state, scores = reference(given)
    assert np.allclose(step.contributions, shown, rtol=0, atol=1e-6)
    assert np.allclose(step.state, state, rtol=0, atol=1e-6)
    assert np.allclose(step.scores, scores, rtol=0, atol=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_contributions_and_bias_are_the_log_odds_of_the_score(seed: int) -> None:
    given = inputs(seed, spread=8.0)
    step = MODEL.step(**given)
    assert np.allclose(logit(step.scores), given["bias"] + given["shift"] + step.contributions.sum(axis=0), atol=1e-9)


def test_two_processes_build_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        command = [sys.executable, "-m", "perception.fusion.build", str(tmp_path / name)]
        subprocess.run(command, check=True, capture_output=True)
    graphs = [(tmp_path / name / f"{NAME}.onnx").read_bytes() for name in ("one", "two")]
    assert graphs[0] == graphs[1] == build(TABLE).graph
    card = json.loads((tmp_path / "one" / f"{NAME}.json").read_text("utf-8"))
    assert card["sha256"] == hashlib.sha256(graphs[0]).hexdigest()
    assert card["sha256"].startswith(MODEL.name)
    assert card["validation"] == "not clinically validated"


def test_another_number_makes_another_model() -> None:
    content = TABLE.model_dump()
    content["evidence"]["floor"] += 0.5
    assert build(Table.model_validate(content)).sha256 != build(TABLE).sha256


@pytest.mark.parametrize("row", TABLE.cues, ids=lambda row: row.cue)
def test_more_of_a_cue_never_lowers_what_it_speaks_for(row: object) -> None:
    """Its own direction raises z and every score it has weight in; the other direction does not."""
    index = [one is row for one in TABLE.cues].index(True)
    toward = {"more": 1.0, "less": -1.0, "either": 1.0}[TABLE.cues[index].counts]
    steps = [MODEL.step(**alone(**{TABLE.cues[index].cue: toward * spreads})) for spreads in (0.0, 1.0, 2.0, 4.0)]
    rising = np.diff([step.scores for step in steps], axis=0)
    assert (np.diff([step.z[index] for step in steps]) > 0).all()
    assert (rising >= -1e-12).all()


@pytest.mark.parametrize("seed", range(12))
def test_more_of_any_cue_in_any_state_never_lowers_a_score(seed: int) -> None:
    given = {**inputs(seed), "quality": np.ones(CUES)}
    before = MODEL.step(**given).scores
    for index, row in enumerate(TABLE.cues):
        if_more = given["value"].copy()
        off = if_more[index] - given["mu"][index]
        if_more[index] += {"more": 1.0, "less": -1.0, "either": np.sign(off)}[row.counts]
        assert (MODEL.step(**{**given, "value": if_more}).scores >= before - 1e-12).all()


def test_a_smile_is_nobodys_cue() -> None:
    assert [cue for cue in Cue if "smile" in cue] == []


def test_what_speaks_for_one_movement_alone_counts_for_nothing() -> None:
    pain = SCORED.index(Observable.PAIN_EXPRESSION)
    brow = MODEL.step(**alone(brow_down=9, brow_height=-9)).contributions[:, pain]
    both = MODEL.step(**alone(brow_down=9, brow_height=-9, nose_lip=-9)).contributions[:, pain]
    assert brow[FACE].max() <= 0 < 1 < both[FACE].sum()


def test_what_is_unknown_says_nothing() -> None:
    given = {**alone(brow_down=9, brow_height=-9, nose_lip=-9), "quality": np.zeros(CUES)}
    assert not MODEL.step(**given).contributions.any()
