"""A document as the editor shows it, field by field, and the Markdown that becomes of it. Pure.

What the editor has no field for stays as it was, and a text in which nothing was changed stays the same to the letter.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import yaml

from server.knowledge.front_matter import keys_of, split

DRAFT = "draft until signed"
_LISTS = ("conditions", "medicines")
_DAYS = ("review", "expires")


@dataclass(frozen=True)
class Manuscript:
    """Every field as text."""

    title: str = ""
    owner: str = ""
    audience: str = "patient"
    language: str = "en"
    conditions: str = ""
    """Tags with commas between them."""
    medicines: str = ""
    source: str = ""
    status: str = DRAFT
    review: str = ""
    """A day as 2027-01-31; empty: none."""
    expires: str = ""
    body: str = ""
    """Markdown below the front matter."""


FIELDS = tuple(field.name for field in fields(Manuscript))


def opened(name: str, markdown: str) -> Manuscript:
    """Raises DocumentError."""
    about, body, _ = split(name, markdown)
    return Manuscript(
        about.title,
        about.owner,
        about.audience.value,
        about.language,
        ", ".join(about.conditions),
        ", ".join(about.medicines),
        about.source,
        about.status,
        about.review.isoformat() if about.review else "",
        about.expires.isoformat() if about.expires else "",
        body,
    )


def typed(values: Mapping[str, str]) -> Manuscript:
    """As a form holds it."""
    return replace(Manuscript(status=""), **{name: values[name] for name in FIELDS if name in values})


def written(name: str, before: str, now: Manuscript) -> str:
    """The Markdown; `before` is what was edited, empty for a new document. Raises DocumentError."""
    if before and _same(opened(name, before), now):
        return before
    head = keys_of(name, before) | {key: _value(key, getattr(now, key)) for key in FIELDS if key != "body"}
    kept = {key: value for key, value in head.items() if value not in ("", [], None)}
    dumped = yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=1000)
    return f"---\n{dumped}---\n{now.body.strip()}\n"


def _same(one: Manuscript, other: Manuscript) -> bool:
    return _plain(one) == _plain(other)


def _plain(one: Manuscript) -> list[str]:
    return [getattr(one, name).strip() for name in FIELDS]


def _value(key: str, text: str) -> Any:
    text = text.strip()
    if key in _LISTS:
        return [one.strip() for one in text.split(",") if one.strip()]
    if key in _DAYS and text:
        with suppress(ValueError):  # what is no day is refused with the remedy when the document is read
            return date.fromisoformat(text)
    return text
