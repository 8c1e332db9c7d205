"""A document's revisions and who may let one be told: pure. The text of a revision never changes; an edit is a new one.

States follow hospital policy systems: only what two people stand behind is told, and an edit starts the review anew.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from server.vocabulary.errors import ServiceError
from server.vocabulary.principals import Role


class RevisionState(StrEnum):
    """Where a revision stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    RETIRED = "retired"


class Need(StrEnum):
    """What a revision in review still lacks."""

    SECOND_PERSON = "second_person"
    PHARMACIST = "pharmacist"


class ReviewRefused(ServiceError):
    """This step is not open to this person, or to this revision as it stands."""

    code = "review_refused"
    status = 409


@dataclass(frozen=True)
class Approval:
    """One person's yes to one revision."""

    by: str
    """As the audit chain names them, for example `staff:st_…`."""
    name: str
    """Empty where no person gave it."""
    role: str
    at: datetime


@dataclass(frozen=True)
class Revision:
    """What a document says from one moment on."""

    document: str
    number: int
    """1-based, counts the document's revisions."""
    markdown: str
    sha256: str
    author: str
    """As the audit chain names them."""
    note: str
    """What the author says has changed."""
    state: RevisionState
    at: datetime
    approvals: tuple[Approval, ...] = ()


def digest(markdown: str) -> str:
    return hashlib.sha256(markdown.encode()).hexdigest()


def state_of_edit(newest: Revision | None) -> RevisionState:
    """Of the revision that follows `newest`: an edit of what is being reviewed is reviewed, from the start."""
    if newest is None:
        return RevisionState.DRAFT
    match newest.state:
        case RevisionState.IN_REVIEW:
            return RevisionState.IN_REVIEW
        case RevisionState.DRAFT | RevisionState.APPROVED | RevisionState.RETIRED:
            return RevisionState.DRAFT
        case _:
            assert_never(newest.state)


def authors_under_review(history: Sequence[Revision]) -> frozenset[str]:
    """Everyone who wrote since the last approved revision; `history` in order. None of them may approve: whoever changes
    a comma in somebody's review would else approve the rest of their own text."""
    since = max((at for at, one in enumerate(history) if one.state is RevisionState.APPROVED), default=-1)
    return frozenset(one.author for one in history[since + 1 :])


def needs(revision: Revision, authors: frozenset[str], *, doses: bool) -> tuple[Need, ...]:
    """What is still missing before the revision may be told."""
    others = [one for one in revision.approvals if one.by not in authors]
    missing = [] if others else [Need.SECOND_PERSON]
    if doses and not any(one.role == Role.PHARMACIST for one in others):
        missing.append(Need.PHARMACIST)
    return tuple(missing)


def check_approver(revision: Revision, authors: frozenset[str], approver: str) -> None:
    """Raises ReviewRefused."""
    if revision.state is not RevisionState.IN_REVIEW:
        raise ReviewRefused(f"{revision.document}: revision {revision.number} is not in review")
    if approver in authors:
        raise ReviewRefused(f"{revision.document}: whoever wrote a revision may not approve it; a second person must")
    if any(one.by == approver for one in revision.approvals):
        raise ReviewRefused(f"{revision.document}: you have approved revision {revision.number} already")
