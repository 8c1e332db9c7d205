"""What a reviewer is told of a text, and which documents are due."""

from datetime import date
from pathlib import Path

import pytest

from server.knowledge.document import Document, parse
from server.knowledge.lint import Day, Plain, Remarked, due, lint, reading_grade
from server.knowledge.rules import RulesInvalid, read_rules
from server.persona.plain import banned, grade

KIND = "unit"
RULES = read_rules(Path(__file__).parents[2] / "personas" / "shared" / "library.yaml")
PLAIN = Plain(grade, banned)
FRONT = "---\nowner: nursing\nreview: 2026-12-20\n{more}---\n"


def document(body: str, more: str = "", front: str = FRONT) -> Document:
    return parse("rest.md", front.format(more=more) + "## Rest\n\n" + body)


@pytest.mark.parametrize(
    ("body", "about"),
    [
        ("Rest when you are tired.", []),
        ("You should rest.", [Remarked.WORDS]),
        ("Subsequent ambulatory rehabilitation necessitates considerable physiological adaptation.", [Remarked.GRADE]),
        ("Take two tablets at night.", [Remarked.DOSE]),
        ("Rest a bit now. " * 20, [Remarked.LONG]),
    ],
)
def test_remarks_of_a_text_for_patients(body: str, about: list[Remarked]) -> None:
    assert [one.about for one in lint(document(body), RULES, PLAIN)] == about


def test_nurses_may_be_told_in_their_words() -> None:
    assert lint(document("You should administer it orally.", "audience: nurse\n"), RULES, PLAIN) == []


def test_an_owner_and_a_review_are_asked_for() -> None:
    assert [one.about for one in lint(document("Rest.", front=""), RULES, PLAIN)] == [Remarked.OWNER, Remarked.REVIEW]


def test_the_grade_is_that_of_what_is_said() -> None:
    assert reading_grade(document("Rest when you are tired."), PLAIN) == grade(("Rest when you are tired.",))


@pytest.mark.parametrize(
    ("text", "dose"),
    [
        ("Take 5 mg.", True),
        ("Take a half tablet.", True),
        ("Take one or two pills.", True),
        ("Wait two days.", False),
        ("Call 911.", False),
        ("Walk 10 minutes.", False),
    ],
)
def test_what_a_dose_is(text: str, *, dose: bool) -> None:
    assert bool(RULES.dose.search(text)) is dose


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 11, 1), []),
        (date(2026, 11, 20), [(Day.REVIEW, 30, 30)]),
        (date(2026, 12, 8), [(Day.REVIEW, 12, 14), (Day.EXPIRY, 24, 30)]),
        (date(2026, 12, 21), [(Day.REVIEW, -1, 1), (Day.EXPIRY, 11, 14)]),
    ],
)
def test_due(today: date, expected: list[tuple[Day, int, int]]) -> None:
    found = due([document("Rest.", "expires: 2027-01-01\n")], today, RULES)
    assert [(one.day, one.days_left, one.within) for one in found] == expected


def test_rules_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "library.yaml").write_text("golden_top: {value: 3}\n")
    with pytest.raises(RulesInvalid, match=r"library\.yaml: "):
        read_rules(tmp_path / "library.yaml")
