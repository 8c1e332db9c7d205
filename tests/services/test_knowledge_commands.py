"""The commands of the library, as an operator types them into a folder of their own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from server.cli import commands

KIND = "services"
REST = "## Resting\n\nRest in bed when you feel tired after the operation.\n"
GOLDEN = '{"question": "What do I do when I feel tired?", "document": "rest", "section": "Resting", "must_say": ["in bed"]}\n'
Run = Callable[..., Result]


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "rest.md").write_text(REST)
    (folder / "golden.jsonl").write_text(GOLDEN)
    return folder


@pytest.fixture
def nightlight(tmp_path: Path) -> Run:
    def run(*words: str) -> Result:
        return CliRunner().invoke(commands, ["knowledge", *words, "--data", str(tmp_path / "data")])

    return run


def test_a_folder_becomes_what_is_told(nightlight: Run, documents: Path) -> None:
    assert "1 new, 0 changed, 0 unchanged; 1 golden questions" in nightlight("import", str(documents)).stdout
    assert "not told" in nightlight("status").stdout
    published = nightlight("publish")
    assert (published.exit_code, "1 documents" in published.stdout) == (0, True)
    assert "told: revision 1" in nightlight("status").stdout


def test_a_dry_run_publishes_nothing(nightlight: Run, documents: Path) -> None:
    nightlight("import", str(documents))
    assert nightlight("publish", "--dry-run").exit_code == 0
    assert nightlight("status").stdout.endswith("release none\n")


def test_a_red_golden_question_stops_it(nightlight: Run, documents: Path) -> None:
    (documents / "golden.jsonl").write_text(GOLDEN.replace("in bed", "on the floor"))
    nightlight("import", str(documents))
    refused = nightlight("publish")
    assert (refused.exit_code, "publish_refused" in refused.stderr) == (2, True)
    assert "not said: on the floor" in refused.stderr


def test_what_is_retired_is_not_told(nightlight: Run, documents: Path) -> None:
    nightlight("import", str(documents))
    nightlight("publish")
    assert nightlight("retire", "rest").exit_code == 0
    assert "retired" in nightlight("status").stdout
    assert "told: revision" not in nightlight("status").stdout


def test_what_is_exported_is_what_was_imported(nightlight: Run, documents: Path, tmp_path: Path) -> None:
    nightlight("import", str(documents))
    nightlight("export", str(tmp_path / "out"))
    assert (tmp_path / "out" / "rest.md").read_text() == REST
    assert "1 unchanged" in nightlight("import", str(tmp_path / "out")).stdout


def test_every_mistake_is_named_with_its_file_and_line_and_nothing_is_taken(nightlight: Run, documents: Path) -> None:
    (documents / "bad.md").write_text("---\naudience: everybody\n---\nText.\n")
    (documents / "golden.jsonl").write_text(GOLDEN.replace("Resting", "Sleeping"))
    refused = nightlight("import", str(documents))
    assert refused.exit_code == 2
    assert "bad.md:2: audience: say patient or nurse" in refused.stderr
    assert "golden.jsonl:1: section: rest has no heading 'Sleeping'" in refused.stderr
    assert nightlight("status").stdout == "release none\n"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("publish",), "nothing is approved"),
        (("retire", "gone"), "no document named 'gone'"),
        (("publish", "--override-by", "nobody@clinic.example"), "nobody who may sign in"),
        (("import", "/nowhere"), "no such folder"),
    ],
)
def test_what_cannot_be_done_is_said(nightlight: Run, words: tuple[str, ...], complaint: str) -> None:
    refused = nightlight(*words)
    assert (refused.exit_code, complaint in refused.stderr) == (2, True)
