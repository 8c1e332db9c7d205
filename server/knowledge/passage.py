"""One passage of the library: what a document says under one heading, and whom it may be told."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Audience(StrEnum):
    """Whom a document is written for."""

    PATIENT = "patient"
    NURSE = "nurse"


@dataclass(frozen=True)
class Passage:
    """The text under one heading of one revision of a document: what is found, gated, spoken and cited."""

    document: str
    """The document's id: the stem of its file."""
    heading: tuple[str, ...]
    """The headings above it, outermost first; the document's title alone where it stands before any heading."""
    text: str
    """Markdown without its heading; never empty."""
    revision: str
    """Names the revision of the document it is of; empty before the library knows it."""
    audience: Audience = Audience.PATIENT
    language: str = "en"
    """BCP 47 primary tag, in lower case."""
    conditions: tuple[str, ...] = ()
    """Tags of the document, in lower case; empty where it is for everybody."""
    medicines: tuple[str, ...] = ()
    """Generic names, in lower case; empty where it is of none."""
    source: str = ""
    """Where it was taken from, as shown beside it: a name and an address."""
    expires: date | None = None
    """The first day on which it is no longer told."""
    title: str = ""
    """Of the document; helps to find what a heading alone does not say."""

    @property
    def key(self) -> str:
        """Stays the same over revisions, so that citations and golden questions last."""
        return f"{self.document}#{' > '.join(self.heading)}"

    @property
    def section(self) -> str:
        """The innermost heading."""
        return self.heading[-1] if self.heading else ""

    @property
    def above(self) -> tuple[str, ...]:
        """The title and the headings between it and the innermost one, for example `Iron` and `Iron by drip`."""
        return tuple(dict.fromkeys((self.title or self.document, *self.heading[:-1])))

    @property
    def own_heading(self) -> str:
        """The innermost heading, empty where it is the title: what stands before any heading is about nothing special."""
        return self.section if self.section not in self.above else ""

    @property
    def context(self) -> str:
        """All that stands above it, for example `Iron: Iron by drip: Afterwards`."""
        return ": ".join(dict.fromkeys((*self.above, *self.heading[-1:])))
