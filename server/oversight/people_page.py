"""Who has an account: for compliance to review, for an admin to shut one or to take a lost second factor away.

Nobody makes an account or gives a role here: that is done by whoever may use the machine, or by the site's own sign-in.
"""

from collections.abc import Callable, Mapping

from aiohttp import hdrs, web

from server.pages.staff import DATABASE, add_page, staff_of
from server.pages.templates import TEMPLATES
from server.record import employment, factors
from server.record.access import Permission, may
from server.record.employment import Member
from server.record.transaction import Transaction
from server.vocabulary.errors import ServiceError
from server.vocabulary.ids import StaffId
from server.vocabulary.principals import Principal, Role

ROLES: Mapping[Role, str] = {
    Role.NURSE: "Nurse",
    Role.CHARGE: "Charge nurse",
    Role.CLINICIAN: "Clinician",
    Role.PHARMACIST: "Pharmacist",
    Role.COMPLIANCE: "Compliance",
    Role.ADMIN: "Administration",
}
_ACTS: Mapping[str, Callable[[Transaction, Principal, StaffId], object]] = {
    "shut": employment.shut,
    "open": employment.open_again,
    "factor": factors.take_away,
}


class NoSuchAct(ServiceError):
    """The form names nothing that is done to an account here."""

    code = "people_request"


class PeoplePage:
    """Shows and changes accounts."""

    async def show(self, request: web.Request) -> web.StreamResponse:
        staff = staff_of(request)
        members: list[Member] = await request.app[DATABASE].run(lambda tx: employment.members(tx, staff))
        return request.app[TEMPLATES].page(
            "staff/people.html",
            staff=staff,
            members=members,
            roles=ROLES,
            may_change=may(staff, Permission.STAFF_CHANGE),
        )

    async def change(self, request: web.Request) -> web.StreamResponse:
        staff, fields = staff_of(request), await request.post()
        act = _ACTS.get(str(fields.get("act", "")))
        if act is None:
            raise NoSuchAct(f"act: one of {', '.join(_ACTS)}")
        member = StaffId(str(fields.get("member", "")))
        await request.app[DATABASE].run(lambda tx: act(tx, staff, member))
        raise web.HTTPSeeOther("/staff/people")


def add_routes(app: web.Application) -> None:
    """Call after `pages.install`."""
    page = PeoplePage()
    add_page(app, hdrs.METH_GET, "/staff/people", page.show)
    add_page(app, hdrs.METH_POST, "/staff/people", page.change)
