"""Whole check-ins of every pack, in words: what the patient does, what the persona says, who is told."""

from pathlib import Path

import pytest

from server.persona.loading import load_pack
from tests.screenplay import stage

KIND = "screenplay"


def named(path: Path) -> str:
    return f"{path.parents[1].name}/{path.stem}"


@pytest.mark.parametrize("path", stage.SCREENPLAYS, ids=named)
def test_goes_as_written(path: Path) -> None:
    screenplay = stage.read(path)
    played = stage.play(stage.pack_of(path), screenplay, stage.remembered(path, screenplay))
    assert not played.problems, "\n".join([*played.problems, *played.transcript])


@pytest.mark.parametrize("path", stage.SCREENPLAYS, ids=named)
def test_the_same_words_lead_to_the_same_state(path: Path) -> None:
    screenplay = stage.read(path)
    again = stage.play(stage.pack_of(path), screenplay, stage.remembered(path, screenplay))
    assert stage.play(stage.pack_of(path), screenplay, stage.remembered(path, screenplay)).state == again.state


@pytest.mark.parametrize("folder", stage.PACKS, ids=lambda folder: folder.name)
def test_a_pack_read_twice_is_the_same(folder: Path) -> None:
    assert load_pack(folder).content_hash == stage.pack(folder).content_hash


@pytest.mark.parametrize("folder", stage.PACKS, ids=lambda folder: folder.name)
def test_there_are_enough_of_them(folder: Path) -> None:
    assert len(list((folder / "screenplays").glob("*.yaml"))) >= 25
