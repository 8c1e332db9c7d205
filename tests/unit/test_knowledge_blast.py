"""Which numbers of two approved passages contradict each other, and which only stand beside the same thing."""

from dataclasses import replace

import pytest

from server.curation import subjects
from server.installation import load_packs
from server.knowledge.blast import contradictions
from server.knowledge.passage import Passage
from tests.fakes.reading import RULES

KIND = "unit"

NAMED = subjects(RULES, load_packs().values())


def clashes(one: str, other: str, language: str = "en") -> list[str]:
    passages = [
        Passage("one", ("One",), one, "1"),
        replace(Passage("other", ("Other",), other, "1"), language=language),
    ]
    return [found.about for found in contradictions(passages, NAMED, RULES.measures)]


@pytest.mark.parametrize(
    ("one", "other", "about"),
    [
        ("Call us for a fever above 100.4 degrees.", "Tell the nurse when it is over 101 degrees.", "temperature"),
        ("Take furosemide 40 mg in the morning.", "The dose of furosemide is 20 mg.", "furosemide"),
        ("Call when your blood pressure is over 180.", "Tell us of a blood pressure above 160.", "blood pressure"),
        ("Take your temperature every 4 hours.", "Take your temperature every 6 hours.", "temperature"),
    ],
)
def test_different_numbers_for_one_thing_clash(one: str, other: str, about: str) -> None:
    assert about in clashes(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Take your temperature every 4 hours.", "A fever may last for 24 hours after the shot."),
        ("Weigh yourself at 8 a.m.", "Your weight is steady after 3 weeks, and we weigh you at 2 p.m. on the ward."),
        ("If your oxygen falls and you gasp, call 911 now.", "If you want to stop the oxygen, call 988 or tell us."),
        ("Call us for a fever above 100.4 degrees.", "A fever above 100.4 degrees needs a call."),
        ("Call us for a fever above 100.4 degrees.", "Keep the pills below 77 miles from the sea."),
    ],
)
def test_numbers_of_something_else_do_not(one: str, other: str) -> None:
    assert clashes(one, other) == []


def test_two_languages_are_not_compared() -> None:
    assert clashes("A fever is 100.4 degrees.", "A fever is 38 degrees.") == ["temperature"]
    assert clashes("A fever is 100.4 degrees.", "A fever is 38 degrees.", language="de") == []
