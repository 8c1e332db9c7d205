"""Words that nobody approved pass only if a passage says them or they claim nothing."""

import csv
import dataclasses
import shutil
from collections import Counter
from pathlib import Path

import pytest

from server.conversation.gate import Gate
from server.conversation.spoken import spoken
from server.conversation.state import Visit
from server.persona.loading import PackError, load_pack
from server.vocabulary.speech import Passage, Receipt
from tests.bench.gate import mutations, opposites

KIND = "unit"

PERSONAS = Path(__file__).parents[2] / "personas"
PACK = load_pack(PERSONAS / "post-discharge")
GATE = Gate(PACK, Visit("Rosa", "Lakeside Clinic", "555-0142"))
WEIGHT = Passage("hf-weight", 3, "Call us if you gain more than 3 pounds in one day or 5 pounds in one week.")
FOOD = Passage("metformin", 2, "Metformin lowers blood sugar. Take it with food.")
CHECKS = PACK.gate.file.checks
SLOTS = (*PACK.gate.file.acts, PACK.gate.file.question, PACK.gate.file.readback)
ROWS = list(
    csv.DictReader(
        (PERSONAS / "shared" / "evaluation" / "gate.tsv").read_text("utf-8").splitlines(),
        delimiter="\t",
        quoting=csv.QUOTE_NONE,
    )
)


def judged(sentence: str, *evidence: Passage, said: str = "") -> Receipt:
    return GATE.judge_free(sentence, evidence, said)


def evidence_of(row: dict[str, str]) -> list[Passage]:
    return [Passage("e", 1, row["evidence"])] if row["evidence"] else []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["sentence"][:40])
def test_regression(row: dict[str, str]) -> None:
    assert GATE.judge_free(row["sentence"], evidence_of(row)).allowed == (row["verdict"] == "allow")


def test_the_regression_set_is_large_enough() -> None:
    counts = Counter(row["verdict"] for row in ROWS)
    assert min(counts["allow"], counts["block"]) >= 120


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("Call us if you gain more than 3 pounds in one day or 5 pounds in one week.", "passage"),
        ("If you go up more than three pounds in a day, call the clinic.", "grounded"),
        ("Thank you for telling me.", "script"),
        ("Thanks so much for telling me.", "social"),
    ],
)
def test_a_receipt_says_what_it_rests_on(sentence: str, reason: str) -> None:
    assert (judged(sentence, WEIGHT).allowed, judged(sentence, WEIGHT).reason) == (True, reason)


def test_a_passage_is_named_with_its_revision() -> None:
    receipt = judged("If you go up more than three pounds in a day, call the clinic.", FOOD, WEIGHT)
    assert (receipt.kind, receipt.passage, receipt.revision) == ("passage", "hf-weight", 3)


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("If you gain more than five pounds in a day, call us.", "number"),
        ("If you gain more than three kilos in a day, call us.", "number"),
        ("Don't call us if you gain more than 3 pounds in one day.", "discouraging"),
        ("Gaining weight is normal.", "lab_reading"),
        ("Call us.\u200b", "garbage"),
        ("", "empty"),
        ("Go to www.example.com now.", "address"),
        ("Call 555-0199.", "address"),
        ("How are you? Did you sleep?", "two_questions"),
    ],
)
def test_a_refusal_says_why(sentence: str, reason: str) -> None:
    assert (judged(sentence, WEIGHT).allowed, judged(sentence, WEIGHT).reason) == (False, reason)


def test_more_words_than_can_be_heard_are_refused() -> None:
    assert judged("Thank you " + "very " * 25 + "much.").reason == "too_long"


def test_the_clinics_own_number_may_be_said() -> None:
    assert judged("Please call 555-0142.").reason != "address"


def test_a_medicine_must_be_in_the_passage() -> None:
    assert judged("Take glipizide with food.", FOOD).allowed is False
    assert judged("Take metformin with food.", FOOD).allowed


def test_a_medicine_of_the_patients_list_may_be_asked_about() -> None:
    visit = dataclasses.replace(Visit("Rosa"), medicines=(Listed("Warfarin"),))
    assert Gate(PACK, visit).judge_free("Did you take your warfarin today?", ()).allowed
    assert not GATE.judge_free("Did you take your warfarin today?", ()).allowed


@pytest.mark.parametrize(
    ("sentence", "allowed"),
    [
        ("You told me your ankle is swollen.", True),
        ("You told me your ankle is not swollen.", False),
        ("You told me your chest hurts and you fainted.", False),
    ],
)
def test_a_read_back_is_held_against_what_was_said(sentence: str, allowed: bool) -> None:
    assert judged(sentence, said="My ankle is swollen since Monday.").allowed is allowed


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_finds_its_examples(check: object) -> None:
    pattern = next(one.pattern for one in PACK.gate.checks if one.id == check.id)  # type: ignore[attr-defined]
    assert [text for text in check.must_block if not pattern.search(spoken(text).text)] == []  # type: ignore[attr-defined]
    assert [text for text in check.must_block if judged(text).allowed] == []  # type: ignore[attr-defined]
    assert [text for text in check.must_allow if not judged(text).allowed] == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("slot", SLOTS, ids=lambda slot: getattr(slot, "id", "slot"))
def test_an_act_allows_its_examples(slot: object) -> None:
    assert [text for text in slot.must_allow if not judged(text).allowed] == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("gate", "no need|reason|point|sense", "no need|reason|(point|sense"),
        ("gate_words", "with or without", "with (or without"),
    ],
)
def test_a_phrase_that_cannot_be_read_is_named_with_its_line(tmp_path: Path, file: str, old: str, new: str) -> None:
    folder = tmp_path / "personas"
    shutil.copytree(PERSONAS, folder)
    path = folder / "shared" / f"{file}.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace(old, new, 1), "utf-8")
    line = text[: text.index(old)].count("\n") + 1
    with pytest.raises(PackError, match=rf"shared/{file}\.yaml:{line}: "):
        load_pack(folder / "post-discharge")


def test_every_reason_is_explained() -> None:
    reasons = {judged(row["sentence"], *evidence_of(row)).reason for row in ROWS}
    assert all(GATE.explain(reason) for reason in reasons)


@pytest.mark.parametrize(
    "text", sorted({row["evidence"] for row in ROWS if row["evidence"]}), ids=lambda text: text[:40]
)
def test_no_passage_supports_its_own_distortion(text: str) -> None:
    passage = Passage("p", 1, text)
    assert [wrong for wrong in (*mutations(text), *opposites(text)) if judged(wrong, passage).allowed] == []


@dataclasses.dataclass(frozen=True)
class Listed:
    """A medicine on a patient's list."""

    name: str
    high_alert: bool = True
