"""Synthetic patients whose hesitations are known: eSpeak's sentences with fillers, pauses and stretched words put in."""

import json
import subprocess
import sys
from dataclasses import dataclass
from types import TracebackType

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter, resample_poly

RATE = 16_000
WINDOW = 512
Sound = npt.NDArray[np.float32]

SENTENCES = (
    ("I took the first pill yesterday", "and I feel fine today"),
    ("yes I understand", "I take it with food in the morning"),
    ("the wound looks all right", "and there is no swelling at all"),
    ("I am doing okay", "I have been walking every day"),
    ("my blood pressure was normal", "this morning before breakfast"),
    ("I stopped the water tablet", "because it made me dizzy"),
    ("no chest pain", "and my breathing is fine"),
    ("I will call the clinic", "if anything changes tonight"),
    ("my daughter comes over on Mondays", "she helps me with the shopping"),
    ("we moved the appointment to Friday", "so that she can drive me"),
    ("well the knee is still swollen", "more so in the evening"),
    ("they told me to weigh myself", "so I do that now"),
)
FILLERS = (
    "um",
    "uh",
    "er",
    "[[V:m:]]",
    "[[3:]]",
    "[[V:]]",
    "[[@:m]]",
    "[[m:m:m:m:]]",
    "[[3:m:]]",
    "[[V::]]",
    "[[A:]]",
    "[[hVm:]]",
)
STRETCHED = ("sooo", "noooo", "[[s'oU:::]]", "[[w'E::l]]", "[[j'E::s]]", "[[n'oU:::]]", "[[r'i::li]]", "[['aI::]]")


@dataclass(frozen=True)
class Planted:
    """One turn and what was put into it."""

    sound: Sound
    probabilities: Sound
    """What a voice-activity model would say: of each 32 ms, and for 0.1 s too long as Silero does."""
    fillers: tuple[tuple[float, float], ...]
    """Start and end of each, s."""

    @property
    def seconds(self) -> float:
        return len(self.sound) / RATE


class PatientsVoice:
    """The child process and every voice it has; use as a context manager."""

    def __enter__(self) -> "PatientsVoice":
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.fakes.espeak_child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def say(self, text: str, voice: str = "en-us", rate: int = 155, pitch: int = 50, melody: int = 60) -> Sound:
        """`text` from its first to its last audible sample, loudest at one half; `[[…]]` holds eSpeak's phonemes."""
        if self._process.stdin is None or self._process.stdout is None:
            raise OSError("the child has no pipes")
        order = {"text": text, "voice": voice, "rate": rate, "pitch": pitch, "range": melody}
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        header = json.loads(self._process.stdout.readline())
        pcm = np.frombuffer(self._process.stdout.read(header["bytes"]), np.int16).astype(np.float64)
        return audible(resample_poly(pcm, RATE, header["rate"]))


def audible(sound: npt.NDArray[np.float64]) -> Sound:
    """From the first to the last audible sample, loudest at one half."""
    loud = np.flatnonzero(np.abs(sound) > np.abs(sound).max() * 0.01)
    cut = sound[loud[0] : loud[-1] + 1]
    level: Sound = (cut / np.abs(cut).max() / 2).astype(np.float32)
    return level


