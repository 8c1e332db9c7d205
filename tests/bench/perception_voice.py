"""What the voice half of perception costs: CPU milliseconds for a second of a patient's speech, part by part.

`python -m tests.bench.perception_voice`. CPU time, not wall time; on a busy machine it is still up to three times
too high, so the least of several runs is printed beside the median.
"""

import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

from perception.voice.activity import Activity
from perception.voice.fillers import fillers
from perception.voice.limits import limits
from perception.voice.measuring import WINDOW, Measuring
from perception.voice.periods import compare
from perception.voice.pitch import PitchPath, candidates
from perception.voice.spectrum import FRAME, HOP, RATE, look
from perception.voice.stream import VoiceStream
from perception.voice.turn import turn_readings
from tests.fakes.patients_voice import PatientsVoice, Planted, Sound, hesitant

RUNS = 9
BATCH = 12
"""Frames measured at once in a stream."""


def turn(seconds: float) -> Planted:
    """A hesitant patient for so long."""
    with PatientsVoice() as voices:
        parts = [hesitant(voices, "en-us", seed) for seed in range(int(seconds // 4) + 3)]
    sound = np.concatenate([part.sound[: len(part.sound) // WINDOW * WINDOW] for part in parts])
    heard = np.concatenate([part.probabilities[: len(part.sound) // WINDOW] for part in parts])
    windows = int(seconds * RATE) // WINDOW
    return Planted(sound[: windows * WINDOW], heard[:windows], ())


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Median and least CPU milliseconds of one run."""
    runs = []
    for _ in range(RUNS):
        began = time.process_time()
        work()
        runs.append(1000 * (time.process_time() - began))
    return median(runs), min(runs)


def show(name: str, work: Callable[[], object], seconds: float = 1.0) -> None:
    """One line of the table."""
    middle, least = timed(work)
    print(f"{name:44} {middle / seconds:6.2f}  {least / seconds:6.2f}")


def streamed(planted: Planted, *, running: bool = False) -> VoiceStream:
    """A stream that has heard the whole turn."""
    stream = VoiceStream()
    for window, probability in zip(planted.sound.reshape(-1, WINDOW), planted.probabilities, strict=True):
        stream.push(window, float(probability))
        if running:
            stream.running()
    return stream


def frames(sound: Sound) -> None:
    """Level, spectrum and autocorrelation, in a stream's batches."""
    for start in range(0, len(sound) - BATCH * HOP - FRAME, BATCH * HOP):
        look(sound[start : start + (BATCH - 1) * HOP + FRAME], 230)


def path(sound: Sound) -> None:
    """The same with the pitch."""
    numbers = limits().pitch
    pitch = PitchPath(numbers)
    for start in range(0, len(sound) - BATCH * HOP - FRAME, BATCH * HOP):
        seen = look(sound[start : start + (BATCH - 1) * HOP + FRAME], 230)
        pitch.push(seen.level, candidates(seen.correlation, numbers))
        pitch.settle()


def main() -> None:
    """Print the table."""
    long, short = turn(10.0), turn(3.0)
    seconds = long.seconds
    track = Measuring(limits(), 0.0)
    for window in long.sound.reshape(-1, WINDOW):
        track.push(window, sounding=True)
    whole = track.finish()
    voiced = np.flatnonzero(whole.hertz > 0)[:50]
    stretch = np.full(50, np.median(whole.hertz[voiced]), np.float32)
    print(f"{'part':44} median   least   (CPU ms for 1 s of sound)")
    model = Path(os.environ.get("NIGHTLIGHT_MODEL_MIRROR", ""), "silero-vad", "silero_vad.onnx")
    rows: list[tuple[str, Callable[[], object], float]] = [
        ("frames: level, spectrum, autocorrelation", lambda: frames(long.sound), seconds),
        ("frames and pitch path", lambda: path(long.sound), seconds),
        ("cycles: jitter and shimmer, 0.5 s voiced", lambda: compare(long.sound[: 49 * HOP + FRAME], stretch), 0.5),
        ("everything in push", lambda: streamed(long), seconds),
        ("everything in push, running() each window", lambda: streamed(long, running=True), seconds),
    ]
    if model.is_file():
        activity = Activity(model)
        rows.append(("voice activity (in a call: the listener's)", lambda: activity.probabilities(long.sound), seconds))
    for name, work, length in rows:
        show(name, work, length)
    print(f"\n{'at the end of a turn':44} median   least   (CPU ms)")
    for planted in (short, long):
        stream, ended = streamed(planted), streamed(planted).finish(planted.seconds)
        began = time.process_time()
        stream.finish(planted.seconds)
        print(f"{f'finish, {planted.seconds:.0f} s':44} {1000 * (time.process_time() - began):6.2f}")
        if ended is not None:
            show(f"turn_readings, {planted.seconds:.0f} s", partial(turn_readings, ended))
    show("fillers alone, 10 s", partial(fillers, whole, limits().filler))


if __name__ == "__main__":
    main()
