"""What an answer to a question can fire: every guardrail that its data names, wherever it names it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.persona.loading import load_pack
from server.persona.questions import Choice, Question

KIND = "unit"

PERSONAS = Path(__file__).parents[2] / "personas"
PACKS = [load_pack(PERSONAS / name) for name in ("post-discharge", "medication-check-in")]
QUESTIONS = [pytest.param(one, id=f"{pack.id}-{one.id}") for pack in PACKS for one in pack.questions]


def names(value: object, *, firing: bool = False) -> Iterator[str]:
    """Every text at or below a key that ends in `fires`."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from names(below, firing=firing or key.endswith("fires"))
    elif isinstance(value, list):
        for below in value:
            yield from names(below, firing=firing)
    elif firing and isinstance(value, str):
        yield value


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_guardrail_that_a_question_names_is_one_it_fires(question: Question) -> None:
    written = question.model_dump(mode="json")
    conditions = {one[key] for one in written["together_fires"] for key in ("named", "taken")}
    assert set(question.fires()) == set(names(written)) - conditions


YES_NO = Question(id="q", ask="a", again="b", expects="yes_no", yes_fires="YES", no_fires="NO", unknown_fires="NONE")
SEVERAL = Question(
    id="q",
    ask="a",
    again="b",
    expects="several",
    choices=(Choice(id="cough", phrases=()), Choice(id="yes", phrases=())),
    choice_fires={"cough": "COUGH"},
    answer_fires="ANY",
    yes_fires="YES",
)


@pytest.mark.parametrize(
    ("question", "answer", "fired"),
    [
        (YES_NO, "yes", ["YES"]),
        (YES_NO, "no", ["NO"]),
        (YES_NO, "", []),
        (SEVERAL, "yes,cough", ["ANY", "COUGH"]),
        (SEVERAL, "yes", ["ANY"]),
    ],
)
def test_an_answer_fires_what_the_data_says_of_it(question: Question, answer: str, fired: list[str]) -> None:
    assert list(question.fires_on(answer)) == fired