class Line:
    """A turn put together from pieces of sound and silence."""

    def __init__(self) -> None:
        self._pieces: list[Sound] = []
        self._voice: list[tuple[float, float]] = []
        self._fillers: list[tuple[float, float]] = []
        self.seconds = 0.0

    def silence(self, seconds: float) -> "Line":
        """Nothing for so long."""
        self._pieces.append(np.zeros(int(seconds * RATE), np.float32))
        self.seconds += int(seconds * RATE) / RATE
        return self

    def speech(self, sound: Sound) -> "Line":
        """A piece of speech."""
        self._pieces.append(sound)
        self._voice.append((self.seconds, self.seconds + len(sound) / RATE))
        self.seconds = self._voice[-1][1]
        return self

    def filler(self, sound: Sound) -> "Line":
        """A piece that is a filler."""
        self.speech(sound)
        self._fillers.append(self._voice[-1])
        return self

    def planted(self, noise: float = 1e-4, seed: int = 0) -> Planted:
        """The whole, with a room's noise of this amplitude (falling by 6 dB an octave, as rooms hum)."""
        clean = np.concatenate(self._pieces)
        hum = lfilter([1.0], [1.0, -0.9], np.random.default_rng(seed).standard_normal(len(clean)))
        sound = (clean + noise * hum / hum.std()).astype(np.float32)
        starts = np.arange(0, len(sound) + WINDOW - 1, WINDOW)[: -(-len(sound) // WINDOW)] / RATE
        voiced = [np.any([(start - 0.03 <= at) & (at <= end + 0.1) for start, end in self._voice]) for at in starts]
        return Planted(sound, np.where(voiced, 0.95, 0.03).astype(np.float32), tuple(self._fillers))


def hesitant(voices: PatientsVoice, voice: str, seed: int, *, noise: float = 1e-4, apart: bool = True) -> Planted:
    """A sentence with one to three fillers, with pauses around them or run into the words."""
    chance = np.random.default_rng(seed)
    first, second = SENTENCES[chance.integers(len(SENTENCES))]
    words, rate, pitch = first.split(), int(chance.integers(120, 185)), int(chance.integers(35, 60))
    parts = (" ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :]), second)
    chosen = set(chance.choice(3, int(chance.integers(1, 4)), replace=False))
    line = Line().silence(0.5)
    for place, part in enumerate(parts):
        if place in chosen:
            filler = FILLERS[chance.integers(len(FILLERS))]
            pace, lower, softer = (
                int(chance.choice([80, 100, 120])),
                int(chance.integers(-4, 11)),
                chance.uniform(0.3, 1.1),
            )
            gaps = (
                [chance.uniform(0.15, 0.8), chance.uniform(0.15, 0.9)] if apart else [0.03, chance.choice([0.03, 0.4])]
            )
            line.silence(gaps[0] if place else 0.0)
            line.filler(voices.say(filler, voice, pace, pitch - lower) * np.float32(softer)).silence(gaps[1])
        line.speech(voices.say(part, voice, rate, pitch))
    return line.silence(0.5).planted(noise, seed)


def fluent(voices: PatientsVoice, voice: str, seed: int, *, noise: float = 1e-4, stretched: bool = False) -> Planted:
    """A whole sentence in one breath; with `stretched`, a word in it is drawn out as one does for weight."""
    chance = np.random.default_rng(seed)
    first, second = SENTENCES[chance.integers(len(SENTENCES))]
    rate, pitch = int(chance.integers(120, 185)), int(chance.integers(35, 60))
    line = Line().silence(0.5)
    if not stretched:
        return line.speech(voices.say(f"{first}, {second}", voice, rate, pitch)).silence(0.5).planted(noise, seed)
    word = STRETCHED[chance.integers(len(STRETCHED))]
    line.speech(voices.say(first, voice, rate, pitch)).silence(float(chance.uniform(0.0, 0.3)))
    line.speech(voices.say(word, voice, 95, pitch)).silence(float(chance.uniform(0.0, 0.3)))
    return line.speech(voices.say(second, voice, rate, pitch)).silence(0.5).planted(noise, seed)


def halting(voices: PatientsVoice, voice: str, seed: int, *, noise: float = 1e-4) -> Planted:
    """A sentence of one to three words at a time with pauses between them, and no filler."""
    chance = np.random.default_rng(seed)
    words = " ".join(SENTENCES[chance.integers(len(SENTENCES))]).split()
    rate, pitch = int(chance.integers(110, 170)), int(chance.integers(35, 60))
    line = Line().silence(0.5)
    while words:
        size = int(chance.integers(1, 4))
        line.speech(voices.say(" ".join(words[:size]), voice, rate, pitch)).silence(float(chance.uniform(0.2, 0.8)))
        del words[:size]
    return line.silence(0.3).planted(noise, seed)
