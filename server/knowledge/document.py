"""Reads a document of the library: front matter and Markdown in, what is said under each heading out.

A file without front matter is a document too, so that whatever a clinic already has can be brought in. What is wrong is told
with the file, the line and the remedy, and nothing of it is taken: half a document is never imported.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from server.knowledge.front_matter import DocumentError, split
from server.knowledge.outline import Section, sections, title_in
from server.knowledge.passage import Audience, Passage

__all__ = ["Document", "DocumentError", "parse"]


@dataclass(frozen=True)
class Document:
    """One document, as it stands in a file."""

    id: str
    """The stem of its file: what citations, golden questions and evaluations call it."""
    title: str
    owner: str
    audience: Audience
    language: str
    conditions: tuple[str, ...]
    medicines: tuple[str, ...]
    source: str
    status: str
    """What the file says of itself, for example `draft until signed`; the library's own states are not read from files."""
    review: date | None
    """When somebody must look at it again."""
    expires: date | None
    body: str = field(repr=False)
    """Markdown without the front matter."""
    sections: tuple[Section, ...] = field(repr=False)

    def passages(self, revision: str = "") -> list[Passage]:
        """One for each heading with text under it, in order; keys differ."""
        return [
            Passage(
                self.id,
                heading,
                section.text,
                revision,
                self.audience,
                self.language,
                self.conditions,
                self.medicines,
                self.source,
                self.expires,
                self.title,
            )
            for heading, section in zip(_apart([one.heading for one in self.sections]), self.sections, strict=True)
        ]


def parse(name: str, content: str) -> Document:
    """The document in a file of this name; raises `DocumentError`."""
    about, body, above = split(name, content)
    stem = name.rpartition("/")[2].removesuffix(".md").removesuffix(".markdown")
    title = about.title or title_in(body) or _spelled(stem)
    found = sections(body, title)
    if not found:
        raise DocumentError(f"{name}:{above + 1}: no text: write what is to be told below the front matter")
    return Document(
        stem,
        title,
        about.owner,
        about.audience,
        about.language,
        about.conditions,
        about.medicines,
        about.source,
        about.status,
        about.review,
        about.expires,
        body,
        tuple(found),
    )


def _spelled(stem: str) -> str:
    """`wound-care_2` as a title."""
    words = re.sub(r"[-_\s]+", " ", stem).strip()
    return words[:1].upper() + words[1:]


def _apart(headings: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The second of two like headings gets a number, so that keys differ."""
    seen: Counter[tuple[str, ...]] = Counter()
    apart = []
    for heading in headings:
        seen[heading] += 1
        times = seen[heading]
        apart.append(heading if times == 1 else (*heading[:-1], f"{heading[-1]} ({times})"))
    return apart
