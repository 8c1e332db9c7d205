"""The library's records: documents and their revisions, from a draft to what is told. Every step is audited with it."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from server.knowledge.revisions import (
    Approval,
    Need,
    ReviewRefused,
    Revision,
    RevisionState,
    authors_under_review,
    check_approver,
    digest,
    needs,
    state_of_edit,
)
from server.record.access import Permission, require
from server.record.audit import AuditAction, actor
from server.record.library_schema import approval, document, revision
from server.record.schema import staff
from server.record.transaction import Transaction
from server.vocabulary.errors import NotFound
from server.vocabulary.principals import Principal, Service, Staff

LONGEST_ID = 120
"""Characters; a document is named after its file."""


@dataclass(frozen=True)
class Dossier:
    """One document with everything it ever said."""

    id: str
    created_at: datetime
    retired_at: datetime | None
    history: tuple[Revision, ...]
    """In order; never empty."""

    @property
    def newest(self) -> Revision:
        return self.history[-1]

    @property
    def told(self) -> Revision | None:
        """The newest approved revision: what the next release tells."""
        return next((one for one in reversed(self.history) if one.state is RevisionState.APPROVED), None)

    @property
    def authors(self) -> frozenset[str]:
        """Who may not approve the newest revision."""
        return authors_under_review(self.history)


def write(
    tx: Transaction, principal: Principal, name: str, markdown: str, note: str = "", *, expects: int | None = None
) -> Revision:
    """A new revision; the newest one again where the text is the same.

    An edit of what is in review is in review too, without the approvals so far. `expects`: the number of the revision that
    was edited. Raises ReviewRefused when somebody else has written since, or the name cannot be one.
    """
    require(principal, Permission.LIBRARY_WRITE)
    _check_name(name)
    if not markdown.strip():
        raise ReviewRefused(f"{name}: there is no text")
    found = find(tx, name)
    newest = found.newest if found else None
    if expects is not None and expects != (newest.number if newest else 0):
        raise ReviewRefused(f"{name}: somebody else has written a revision since; look at it first")
    if found and newest and newest.sha256 == digest(markdown) and newest.state is not RevisionState.RETIRED:
        return newest
    if found is None:
        tx.connection.execute(insert(document).values(id=name, created_at=tx.now))
    made = Revision(
        name,
        newest.number + 1 if newest else 1,
        markdown,
        digest(markdown),
        actor(principal),
        note,
        state_of_edit(newest),
        tx.now,
    )
    _supersede(tx, newest)
    _store(tx, made)
    about: dict[str, str | int] = {"revision": made.number, "hash": made.sha256, "state": made.state.value}
    tx.audit(principal, AuditAction.LIBRARY_WRITTEN, subject=name, detail=about)
    return made


def submit(tx: Transaction, principal: Principal, name: str) -> Revision:
    """Ask for a review of the newest revision. Raises NotFound, ReviewRefused."""
    require(principal, Permission.LIBRARY_WRITE)
    newest = get(tx, principal, name).newest
    if newest.state is RevisionState.IN_REVIEW:
        return newest
    if newest.state is not RevisionState.DRAFT:
        raise ReviewRefused(f"{name}: only a draft can be sent for review; revision {newest.number} is {newest.state}")
    return _moved(tx, principal, newest, RevisionState.IN_REVIEW, AuditAction.LIBRARY_SUBMITTED)


def send_back(tx: Transaction, principal: Principal, name: str, number: int, why: str = "") -> Revision:
    """Not like this: a draft again, without the approvals it had. `why` stands in its note from then on.

    Raises NotFound, ReviewRefused.
    """
    require(principal, Permission.LIBRARY_APPROVE)
    newest = _current(get(tx, principal, name), number)
    if newest.state is not RevisionState.IN_REVIEW:
        raise ReviewRefused(f"{name}: revision {number} is not in review")
    given = (approval.c.document == name) & (approval.c.number == number)
    tx.connection.execute(delete(approval).where(given))
    newest = replace(_noted(tx, principal, newest, why), approvals=())
    return _moved(tx, principal, newest, RevisionState.DRAFT, AuditAction.LIBRARY_SENT_BACK)


def approve(
    tx: Transaction, principal: Principal, name: str, number: int, *, has_doses: Callable[[str], bool]
) -> tuple[Revision, tuple[Need, ...]]:
    """One person's yes; the revision is approved once nothing is missing, which is the second value.

    `number` is the revision that was read. Raises NotFound, and ReviewRefused for an author, or where it is not the newest.
    """
    require(principal, Permission.LIBRARY_APPROVE)
    found = get(tx, principal, name)
    newest = _current(found, number)
    if not isinstance(principal, Staff):
        raise ReviewRefused(f"{name}: only a person may approve")
    check_approver(newest, found.authors, actor(principal))
    given = _approve(tx, principal, newest)
    missing = needs(given, found.authors, doses=has_doses(newest.markdown))
    if missing:
        return given, missing
    return _stated(tx, given, RevisionState.APPROVED), ()


def approve_alone(tx: Transaction, principal: Service, name: str, number: int) -> Revision:
    """In a library that nobody but the operator uses. Raises ReviewRefused once there is staff."""
    require(principal, Permission.LIBRARY_APPROVE)
    newest = _current(get(tx, principal, name), number)
    if not is_scratch(tx):
        raise ReviewRefused(f"{name}: people work here, so a second person must approve it")
    if newest.state is RevisionState.APPROVED:
        return newest
    return _stated(tx, _approve(tx, principal, newest), RevisionState.APPROVED)


def retire(tx: Transaction, principal: Principal, name: str) -> None:
    """Nothing of it is told any more, in running check-ins too, nor can it be published. Raises NotFound."""
    require(principal, Permission.LIBRARY_RETIRE)
    get(tx, principal, name)
    tx.connection.execute(update(document).where(document.c.id == name).values(retired_at=tx.now))
    every = update(revision).where(revision.c.document == name)
    tx.connection.execute(every.values(state=RevisionState.RETIRED.value))
    tx.audit(principal, AuditAction.LIBRARY_RETIRED, subject=name)
    tx.announce("library", name)


def get(tx: Transaction, principal: Principal, name: str) -> Dossier:
    """Raises NotFound."""
    require(principal, Permission.LIBRARY_READ)
    found = find(tx, name)
    if found is None:
        raise NotFound(f"no document named {name!r}")
    return found


def documents(tx: Transaction, principal: Principal) -> list[Dossier]:
    """Every document, by id, the retired ones too."""
    require(principal, Permission.LIBRARY_READ)
    return _documents(tx, None)


def is_scratch(tx: Transaction) -> bool:
    """Whether nobody has an account here, so that there is no second person."""
    return tx.connection.scalar(select(staff.c.id).limit(1)) is None


def find(tx: Transaction, name: str) -> Dossier | None:
    return next(iter(_documents(tx, name)), None)


def _documents(tx: Transaction, name: str | None) -> list[Dossier]:
    rows = select(document).order_by(document.c.id)
    revisions = select(revision).order_by(revision.c.document, revision.c.number)
    approvals = select(approval).order_by(approval.c.created_at)
    if name is not None:
        rows, revisions = rows.where(document.c.id == name), revisions.where(revision.c.document == name)
        approvals = approvals.where(approval.c.document == name)
    given: dict[tuple[str, int], list[Approval]] = defaultdict(list)
    for row in tx.connection.execute(approvals):
        given[row.document, row.number].append(Approval(row.approver, row.staff_name, row.role, row.created_at))
    history: dict[str, list[Revision]] = defaultdict(list)
    for row in tx.connection.execute(revisions):
        history[row.document].append(_revision(row, given[row.document, row.number]))
    return [
        Dossier(row.id, row.created_at, row.retired_at, tuple(history[row.id])) for row in tx.connection.execute(rows)
    ]


def _revision(row: Row[Any], approvals: Iterable[Approval]) -> Revision:
    state = RevisionState(row.state)
    return Revision(
        row.document,
        row.number,
        row.markdown,
        row.sha256,
        row.author,
        row.note,
        state,
        row.created_at,
        tuple(approvals),
    )


def _check_name(name: str) -> None:
    if not name.strip() or len(name) > LONGEST_ID or not name.isprintable() or "#" in name or "/" in name:
        raise ReviewRefused(f"{name[:60]!r}: a document's name has 1 to {LONGEST_ID} characters, and no # or /")


def _current(found: Dossier, number: int) -> Revision:
    if found.newest.number != number:
        raise ReviewRefused(f"{found.id}: revision {number} was changed meanwhile; {found.newest.number} is the newest")
    return found.newest


def _supersede(tx: Transaction, newest: Revision | None) -> None:
    """What was never approved goes no further once there is a newer text; what was is told until that is published."""
    if newest is not None and newest.state in (RevisionState.DRAFT, RevisionState.IN_REVIEW):
        _stated(tx, newest, RevisionState.RETIRED)


def _store(tx: Transaction, made: Revision) -> None:
    row = {name: getattr(made, name) for name in ("document", "number", "markdown", "sha256", "author", "note")}
    tx.connection.execute(insert(revision).values(**row, state=made.state.value, created_at=made.at))
    tx.connection.execute(update(document).where(document.c.id == made.document).values(retired_at=None))


def _approve(tx: Transaction, principal: Staff | Service, newest: Revision) -> Revision:
    name, role = (principal.name, principal.role.value) if isinstance(principal, Staff) else ("", "")
    given = Approval(actor(principal), name, role, tx.now)
    row = {"document": newest.document, "number": newest.number, "approver": given.by, "created_at": given.at}
    tx.connection.execute(insert(approval).values(**row, staff_name=name, role=role))
    detail: dict[str, str | int] = {"revision": newest.number, "hash": newest.sha256, "role": role}
    tx.audit(principal, AuditAction.LIBRARY_APPROVED, subject=newest.document, detail=detail)
    return replace(newest, approvals=(*newest.approvals, given))


def _noted(tx: Transaction, principal: Principal, one: Revision, why: str) -> Revision:
    if not why.strip():
        return one
    by = principal.name if isinstance(principal, Staff) else actor(principal)
    said = f"Sent back by {by}: {why.strip()}"
    note = f"{one.note}\n{said}" if one.note else said
    mine = (revision.c.document == one.document) & (revision.c.number == one.number)
    tx.connection.execute(update(revision).where(mine).values(note=note))
    return replace(one, note=note)


def _moved(tx: Transaction, principal: Principal, one: Revision, state: RevisionState, action: AuditAction) -> Revision:
    tx.audit(principal, action, subject=one.document, detail={"revision": one.number})
    return _stated(tx, one, state)


def _stated(tx: Transaction, one: Revision, state: RevisionState) -> Revision:
    mine = (revision.c.document == one.document) & (revision.c.number == one.number)
    tx.connection.execute(update(revision).where(mine).values(state=state.value))
    return replace(one, state=state)
