"""`nightlight personas check` lists everything that is wrong with a pack, not only the first."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from server.cli import commands

KIND = "unit"

PERSONAS = Path(__file__).parents[2] / "personas"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PERSONAS, tmp_path / "personas"))


def check(folder: Path) -> tuple[int, str]:
    result = CliRunner().invoke(commands, ["personas", "check", str(folder)])
    return result.exit_code, result.output


def spoil(file: Path, old: str, new: str) -> int:
    """Change the first place; its line."""
    text = file.read_text("utf-8")
    file.write_text(text.replace(old, new, 1), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_says_what_the_packs_hold(folder: Path) -> None:
    code, output = check(folder)
    assert code == 0
    assert "post-discharge" in output
    assert "medication-check-in" in output
    assert "unsigned" in output


def test_one_pack_alone(folder: Path) -> None:
    assert "medication-check-in" not in check(folder / "post-discharge")[1]


def test_lists_every_complaint_with_its_line(folder: Path) -> None:
    shared = folder / "shared"
    places = [
        spoil(shared / "scripts" / "routine.yaml", "Goodbye, and take care.", "You should take care."),
        spoil(shared / "scripts" / "medicines.yaml", "What got in the way?", "Do you understand?"),
        spoil(shared / "scripts" / "lessons.yaml", "So what would you do first?", "So " + "what " * 15 + "first?"),
    ]
    code, output = check(folder)
    assert code == 1
    files = ("routine", "medicines", "lessons")
    wanted = [f"shared/scripts/{file}.yaml:{line}:" for file, line in zip(files, places, strict=True)]
    assert [place for place in wanted if place not in output] == []


def test_malformed_files_do_not_hide_one_another(folder: Path) -> None:
    one = spoil(folder / "shared" / "measures.yaml", "low: 0", "low: none")
    other = spoil(folder / "shared" / "conditions" / "copd.yaml", "version: 1", "version: one")
    code, output = check(folder)
    assert code == 1
    assert f"shared/measures.yaml:{one}:" in output
    assert f"shared/conditions/copd.yaml:{other}:" in output


def test_a_number_without_a_source_is_refused(folder: Path) -> None:
    line = spoil(
        folder / "shared" / "parameters.yaml", 'source: "design choice: time for a pharmacy to refill"', 'source: ""'
    )
    assert f"shared/parameters.yaml:{line}:" in check(folder)[1]


def test_a_folder_without_packs(tmp_path: Path) -> None:
    assert check(tmp_path)[0] == 1
