"""Who somebody is at the site's own sign-in, and which account that is. The site's directory is right about names and roles."""

from dataclasses import dataclass

from sqlalchemy import insert, select, update

from server.record import employment
from server.record import staff as accounts
from server.record.access import Permission, require
from server.record.audit import AuditAction
from server.record.passwords import NOBODY
from server.record.people_schema import staff_identity as table
from server.record.schema import staff as staff_table
from server.record.staff import EmailTaken
from server.record.transaction import Transaction
from server.vocabulary.errors import ServiceError
from server.vocabulary.ids import StaffId
from server.vocabulary.principals import Principal, Role


class AccountShut(ServiceError):
    """The site's sign-in knows this person, and their account here is shut."""

    code = "account_shut"
    status = 403
    patient_sees = "Your account here is shut. Ask whoever looks after accounts."


@dataclass(frozen=True)
class Arrival:
    """Somebody whom the site's sign-in has let in, as it tells of them."""

    issuer: str
    subject: str
    """Who it is, for this issuer, for ever."""
    email: str
    verified: bool
    """The directory has made sure that the address is theirs."""
    name: str
    role: Role


def arrived(tx: Transaction, principal: Principal, who: Arrival) -> StaffId:
    """Their account, made at the first time, with the role it says today.

    An account of the same address becomes theirs only if the directory has verified it. Raises AccountShut, EmailTaken.
    """
    require(principal, Permission.STAFF_SIGN_IN)
    known = (table.c.issuer == who.issuer) & (table.c.subject == who.subject)
    member = tx.connection.scalar(select(table.c.staff).where(known))
    if member is None:
        member = _linked(tx, principal, who)
    if tx.connection.scalar(select(staff_table.c.disabled_at).where(staff_table.c.id == member)) is not None:
        raise AccountShut("the account is shut")
    employment.give_role(tx, principal, StaffId(member), who.role)
    return StaffId(member)


def _linked(tx: Transaction, principal: Principal, who: Arrival) -> StaffId:
    folded = who.email.strip().casefold()
    member = tx.connection.scalar(select(staff_table.c.id).where(staff_table.c.email == folded))
    if member is None:
        member = accounts.add(tx, principal, folded, who.name, who.role, NOBODY)
    elif not who.verified:
        raise EmailTaken(
            "an account has this e-mail address, and the site's sign-in has not verified that it is theirs"
        )
    else:
        # Whoever knew its password comes in by the site's sign-in from now on, like everybody.
        tx.connection.execute(update(staff_table).where(staff_table.c.id == member).values(password_hash=NOBODY))
    link = {"issuer": who.issuer, "subject": who.subject, "staff": member, "created_at": tx.now}
    tx.connection.execute(insert(table).values(link))
    tx.audit(principal, AuditAction.STAFF_LINKED, subject=member)
    return StaffId(member)
