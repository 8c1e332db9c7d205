"""Ten minutes of neutral talk, for many people: nothing that a nurse could be asked to look at, and hardly anything else."""

import numpy as np
import pytest

from perception.fusion.model import EvidenceModel
from perception.fusion.table import SCORED, load_table
from perception.reading import Cue
from perception.session import PerceptionSession
from tests.fakes.signals import Signals, listen, watch

KIND = "unit"

TABLE = load_table()
MODEL = EvidenceModel(TABLE)
TURNS = 50
EVERY = 12.0
"""Seconds from one turn to the next."""


@pytest.mark.parametrize("person", range(4))
def test_ten_neutral_minutes(person: int) -> None:
    perception, signals = PerceptionSession(MODEL), Signals(person)
    raised, highest = 0, 0.0
    for turn in range(TURNS):
        raised += len(watch(perception, signals, EVERY * turn, EVERY * (turn + 1)))
        raised += len(listen(perception, signals, [EVERY * (turn + 1)]))
        highest = max(highest, *(finding.score for one in SCORED if (finding := perception.current(one))))
        assert perception.lasting() == ()
    assert raised <= 1
    assert highest < TABLE.levels.page


ACTED = {Cue.PITCH: 1.5, Cue.PITCH_RANGE: 2.5, Cue.HARMONICITY: 1.5, Cue.JITTER: 0.006, Cue.SHIMMER: 0.03}
"""How far an actor's calm strays from their neutral, up or down, beyond the usual noise; our judgment, not measured."""


def test_calm_and_neutral_turns_of_many_speakers_are_hardly_ever_over_one_half() -> None:
    over, turns = 0, 0
    for speaker in range(24):
        chance = np.random.default_rng(speaker)
        perception, signals = PerceptionSession(MODEL), Signals(speaker)
        for turn in range(1, 25):
            played = {cue: float(chance.choice([-1, 0, 1])) * far for cue, far in ACTED.items()}
            listen(perception, signals, [8.0 * turn], played)
            scores = [finding.score for one in SCORED if (finding := perception.current(one))]
            over, turns = over + (max(scores) > TABLE.levels.raised), turns + 1
    assert over / turns <= 0.02
