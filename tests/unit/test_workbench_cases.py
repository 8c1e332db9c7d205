"""The evaluation sets are what their locks say, and a table of utterances becomes cases."""

from pathlib import Path

import pytest

from server.persona.loading import load_pack
from server.vocabulary.table import TableInvalid
from server.workbench.cases import add, as_lines, cases_of_table, read_cases
from server.workbench.lines import parse
from server.workbench.lock import SetInvalid, changes, lock, lock_of

KIND = "unit"

PERSONAS = Path(__file__).parents[2] / "personas"
SETS = sorted(PERSONAS.glob("*/evaluation"))
"""Of the packs, and of the folder that all packs share, which has sentences for the output gate and no cases."""
OF_PACKS = [folder for folder in SETS if (folder.parent / "persona.yaml").is_file()]
TABLE = "id\ttier\ttrigger\tfamily\tutterance\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    line = '{"id":"a","version":1,"family":"x","turns":["no"],"expect":{"tier_max":"same_day"}}\n'
    (tmp_path / "some.jsonl").write_text(line, "utf-8")
    lock(tmp_path)
    return tmp_path


@pytest.mark.parametrize("folder", SETS, ids=lambda folder: folder.parent.name)
def test_a_set_is_what_its_lock_says(folder: Path) -> None:
    assert (folder / "LOCK").read_text("utf-8") == lock_of(folder)


@pytest.mark.parametrize("folder", OF_PACKS, ids=lambda folder: folder.parent.name)
def test_every_case_names_what_its_pack_has(folder: Path) -> None:
    pack = load_pack(folder.parent)
    cases = read_cases(folder)
    unknown = {
        name for case in cases for name in (*case.expect.triggers, *case.expect.negatives)
    } - pack.guardrails.keys()
    assert unknown == set()
    assert {script for case in cases for script in case.expect.must_say} - pack.lines.keys() == set()
    assert all(parse(case.turns, case.id, pack.cues) for case in cases)


def test_no_case_claims_a_clinician() -> None:
    assert {case.gold_by for folder in SETS for case in read_cases(folder)} == {()}


def test_a_changed_file_is_refused_with_the_remedy(folder: Path) -> None:
    assert [case.id for case in read_cases(folder)] == ["a"]
    (folder / "more.jsonl").write_text("", "utf-8")
    with pytest.raises(SetInvalid, match="nightlight evaluate --lock"):
        read_cases(folder)


def test_an_id_stands_once(folder: Path) -> None:
    (folder / "again.jsonl").write_text((folder / "some.jsonl").read_text("utf-8"), "utf-8")
    lock(folder)
    with pytest.raises(SetInvalid, match="ids that stand twice: a"):
        read_cases(folder)


def test_a_misspelled_key_is_named_with_its_line(folder: Path) -> None:
    with (folder / "some.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id":"b","version":1,"famly":"x","turns":["no"],"expect":{}}\n')
    lock(folder)
    with pytest.raises(SetInvalid, match=r"some\.jsonl:2: fam"):
        read_cases(folder)


def test_a_table_becomes_cases_of_one_turn(tmp_path: Path) -> None:
    table = tmp_path / "unseen.tsv"
    rows = 'u1\temergency\tCHEST_PAIN\tatypical\tmy chest, it\'s "tight"\nu2\tnone\t\tidiom\tthat kills me\n'
    table.write_text(TABLE + rows, "utf-8")
    first, second = cases_of_table(table, "bothering")
    assert (first.expect.tier_min, first.expect.triggers, first.turns) == (
        "emergency",
        ("CHEST_PAIN",),
        ('my chest, it\'s "tight"',),
    )
    assert (first.family, second.family) == ("unseen.atypical", "unseen.idiom")
    assert (second.expect.tier_min, second.expect.tier_max, second.at) == (None, "same_day", "bothering")
    (tmp_path / "unseen.jsonl").write_text(as_lines([first, second]), "utf-8")
    table.unlink()
    lock(tmp_path)
    assert read_cases(tmp_path) == (first, second)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("id\ttier\n", r"unseen\.tsv:1: no column `trigger`; the first line must name id, tier, trigger, family"),
        (f"{TABLE}u1\tterrible\tX\tf\twords\n", r"unseen\.tsv:2: column `tier`: Input should be 'emergency', "),
        (f"{TABLE}u1\tnone\ttoo many words\tf\twords\n", r"unseen\.tsv:2: column `trigger`: "),
        (f"{TABLE}u1\tnone\t\tf\t\n", r"unseen\.tsv:2: column `utterance`: "),
    ],
)
def test_a_wrong_table_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "unseen.tsv").write_text(text, "utf-8")
    with pytest.raises(TableInvalid, match=complaint):
        cases_of_table(tmp_path / "unseen.tsv", "bothering")


def test_a_table_whose_name_is_no_family_is_refused(tmp_path: Path) -> None:
    (tmp_path / "my table.tsv").write_text(TABLE, "utf-8")
    with pytest.raises(SetInvalid, match=r"my table\.tsv: name the file with letters"):
        cases_of_table(tmp_path / "my table.tsv", "bothering")


@pytest.fixture
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("apart") / "unseen.tsv"
    file.write_text(f"{TABLE}u1\tnone\t\tidiom\tthat kills me\n", "utf-8")
    return file


def test_an_added_table_is_locked_with_the_set(folder: Path, table: Path) -> None:
    assert add(folder, table, "worry") == folder / "unseen.jsonl"
    assert [case.id for case in read_cases(folder)] == ["a", "u1"]


def test_adding_blesses_nothing_that_changed_before(folder: Path, table: Path) -> None:
    with (folder / "some.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n")
    with pytest.raises(SetInvalid, match=r"some\.jsonl: not as LOCK has it"):
        add(folder, table, "worry")
    assert changes(folder) == ["some.jsonl"]


def test_adding_overwrites_no_file(folder: Path, table: Path) -> None:
    add(folder, table, "worry")
    table.write_text(f"{TABLE}u2\tnone\t\tidiom\tI could die laughing\n", "utf-8")
    with pytest.raises(SetInvalid, match=r"unseen\.jsonl: is there already"):
        add(folder, table, "worry")
    assert [case.id for case in read_cases(folder)] == ["a", "u1"]


def test_an_added_id_stands_once(folder: Path, table: Path) -> None:
    table.write_text(f"{TABLE}a\tnone\t\tidiom\tthat kills me\n", "utf-8")
    with pytest.raises(SetInvalid, match=r"unseen\.tsv: ids that stand twice, here or in the set: a"):
        add(folder, table, "worry")
    assert [case.id for case in read_cases(folder)] == ["a"]


def test_what_changed_since_the_lock_is_named(folder: Path) -> None:
    (folder / "gates.yaml").write_text("", "utf-8")
    (folder / "some.jsonl").unlink()
    assert changes(folder) == ["gates.yaml", "some.jsonl"]
    lock(folder)
    assert changes(folder) == []
