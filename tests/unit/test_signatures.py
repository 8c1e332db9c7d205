"""A pack is signed when all of it is, and not before."""

import shutil
from pathlib import Path

import pytest

from server.installation import PERSONAS
from server.persona.loading import load_pack
from server.signatures import is_signed

KIND = "unit"

DRAFT = "draft until signed"


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    """The packs of this repository as if clinicians had signed every part."""
    folder = tmp_path / "personas"
    shutil.copytree(PERSONAS, folder, ignore=shutil.ignore_patterns("evaluation", "utterances", "screenplays"))
    for file in folder.rglob("*.yaml"):
        file.write_text(file.read_text("utf-8").replace(DRAFT, "signed"), "utf-8")
    return folder


@pytest.mark.parametrize("persona", ["post-discharge", "medication-check-in"])
def test_the_packs_of_this_repository_are_drafts(persona: str) -> None:
    assert not is_signed(load_pack(PERSONAS / persona))


def test_a_pack_is_signed_when_every_part_is(signed: Path) -> None:
    assert is_signed(load_pack(signed / "post-discharge"))


@pytest.mark.parametrize(
    "part", ["persona.yaml", "../shared/escalation.yaml", "../shared/guardrails.yaml", "../shared/conditions/copd.yaml"]
)
def test_one_part_that_is_not_makes_it_a_draft(signed: Path, part: str) -> None:
    shutil.copy(PERSONAS / "post-discharge" / part, signed / "post-discharge" / part)
    assert not is_signed(load_pack(signed / "post-discharge"))
