"""A pack loads whole or says which line to mend; its words are plain."""

import shutil
from pathlib import Path

import pytest

from server.persona.escalations import load_escalation
from server.persona.loading import PackError, load_pack
from server.persona.plain import grade

KIND = "unit"

SOURCE = Path(__file__).parents[2] / "personas" / "post-discharge"
PACK = load_pack(SOURCE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("shared", "post-discharge"):
        shutil.copytree(SOURCE.parent / name, tmp_path / name)
    return tmp_path / "post-discharge"


def spoil(folder: Path, file: str, old: str, new: str) -> str:
    """The complaint after one change, and the line of that change as `file:line`."""
    path = folder.parent / file
    text = path.read_text("utf-8")
    path.write_text(text.replace(old, new, 1), "utf-8")
    place = f"{file}:{text[: text.index(old)].count(chr(10)) + 1}:"
    with pytest.raises(PackError) as caught:
        load_pack(folder)
    return str(caught.value).replace(place, "HERE")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("shared/guardrails.yaml", "at_least: dm.high_mgdl", "at_least: dm.hi_mgdl"),
        ("shared/guardrails.yaml", "triggers: [ORTHOPNEA, DYS", "triggers: [ORTHOPNEAS, DYS"),
        ("shared/guardrails.yaml", "groups: [sglt2]", "groups: [sglt3]"),
        ("shared/guardrails.yaml", "tier: emergency", "tier: terrible"),
        ("shared/guardrails.yaml", "{self_kill}", "{self_kil}"),
        ("shared/guardrails.yaml", "elephant|brick", "(elephant|brick"),
        ("shared/objectives.yaml", "screen.breath\n", "screen.breth\n"),
        ("shared/objectives.yaml", "yes_fires: CHEST_PAIN", "yes_fires: CHEST_PAN"),
        ("shared/objectives.yaml", "expects: yes_no", "expect: yes_no"),
        ("shared/scripts/danger.yaml", "Sit up straight.", "Sit up {straight}."),
        ("shared/scripts/danger.yaml", "Sit up straight.", "Sit " + "up " * 15 + "straight."),
        ("shared/scripts/routine.yaml", "ack.refused:", "ack.no:"),
        ("post-discharge/scripts/greeting.yaml", "greeting.who:", "p911.call:"),
        ("shared/numbers.yaml", "value: 8,", "value: eight,"),
        ("post-discharge/objectives.yaml", "- WORRY", "- WORY"),
        ("post-discharge/objectives.yaml", "copd,", "copt,"),
        ("shared/conditions/copd.yaml", "at_least: copd.rescue_day", "at_least: copd.rescue_dy"),
        ("shared/conditions/copd.yaml", "measure: puffs", "measure: puff"),
        ("shared/scripts/danger.yaml", "Sit up straight.", "You should sit up straight."),
    ],
)
def test_names_the_file_and_the_line(folder: Path, file: str, old: str, new: str) -> None:
    assert "HERE" in spoil(folder, file, old, new)


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        (b"id: post-discharge\nname: Caf\xe9\n", "yaml:2: no text in UTF-8"),
        (b"id: post-discharge\n\nname: \x07\n", "yaml:3: no text in UTF-8"),
        (b"id: post-discharge\nname: [\n", "yaml:3: "),
        (b"id: post-discharge\nname: Sam\nid: other\n", "yaml:3: the key `id` stands twice"),
        (b"id: post-discharge\nreview_by: 2027-02-30\n", "yaml:2: day is out of range"),
        (b"", "yaml:1: "),
    ],
)
def test_names_the_line_that_cannot_be_read(folder: Path, written: bytes, complaint: str) -> None:
    (folder / "persona.yaml").write_bytes(written)
    with pytest.raises(PackError) as caught:
        load_pack(folder)
    assert f"post-discharge/persona.{complaint}" in str(caught.value)


def test_names_a_missing_file(folder: Path) -> None:
    (folder.parent / "shared" / "escalation.yaml").unlink()
    with pytest.raises(PackError, match=r"post-discharge/escalation\.yaml:1: the file is missing"):
        load_pack(folder)


def test_the_hash_names_the_content(folder: Path) -> None:
    assert load_pack(folder).content_hash == PACK.content_hash
    with (folder / "persona.yaml").open("a") as file:
        file.write("# signed\n")
    assert load_pack(folder).content_hash != PACK.content_hash


@pytest.mark.parametrize("beside", ["screenplays", "evaluation"])
def test_the_hash_leaves_out_what_a_pack_is_held_to(folder: Path, beside: str) -> None:
    (folder / beside / "more.yaml").write_text("title: more\n")
    assert load_pack(folder).content_hash == PACK.content_hash


@pytest.mark.parametrize("script", PACK.lines)
def test_reads_at_grade_six_or_below(script: str) -> None:
    assert grade(PACK.lines[script].sentences) <= PACK.numbers.reading_grade_max.value


def test_every_sentence_is_one_sentence() -> None:
    sentences = [text for script in PACK.lines.values() for text in script.sentences]
    assert [text for text in sentences if not text.endswith((".", "?")) or ". " in text or "? " in text] == []


def test_every_number_and_guardrail_has_a_source_and_says_who_signed() -> None:
    numbers = PACK.numbers.model_dump().values()
    assert all(number["source"] and number["status"] == "draft until signed" for number in numbers)
    assert all(rail.source and rail.status == "draft until signed" for rail in PACK.guardrails.values())


def test_an_emergency_question_without_an_answer_must_be_told(folder: Path) -> None:
    path = folder.parent / "shared" / "objectives.yaml"
    path.write_text(path.read_text("utf-8").replace("        unknown_fires: RED_FLAG_UNKNOWN\n", "", 1), "utf-8")
    with pytest.raises(PackError, match="`chest_pain` asks about an emergency and needs `unknown_fires`"):
        load_pack(folder)


def test_a_script_that_the_code_names_must_be_there(folder: Path) -> None:
    path = folder.parent / "shared" / "scripts" / "danger.yaml"
    path.write_text(path.read_text("utf-8").replace("p911.stay_on:", "p911.stay:"), "utf-8")
    with pytest.raises(PackError, match=r"names the script `p911\.stay_on`"):
        load_pack(folder)


@pytest.mark.parametrize(
    "folder", sorted(path.parent for path in SOURCE.parent.glob("*/persona.yaml")), ids=lambda path: path.name
)
def test_what_a_pack_says_of_its_pages_is_the_same_by_itself(folder: Path) -> None:
    pack = load_pack(folder)
    assert load_escalation(folder) == (pack.id, pack.escalation)
