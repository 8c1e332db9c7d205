"""Fits the weights of the filler score to synthetic patients and says how well it does on voices it was not fitted to.

`python -m tests.bench.perception_fillers` prints the block for `perception/voice/limits.yaml`, then recall and precision.
Needs no recording of anybody: eSpeak NG's voices, and flite's where its command is installed.
"""

import subprocess
import tempfile
import wave
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.signal import resample_poly

from perception.voice.fillers import FEATURES, Candidate, candidates
from perception.voice.limits import limits
from tests.fakes.patients_voice import RATE, PatientsVoice, Planted, Sound, audible, fluent, halting, hesitant
from tests.fakes.recorded_turns import recorded_turns

FITTED = (
    *(
        "en-us",
        "en-us+f3",
        "en+m3",
        "en-us+f2",
        "en-us+m1",
        "en+f5",
        "en-us+Mike",
        "en-us+steph",
        "en+klatt",
        "en-us+adam",
    ),
    *("gmw/en-GB-x-rp", "en-us+anika", "flite:slt", "flite:rms"),
)
HELD_OUT = (
    *(
        "en",
        "en-us+m7",
        "en+f4",
        "en-us+Annie",
        "en-us+Andy",
        "gmw/en-GB-scotland",
        "en-us+grandma",
        "en-us+max",
        "en-us+linda",
    ),
    *("en+m5", "en-us+klatt4", "flite:awb", "flite:kal16"),
)
NOISES = (1e-4, 1e-4, 0.005, 0.01, 0.03)
"""Amplitude of the room; speech is about 0.1, so these are 60, 26, 20 and 10 dB below it."""
WORDED = ("um", "uh", "er", "uhm", "ummm")
"""What flite can say of the fillers: it takes no phonemes."""
RIDGE = 3.0
TURNS = 7

Matrix = npt.NDArray[np.float64]


class _Voices(PatientsVoice):
    """Also flite's voices, as `flite:NAME`."""

    def say(self, text: str, voice: str = "en-us", rate: int = 155, pitch: int = 50, melody: int = 60) -> Sound:
        if not voice.startswith("flite:"):
            return super().say(text, voice, rate, pitch, melody)
        spoken = text if not text.startswith("[[") else WORDED[len(text) % len(WORDED)]
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "said.wav")
            stretch = f"duration_stretch={155 / rate:.2f}"
            subprocess.run(["flite", "-voice", voice[6:], "--setf", stretch, "-t", spoken, "-o", file], check=True)
            with wave.open(str(file)) as said:
                pcm = np.frombuffer(said.readframes(said.getnframes()), np.int16).astype(np.float64)
                return audible(resample_poly(pcm, RATE, said.getframerate()))


def turns(voices: PatientsVoice, names: tuple[str, ...]) -> Iterator[tuple[str, str, Planted]]:
    """Every voice hesitating apart from its words and run into them, speaking fluently and haltingly, and stretching a word."""
    usable = [name for name in names if which("flite") or not name.startswith("flite")]
    for number, name in enumerate(usable):
        for turn in range(TURNS):
            seed, noise = 1000 * number + turn, NOISES[(number + turn) % len(NOISES)]
            yield name, "apart", hesitant(voices, name, seed, noise=noise)
            yield name, "run in", hesitant(voices, name, seed + 100, noise=noise, apart=False)
            yield name, "fluent", fluent(voices, name, seed + 200, noise=noise)
            yield name, "fluent", fluent(voices, name, seed + 300, noise=noise)
            yield name, "halting", halting(voices, name, seed + 500, noise=noise)
            yield name, "stretched", fluent(voices, name, seed + 400, noise=noise, stretched=True)


def examine(turn: Planted) -> list[tuple[Candidate, bool]]:
    """Its candidates, and whether each is a filler for most of its length."""
    (whole,) = recorded_turns(turn.sound, turn.probabilities)
    return [
        (one, any(_shared(one, whole.started, span) > one.seconds / 2 for span in turn.fillers))
        for one in candidates(whole.track, limits().filler)
    ]


def _shared(one: Candidate, began: float, span: tuple[float, float]) -> float:
    start, end = one.start * 0.01 + 0.02 + began, one.end * 0.01 + 0.02 + began
    return min(end, span[1]) - max(start, span[0])


def fit(rows: Matrix, labels: npt.NDArray[np.bool_]) -> tuple[Matrix, float]:
    """Weights and bias of a ridge logistic regression, in the features' own units."""
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    standard = np.column_stack([(rows - middle) / spread, np.ones(len(rows))])
    sign = np.where(labels, 1.0, -1.0)

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        margin = sign * (standard @ weights)
        penalty = np.append(weights[:-1], 0.0)
        value = np.logaddexp(0, -margin).sum() + RIDGE * (penalty**2).sum()
        return float(value), standard.T @ (-sign / (1 + np.exp(margin))) + 2 * RIDGE * penalty

    found = minimize(loss, np.zeros(standard.shape[1]), jac=True, method="L-BFGS-B").x
    weights = found[:-1] / spread
    return weights, float(found[-1] - weights @ middle)


def report(
    name: str, seen: list[tuple[str, str, Planted, list[tuple[Candidate, bool]]]], weights: Matrix, bias: float
) -> None:
    """Recall of what was planted, precision of what was found, false alarms a minute of fluent speech."""
    for threshold in (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0):
        planted = hits = found = 0
        false: dict[str, int] = {}
        seconds: dict[str, float] = {}
        for _, kind, turn, ones in seen:
            chosen = [right for one, right in ones if float(one.features @ weights) + bias > threshold]
            planted += len(turn.fillers)
            hits += min(sum(chosen), len(turn.fillers))
            found += len(chosen)
            false[kind] = false.get(kind, 0) + len(chosen) - sum(chosen)
            seconds[kind] = seconds.get(kind, 0.0) + turn.seconds
        rates = ", ".join(f"{kind} {60 * false[kind] / seconds[kind]:.1f}" for kind in false)
        print(
            f"{name:16} over {threshold:4.1f}: recall {hits / max(planted, 1):.2f}, "
            f"precision {hits / max(found, 1):.2f}; false a minute: {rates}"
        )


def main() -> None:
    """Fit, print the weights, and measure them."""
    with _Voices() as voices:
        fitted = [(name, kind, turn, examine(turn)) for name, kind, turn in turns(voices, FITTED)]
        held_out = [(name, kind, turn, examine(turn)) for name, kind, turn in turns(voices, HELD_OUT)]
    pairs = [pair for _, _, _, ones in fitted for pair in ones]
    rows = np.array([one.features for one, _ in pairs], np.float64)
    weights, bias = fit(rows, np.array([right for _, right in pairs]))
    print(f"  bias: {bias:.3f}\n  weights:")
    print("\n".join(f"    {name}: {weight:.3f}" for name, weight in zip(FEATURES, weights, strict=True)))
    report("fitted voices", fitted, weights, bias)
    report("other voices", held_out, weights, bias)
    for family in ("flite", "e", "g"):
        some = [row for row in held_out if row[0].startswith(family)]
        if some:
            report(f"other {family}", some, weights, bias)


if __name__ == "__main__":
    main()
