"""Releases: a set of approved revisions that is told together. Its row comes first, then its index, then one pointer moves.

A check-in is told from the release it began with; what is retired since is left out of every release at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update

from server.knowledge.library import Dossier, documents, is_scratch
from server.knowledge.revisions import Revision, RevisionState
from server.record.access import Permission, require
from server.record.audit import AuditAction, actor
from server.record.identifiers import new_id
from server.record.library_schema import approval, current_release, release, release_revision, revision
from server.record.transaction import Transaction
from server.vocabulary.errors import NotFound, ServiceError
from server.vocabulary.principals import Principal, Staff

_POINTER = 1


class PublishRefused(ServiceError):
    """This set of revisions may not be told; the message says what stands in the way."""

    code = "publish_refused"
    status = 409


@dataclass(frozen=True)
class Release:
    """One published, or about to be published, set of revisions."""

    id: str
    number: int
    publisher: str
    overridden_by: str | None
    """Staff id of the clinician who published it although a golden question was red."""
    overridden_because: str
    at: datetime


@dataclass(frozen=True)
class Override:
    """A named clinician takes it upon themselves to publish although a golden question is red."""

    by: Staff
    reason: str


@dataclass(frozen=True)
class Told:
    """One revision of a release, as it is told."""

    document: str
    number: int
    markdown: str
    approvers: tuple[str, ...]
    """Names of the people who approved it; empty in a library without staff."""


def candidate(tx: Transaction, principal: Principal) -> list[Revision]:
    """The revisions that would be told if the library were published now. Raises PublishRefused where there are none."""
    found = [told for one in documents(tx, principal) if one.retired_at is None and (told := _publishable(tx, one))]
    if not found:
        raise PublishRefused("nothing is approved: documents must be reviewed before they can be told")
    return found


def prepare(tx: Transaction, principal: Principal, revisions: Sequence[Revision]) -> str:
    """A release that nobody is told from yet; returns its id."""
    require(principal, Permission.LIBRARY_PUBLISH)
    made = new_id("rl")
    number = (tx.connection.scalar(select(func.max(release.c.number))) or 0) + 1
    row = {"id": made, "number": number, "publisher": actor(principal), "overridden_because": ""}
    tx.connection.execute(insert(release).values(**row, created_at=tx.now))
    rows = [{"release": made, "document": one.document, "number": one.number} for one in revisions]
    tx.connection.execute(insert(release_revision), rows)
    return made


def swap(tx: Transaction, principal: Principal, made: str, override: Override | None = None) -> None:
    """From now on check-ins that begin are told from this release. Raises NotPermitted, PublishRefused.

    Refused where a document was retired or its newest approved revision changed since `prepare`: what was checked is not what
    would be told.
    """
    require(principal, Permission.LIBRARY_PUBLISH)
    if {(one.document, one.number) for one in candidate(tx, principal)} != _members(tx, made):
        raise PublishRefused("the library was changed while the release was built; publish again")
    if override is not None:
        _note_override(tx, made, override)
    if current(tx) is None:
        tx.connection.execute(insert(current_release).values(id=_POINTER, release=made))
    else:
        tx.connection.execute(update(current_release).values(release=made))
    tx.audit(principal, AuditAction.LIBRARY_PUBLISHED, subject=made, detail={"count": len(_members(tx, made))})
    tx.announce("library", made)


def current(tx: Transaction) -> str | None:
    """Id of the release that new check-ins are told from; None before the first one."""
    return tx.connection.scalar(select(current_release.c.release))


def all_releases(tx: Transaction, principal: Principal) -> list[Release]:
    """The newest first, those that were never swapped in too."""
    require(principal, Permission.LIBRARY_READ)
    rows = tx.connection.execute(select(release).order_by(release.c.number.desc())).all()
    return [
        Release(row.id, row.number, row.publisher, row.overridden_by, row.overridden_because, row.created_at)
        for row in rows
    ]


def told_in(tx: Transaction, principal: Principal, wanted: str) -> list[Told]:
    """The revisions of a release, in the order of their documents. Raises NotFound."""
    require(principal, Permission.LIBRARY_READ)
    here = (release_revision.c.document == revision.c.document) & (release_revision.c.number == revision.c.number)
    query = select(revision.c.document, revision.c.number, revision.c.markdown).join(release_revision, here)
    rows = tx.connection.execute(query.where(release_revision.c.release == wanted).order_by(revision.c.document)).all()
    if not rows:
        raise NotFound("no such release")
    names = _approvers(tx, wanted)
    return [
        Told(row.document, row.number, row.markdown, tuple(names.get((row.document, row.number), ()))) for row in rows
    ]


def retired_in(tx: Transaction, principal: Principal, wanted: str) -> frozenset[tuple[str, str]]:
    """Document and revision of what a release holds and may no longer be told."""
    require(principal, Permission.LIBRARY_READ)
    here = (release_revision.c.document == revision.c.document) & (release_revision.c.number == revision.c.number)
    query = select(revision.c.document, revision.c.number).join(release_revision, here)
    query = query.where(release_revision.c.release == wanted, revision.c.state == RevisionState.RETIRED.value)
    return frozenset((row.document, str(row.number)) for row in tx.connection.execute(query))


def _publishable(tx: Transaction, one: Dossier) -> Revision | None:
    """What was approved by people; where nobody works, by the operator."""
    told = one.told
    if told is None or (not any(given.name for given in told.approvals) and not is_scratch(tx)):
        return None
    return told


def _members(tx: Transaction, wanted: str) -> set[tuple[str, int]]:
    query = select(release_revision.c.document, release_revision.c.number)
    rows = tx.connection.execute(query.where(release_revision.c.release == wanted))
    return {(row.document, row.number) for row in rows}


def _note_override(tx: Transaction, made: str, override: Override) -> None:
    require(override.by, Permission.LIBRARY_OVERRIDE)
    if not override.reason.strip():
        raise PublishRefused("an override needs a reason, in words that others will understand later")
    values = {"overridden_by": override.by.id, "overridden_because": override.reason.strip()}
    tx.connection.execute(update(release).where(release.c.id == made).values(**values))
    tx.audit(override.by, AuditAction.LIBRARY_OVERRIDDEN, subject=made)


def _approvers(tx: Transaction, wanted: str) -> dict[tuple[str, int], list[str]]:
    here = (release_revision.c.document == approval.c.document) & (release_revision.c.number == approval.c.number)
    query = select(approval).join(release_revision, here).where(release_revision.c.release == wanted)
    found: dict[tuple[str, int], list[str]] = {}
    for row in tx.connection.execute(query.order_by(approval.c.created_at)):
        if row.staff_name:
            found.setdefault((row.document, row.number), []).append(row.staff_name)
    return found
