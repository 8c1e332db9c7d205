"""A document in the editor and back: what nobody changed stays, to the letter."""

from dataclasses import replace

import pytest

from server.knowledge.document import parse
from server.knowledge.front_matter import DocumentError
from server.knowledge.manuscript import Manuscript, opened, typed, written

KIND = "unit"

TEXT = """---
# ours
title: "Warfarin: the pill"
medicines: [warfarin, coumadin]
review: 2027-06-01
x-portal: {id: 7}
---
## If you forget

Take it on the same day.
"""


def test_what_was_not_changed_stays_to_the_letter() -> None:
    assert written("w.md", TEXT, opened("w.md", TEXT)) == TEXT


def test_what_the_editor_has_no_field_for_is_kept() -> None:
    text = written("w.md", TEXT, replace(opened("w.md", TEXT), owner="pharmacy", review=""))
    assert "x-portal" in text
    found = parse("w.md", text)
    assert (found.title, found.owner, found.review) == ("Warfarin: the pill", "pharmacy", None)
    assert found.medicines == ("warfarin", "coumadin")


def test_every_field_comes_back_as_it_was_typed() -> None:
    made = Manuscript(
        "Baño: “uno”",
        "ward 3",
        "nurse",
        "es",
        "wound, hip",
        "warfarin",
        "MedlinePlus, https://medlineplus.gov",
        "draft until signed",
        "2027-01-31",
        "2027-12-01",
        "## Uno\n\nDos.",
    )
    again = opened("w.md", written("w.md", "", made))
    assert replace(again, body=again.body.strip()) == made


def test_a_text_without_front_matter_is_edited_too() -> None:
    start = opened("w.md", "## One\n\nTwo.\n")
    assert parse("w.md", written("w.md", "## One\n\nTwo.\n", replace(start, title="Three"))).title == "Three"


def test_a_day_that_is_none_is_refused_with_the_remedy() -> None:
    text = written("w.md", TEXT, typed({"body": "## One\n\nTwo.", "review": "soon"}))
    with pytest.raises(DocumentError, match="say a day as 2027-01-31"):
        parse("w.md", text)
