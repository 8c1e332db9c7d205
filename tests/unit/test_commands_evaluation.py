"""`nightlight evaluate` writes where it was told to and nowhere else, and does not run over nothing."""

import shutil
from pathlib import Path

import pytest
import typer

from server.commands.evaluation import declare, extend, sets_of
from server.persona.loading import load_pack
from server.workbench.lock import changes

KIND = "unit"

PERSONAS = Path(__file__).parents[2] / "personas"
PACK = load_pack(PERSONAS / "medication-check-in")
TABLE = "id\ttier\ttrigger\tfamily\tutterance\nu1\tnone\t\tidiom\tthat kills me\n"


@pytest.fixture
def personas(tmp_path: Path) -> Path:
    """Every set, each with a file that its lock does not know, but the one of `PACK`."""
    for folder in PERSONAS.glob("*/evaluation"):
        shutil.copytree(folder, tmp_path / folder.parent.name / "evaluation")
    for name in ("shared", "post-discharge"):
        (tmp_path / name / "evaluation" / "drift.tsv").write_text("", "utf-8")
    return tmp_path


def drifted(personas: Path) -> list[str]:
    return sorted(folder.parent.name for folder in personas.glob("*/evaluation") if changes(folder))


def test_adding_locks_the_set_it_wrote_and_no_other(personas: Path, tmp_path: Path) -> None:
    (tmp_path / "unseen.tsv").write_text(TABLE, "utf-8")
    extend(sets_of([PACK], personas), tmp_path / "unseen.tsv", "worry")
    assert (personas / PACK.id / "evaluation" / "unseen.jsonl").is_file()
    assert drifted(personas) == ["post-discharge", "shared"]


def test_what_is_declared_is_named(personas: Path, capsys: pytest.CaptureFixture[str]) -> None:
    declare([personas / "shared" / "evaluation"])
    assert drifted(personas) == ["post-discharge"]
    assert "drift.tsv" in capsys.readouterr().err


def test_a_persona_without_a_set_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        sets_of([PACK], tmp_path)
    assert ended.value.exit_code == 2
    assert "medication-check-in: no evaluation set; make the folder" in capsys.readouterr().err


def test_adding_names_a_question_that_is_asked(personas: Path, tmp_path: Path) -> None:
    (tmp_path / "unseen.tsv").write_text(TABLE, "utf-8")
    with pytest.raises(typer.Exit):
        extend(sets_of([PACK], personas), tmp_path / "unseen.tsv", "no_such_question")
