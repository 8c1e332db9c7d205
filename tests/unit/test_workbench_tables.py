"""The commands `gate` and `triage` read a table and print it in two forms, with a report where it says what to expect."""

import json
from pathlib import Path

import pytest

from server.persona.loading import load_pack
from server.vocabulary.table import TableInvalid
from server.workbench import gate, triage

KIND = "unit"

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")
SENTENCES = "sentence\tevidence\tverdict\nTake two pills today.\t\tBlock\nYou will be fine.\t\tallow\n"
UTTERANCES = (
    "utterance\ttier\tmedicines\tchips\nmy chest is tight\tEmergency\t\t\nI slept well\tnone\twarfarin, insulin\tx\n"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.tsv"


def gated(path: Path, *, as_json: bool) -> list[str]:
    lines: list[str] = []
    gate.run(PACK, path, as_json, lines.append)
    return lines


def judged(path: Path, *, as_json: bool) -> list[str]:
    lines: list[str] = []
    triage.run(PACK, triage.read_rows(path), None, as_json, lines.append)
    return lines


def test_the_gate_prints_its_verdicts_and_a_confusion_table(path: Path) -> None:
    path.write_text(SENTENCES, "utf-8")
    first, second, report = map(json.loads, gated(path, as_json=True))
    assert (first["verdict"], second["verdict"], list(first)) == (
        "block",
        "block",
        ["sentence", "verdict", "reason", "passage"],
    )
    assert report == {"confusion": {"allow_allow": 0, "allow_block": 1, "block_allow": 0, "block_block": 1}}
    assert "Safe, but blocked: 1\n  You will be fine." in gated(path, as_json=False)[-1]


def test_triage_prints_its_findings_and_a_summary(path: Path) -> None:
    path.write_text(UTTERANCES, "utf-8")
    first, second, report = map(json.loads, judged(path, as_json=True))
    assert (first["tier"], second["tier"]) == ("emergency", "none")
    assert report["summary"]["sensitivity"]["emergency"]["hits"] == 1
    assert judged(path, as_json=False)[-1].endswith("Missed: 0\n\nFalse alarms: 0")


def test_without_a_column_to_check_there_is_no_report(path: Path) -> None:
    path.write_text("utterance\nmy chest is tight\n", "utf-8")
    assert len(judged(path, as_json=True)) == 1
    path.write_text("sentence\tevidence\nYou will be fine.\t\n", "utf-8")
    assert len(gated(path, as_json=True)) == 1


def test_several_medicines_stand_in_one_cell(path: Path) -> None:
    path.write_text(UTTERANCES, "utf-8")
    assert [row.medicines for row in triage.read_rows(path)] == [(), ("warfarin", "insulin")]


def test_a_word_that_is_no_tier_or_verdict_is_refused(path: Path) -> None:
    path.write_text("utterance\ttier\nhm\tbad\n", "utf-8")
    with pytest.raises(TableInvalid, match=r"some\.tsv:2: column `tier`: Input should be 'emergency'"):
        triage.read_rows(path)
    path.write_text("sentence\tevidence\tverdict\nhm\t\tmaybe\n", "utf-8")
    with pytest.raises(TableInvalid, match=r"some\.tsv:2: column `verdict`: Input should be 'allow', 'block'"):
        gate.read_rows(path)
