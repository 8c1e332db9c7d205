"""The library as the console shows it: one row a document, one part a passage, names for ids. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from server.knowledge.desk import Desk
from server.knowledge.document import Document, DocumentError, parse
from server.knowledge.library import Dossier
from server.knowledge.lint import Due, Remark, due, lint, reading_grade
from server.knowledge.passage import Audience
from server.knowledge.revisions import Revision, RevisionState, needs
from server.knowledge.telling import sentences
from server.vocabulary.principals import Staff

People = Mapping[str, Staff]
"""By how the audit chain names them."""

STATES = {
    RevisionState.DRAFT: "Draft",
    RevisionState.IN_REVIEW: "In review",
    RevisionState.APPROVED: "Approved",
    RevisionState.RETIRED: "Retired",
}
COLORS = {
    RevisionState.DRAFT: "",
    RevisionState.IN_REVIEW: "moon",
    RevisionState.APPROVED: "ok",
    RevisionState.RETIRED: "",
}
NEEDS = {"second_person": "a second person, who wrote none of it", "pharmacist": "a pharmacist, because of the doses"}


@dataclass(frozen=True)
class Row:
    """One document in the list."""

    id: str
    title: str
    owner: str
    audience: str
    language: str
    tags: tuple[str, ...]
    status: str
    """What the document says of itself, for example `draft until signed`."""
    state: RevisionState
    revision: int
    told: int | None
    """The revision that patients are told now."""
    review: date | None
    expires: date | None
    due: tuple[Due, ...]
    unreadable: bool

    @property
    def label(self) -> str:
        return STATES[self.state]

    @property
    def color(self) -> str:
        return COLORS[self.state]

    def has(self, words: str) -> bool:
        """Whether all of these words are in what the list shows of it."""
        text = " ".join((self.id, self.title, self.owner, *self.tags)).casefold()
        return all(word in text for word in words.casefold().split())


@dataclass(frozen=True)
class Part:
    """One passage as patients will hear it."""

    key: str
    heading: str
    sentences: tuple[str, ...]
    grade: float
    words: int
    remarks: tuple[Remark, ...]


@dataclass(frozen=True)
class Reading:
    """A text with what is to be said of it."""

    document: Document
    parts: tuple[Part, ...]
    grade: float
    remarks: tuple[Remark, ...]
    """Of the whole document."""
    too_hard: float
    """Grade above which patients find it hard."""

    @property
    def status(self) -> str:
        return self.document.status


def row_of(one: Dossier, told: int | None, desk: Desk) -> Row:
    state = RevisionState.RETIRED if one.retired_at else one.newest.state
    found = document_of(one.newest)
    if found is None:
        return Row(one.id, one.id, "", "", "", (), "", state, one.newest.number, told, None, None, (), unreadable=True)
    near = () if one.retired_at else tuple(due([found], desk.today, desk.rules))
    return Row(
        one.id,
        found.title,
        found.owner,
        found.audience.value,
        found.language,
        (*found.conditions, *found.medicines),
        found.status,
        state,
        one.newest.number,
        told,
        found.review,
        found.expires,
        near,
        unreadable=False,
    )


def document_of(one: Revision) -> Document | None:
    """None where its text cannot be read as a document."""
    try:
        return parse(f"{one.document}.md", one.markdown)
    except DocumentError:
        return None


def reading_of(name: str, markdown: str, desk: Desk) -> Reading:
    """Raises DocumentError."""
    found = parse(f"{name}.md", markdown)
    remarks = lint(found, desk.rules, desk.plain)
    parts = []
    for passage in found.passages():
        said = sentences(passage.text)
        mine = tuple(one for one in remarks if one.key == passage.key)
        words = sum(len(sentence.split()) for sentence in said)
        parts.append(Part(passage.key, " › ".join(passage.heading), said, desk.plain.grade(said), words, mine))
    whole = tuple(one for one in remarks if not one.key)
    most = desk.rules.reading_grade_max.value if found.audience is Audience.PATIENT else float("inf")
    return Reading(found, tuple(parts), reading_grade(found, desk.plain), whole, most)


def name_of(actor: str, people: People) -> str:
    """A person's name; what else wrote is said in words."""
    if actor in people:
        return people[actor].name
    return "brought in from files" if actor == "service:command" else actor.partition(":")[2]


def missing(found: Dossier, desk: Desk) -> Sequence[str]:
    """What the newest revision still lacks to be approved."""
    newest = found.newest
    return [NEEDS[one.value] for one in needs(newest, found.authors, doses=desk.has_doses(newest.markdown))]
