"""Reading documents: front matter, headings, and files of strangers that have neither."""

from datetime import date

import pytest

from server.knowledge.document import DocumentError, parse
from server.knowledge.passage import Audience

KIND = "unit"

WHOLE = """---
title: Warfarin
audience: nurse
language: en-US
medicines: [Warfarin]
conditions: clots, Stroke
source: "Somebody, https://example.org"
expires: 2027-01-31
---
Before any heading.

# Food *and* drink

## Leafy greens

| green | much |
|---|---|
| kale | yes |

```
# no heading
```

## Alcohol
One glass.
"""


def test_what_stands_under_each_heading_is_a_passage() -> None:
    passages = parse("warfarin.md", WHOLE).passages("3")
    assert [one.key for one in passages] == [
        "warfarin#Warfarin",
        "warfarin#Food and drink > Leafy greens",
        "warfarin#Food and drink > Alcohol",
    ]
    assert "| kale | yes |" in passages[1].text
    assert "# no heading" in passages[1].text


def test_every_passage_carries_what_the_document_says_of_itself() -> None:
    one = parse("warfarin.md", WHOLE).passages("3")[2]
    assert (one.audience, one.language, one.revision) == (Audience.NURSE, "en", "3")
    assert (one.medicines, one.conditions) == (("warfarin",), ("clots", "stroke"))
    assert (one.source, one.expires) == ("Somebody, https://example.org", date(2027, 1, 31))
    assert (one.section, one.context) == ("Alcohol", "Warfarin: Food and drink: Alcohol")


def test_a_file_without_front_matter_or_headings_is_a_document() -> None:
    (one,) = parse("notes/wound-care.md", "Keep it dry.").passages()
    assert (one.key, one.text, one.audience) == ("wound-care#Wound care", "Keep it dry.", Audience.PATIENT)


def test_underlined_and_bold_headings_count() -> None:
    assert [one.section for one in parse("a.md", "Food\n----\nEat.\n\nDrink\n-----\nSip.").passages()] == [
        "Food",
        "Drink",
    ]
    bold = parse("a.md", "**The day before**\n\nEat.\n\n**The day after**\n\nSip. **Not much.**").passages()
    assert [one.section for one in bold] == ["The day before", "The day after"]


def test_two_like_headings_have_different_keys() -> None:
    assert len({one.key for one in parse("a.md", "## A\nx\n## A\ny").passages()}) == 2


def test_a_rule_of_dashes_is_no_front_matter() -> None:
    passages = parse("a.md", "---\nhello there\n\n---\n\nmore").passages()
    assert "hello there" in passages[0].text


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("---\nexpire: 2027-01-01\n---\nhi", "a.md:2: expire: no such key; write expires"),
        ("---\ntitle: x\nexpires: soon\n---\nhi", "a.md:3: expires: say a day as 2027-01-31"),
        ("---\naudience: everybody\n---\nhi", "a.md:2: audience: say patient or nurse"),
        ("---\ntitle: a: b\n---\nhi", "a.md:2: the front matter is no YAML"),
        ("---\ntitle: x\n---\n", "a.md:4: no text"),
        ("", "a.md:1: no text"),
    ],
)
def test_what_is_wrong_is_told_with_line_and_remedy(content: str, complaint: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse("a.md", content)
    assert str(caught.value).startswith(complaint)
