"""Whole check-ins of the pack, in words: what the patient does, what Ana says, who is told."""

from pathlib import Path

import pytest

from server.persona.pack import Pack
from tests.screenplay import stage

KIND = "screenplay"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return stage.pack()


@pytest.mark.parametrize("path", stage.SCREENPLAYS, ids=lambda path: path.stem)
def test_goes_as_written(pack: Pack, path: Path) -> None:
    played = stage.play(pack, stage.read(path))
    assert not played.problems, "\n".join([*played.problems, *played.transcript])


@pytest.mark.parametrize("path", stage.SCREENPLAYS, ids=lambda path: path.stem)
def test_the_same_words_lead_to_the_same_state(pack: Pack, path: Path) -> None:
    screenplay = stage.read(path)
    assert stage.play(pack, screenplay).state == stage.play(stage.pack(), screenplay).state


def test_there_are_enough_of_them() -> None:
    assert len(stage.SCREENPLAYS) >= 12
