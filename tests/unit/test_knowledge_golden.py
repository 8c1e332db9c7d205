"""Golden questions: what makes one red, and that a folder's are read with the place of every mistake."""

from pathlib import Path

import pytest

from server.knowledge.document import DocumentError
from server.knowledge.folder import read_folder, write_folder
from server.knowledge.golden import Fate, Fault, Golden, judge, too_few
from server.knowledge.passage import Audience

KIND = "unit"
KEY = "warfarin#Missed dose"
OTHER = "warfarin#Food"
GOOD = Fate((KEY, OTHER), KEY, "Call the clinic. Do not double it.")
REFUSED = Fate((OTHER,), "", "")
WANTS = Golden("warfarin", "What if I forget one?", (KEY,), ("call the CLINIC",), ("take two",))


def faults(golden: Golden, fate: Fate, to_patient: Fate | None = None) -> list[Fault]:
    return [fault for fault, _ in judge(golden, fate, to_patient or fate, 3).faults]


def test_green() -> None:
    assert faults(WANTS, GOOD) == []


@pytest.mark.parametrize(
    ("fate", "expected"),
    [
        (REFUSED, [Fault.NOT_RETRIEVED, Fault.NOT_SAID]),
        (Fate((OTHER, OTHER, OTHER, KEY), KEY, "Call the clinic."), [Fault.NOT_RETRIEVED]),
        (Fate((KEY,), KEY, "Call the clinic, then take  two."), [Fault.SAID]),
    ],
)
def test_red(fate: Fate, expected: list[Fault]) -> None:
    assert faults(WANTS, fate) == expected


def test_what_has_no_answer_must_not_be_told() -> None:
    nothing = Golden("warfarin", "Where can I park?")
    assert faults(nothing, GOOD) == [Fault.TOLD]
    assert faults(nothing, REFUSED) == []


def test_a_nurses_passage_is_never_told_to_a_patient() -> None:
    nurses = Golden("warfarin", "What is the bridging plan?", (KEY,), audience=Audience.NURSE)
    assert faults(nurses, GOOD, to_patient=GOOD) == [Fault.WRONG_AUDIENCE]
    assert faults(nurses, GOOD, to_patient=REFUSED) == []


def test_every_document_needs_enough_of_them() -> None:
    assert too_few([WANTS, WANTS], ["warfarin", "walking"], 2) == [("walking", 0)]


def test_a_folder_comes_back_as_it_was_written(tmp_path: Path) -> None:
    texts = {"warfarin": "---\ntitle: Warfarin\n---\n## Missed dose\n\nCall the clinic.\n\n## Food\n\nEat the same.\n"}
    write_folder(tmp_path, texts, [WANTS])
    found = read_folder(tmp_path, (".md",), lambda path: path.read_text("utf-8"))
    assert found.texts == texts
    assert found.goldens == (
        Golden("warfarin", WANTS.question, ("warfarin#Missed dose",), WANTS.must_say, WANTS.must_not_say),
    )


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('{"question": "a?", "document": "gone"}', "golden.jsonl:1: document: this folder has no 'gone'"),
        (
            '{"question": "a?", "document": "rest", "section": "Bed"}',
            "golden.jsonl:1: section: rest has no heading 'Bed'",
        ),
        ("{", "golden.jsonl:1: "),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, line: str, complaint: str) -> None:
    (tmp_path / "rest.md").write_text("## Rest\n\nRest.\n")
    (tmp_path / "golden.jsonl").write_text(line)
    with pytest.raises(DocumentError, match=complaint.replace(".", r"\.").replace("[", r"\[")):
        read_folder(tmp_path, (".md",), lambda path: path.read_text("utf-8"))


def test_two_files_of_one_name_are_no_document(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "rest.md").write_text("Rest.\n")
    with pytest.raises(DocumentError, match=r"b/rest\.md:1: rest\.md has the same name"):
        read_folder(tmp_path, (".md",), lambda path: path.read_text("utf-8"))
