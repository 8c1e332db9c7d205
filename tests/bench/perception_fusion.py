"""What fusing costs, and what simulated patients come to: microseconds of a step, and how often anything is raised.

The patients are of tests/fakes/signals.py: noise that remembers around their own usual, and movements as measured on warped
faces. Rates and ceilings of fusion.yaml were chosen on these; nothing here is a patient. Prints figures and judges nothing.
"""

import os
import time
from collections import Counter
from collections.abc import Callable
from statistics import median, quantiles

from perception.finding import Observable
from perception.fusion.build import build
from perception.fusion.model import EvidenceModel
from perception.fusion.table import SCORED, load_table
from perception.session import PerceptionSession
from tests.fakes.signals import (
    BROW,
    EYES,
    FRAME,
    GAZE,
    HEAD,
    HESITANT,
    PAIN,
    SAD,
    Played,
    Signals,
    listen,
    watch,
)

STEPS = 1500
PEOPLE = 14
SOAKS = 5
MOVEMENTS: dict[str, Played] = {
    "unmoved": {},
    "pain": PAIN,
    "sad": SAD,
    "brow alone": BROW,
    "eyes alone": EYES,
    "gaze alone": GAZE,
    "head alone": HEAD,
}


async def main(_turns: int) -> None:
    """Run the benchmark and print it."""
    print(f"load average: {os.getloadavg()[0]:.2f} on {os.cpu_count()} processors")
    began = time.process_time()
    artifact = build(load_table())
    print(f"graph: {len(artifact.graph)} bytes, sha256 {artifact.sha256[:8]}, {_ms(began):.0f} ms to read and build")
    model = EvidenceModel(load_table())
    steps(model)
    for name, played in MOVEMENTS.items():
        movements(model, name, played)
    voices(model)
    soak(model)


def steps(model: EvidenceModel) -> None:
    """One frame's readings fed and a step, five times a second."""
    session, signals = PerceptionSession(model), Signals(1)
    frames = [(FRAME * number, signals.frame(FRAME * number)) for number in range(1, STEPS + 1)]
    wall, busy = [], time.process_time()
    for at, readings in frames:
        began = time.perf_counter()
        session.feed(readings)
        session.step(at)
        wall.append((time.perf_counter() - began) * 1e6)
    spent = (time.process_time() - busy) / STEPS * 1e6
    print(f"step: p50 {median(wall):.0f} µs, p95 {quantiles(wall, n=20)[-1]:.0f} µs, processor {spent:.0f} µs")
    print(f"one session at {1 / FRAME:.0f} steps a second: {spent / FRAME / 1e6:.4f} of a core")


def movements(model: EvidenceModel, name: str, played: Played) -> None:
    """Half a minute still, six seconds moved."""
    raised: Counter[Observable] = Counter()
    after: list[float] = []
    for person in range(PEOPLE):
        session, signals = PerceptionSession(model), Signals(person)
        found = watch(session, signals, 0, 30) + watch(session, signals, 30, 36, played)
        raised.update({one.observable for one in found})
        after += [one.at - 30 for one in found[:1]]
    waited = f", after {median(after):.1f} s" if after else ""
    print(f"{name}: of {PEOPLE} raised {_counted(raised)}{waited}")


def voices(model: EvidenceModel) -> None:
    """Five usual turns, then one more, with no camera."""
    for name, played in (("usual", {}), ("hesitant", HESITANT)):
        raised: Counter[Observable] = Counter()
        for person in range(60):
            session, signals = PerceptionSession(model), Signals(person)
            listen(session, signals, [12.0 * turn for turn in range(1, 6)])
            raised.update({one.observable for one in listen(session, signals, [72.0], played)})
        print(f"one {name} turn without a camera: of 60 raised {_counted(raised)}")


def soak(model: EvidenceModel) -> None:
    """Ten neutral minutes of face and voice each."""
    raised: Counter[Observable] = Counter()
    lasting, highest = 0, dict.fromkeys(SCORED, 0.0)
    for person in range(SOAKS):
        session, signals = PerceptionSession(model), Signals(1000 + person)
        for turn in range(50):
            found = watch(session, signals, 12.0 * turn, 12.0 * (turn + 1))
            found += listen(session, signals, [12.0 * (turn + 1)])
            raised.update(one.observable for one in found)
            lasting += len(session.lasting())
            highest = {one: max(score, _score(session.current, one)) for one, score in highest.items()}
    tops = ", ".join(f"{one} {score:.2f}" for one, score in highest.items())
    print(f"{SOAKS} times ten neutral minutes: raised {_counted(raised)}; to page {lasting}; highest {tops}")


def _score(current: Callable[[Observable], object], observable: Observable) -> float:
    return float(getattr(current(observable), "score", 0.0))


def _counted(raised: Counter[Observable]) -> str:
    return ", ".join(f"{one} {count}" for one, count in sorted(raised.items())) or "nothing"


def _ms(began: float) -> float:
    return (time.process_time() - began) * 1000
