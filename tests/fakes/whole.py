"""The whole service in this process on a free port, with one visitor of every kind, for tests of all its routes."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
from aiohttp import ClientResponse, ClientSession, DummyCookieJar, FormData

from server.app import Application, running
from server.config import Settings
from server.escalation import answer_link, desk
from server.invitation import store
from server.invitation.routes import COOKIE
from server.knowledge import library
from server.pages.doors import Route
from server.pages.matrix import PATIENT
from server.pages.staff import cookie_name
from server.record import checkins, factors, patients, staff
from server.record.passwords import NOBODY as NO_PASSWORD
from server.record.transaction import Transaction
from server.vocabulary.clock import MovableClock
from server.vocabulary.findings import Tier, TriggerHit
from server.vocabulary.principals import Role, Staff
from server.watch import on_watch
from tests.fakes.library_pages import SHOWER
from tests.fakes.records import COMMAND, CONDUCTOR, INVITATION, NOON, ROSA, SIGN_IN

CANARY = "anary"
"""Part of every name and word of `ROSA`; on no page whose door is shut."""
LONG = timedelta(days=300)
"""How long the patient's link works: tests move the clock."""


@dataclass
class Whole:
    """The running service, and what fills the places of its routes."""

    application: Application
    clock: MovableClock
    client: ClientSession
    staff: Mapping[Role, Staff]
    device: str = ""
    """The cookie of a patient's device whose check-in has begun."""
    places: dict[str, str] = field(default_factory=dict)
    """Placeholder of a route to a value that exists."""

    @property
    def origin(self) -> str:
        return self.application.address

    def address(self, path: str) -> str:
        for name, value in self.places.items():
            path = path.replace(name, value)
        return self.origin + path

    async def token(self, role: Role, *, proven: bool = False) -> str:
        """A session opened without the slow password check."""
        member = self.staff[role].id
        return await self.application.database.run(lambda tx: staff.open_session(tx, SIGN_IN, member, proven=proven))

    async def cookie(self, visitor: str) -> str:
        """A fresh one for staff: some routes end the session that asks."""
        if visitor == PATIENT:
            return f"{COOKIE}={self.device}"
        return f"{cookie_name(https=False)}={await self.token(Role(visitor))}" if visitor in set(Role) else ""

    async def half_way(self, role: Role) -> str:
        """The cookie of somebody who has a second factor and has given a password alone."""
        member, run = self.staff[role], self.application.database.run
        if not await run(lambda tx: factors.standing(tx, member).since):
            secret = await run(lambda tx: factors.begin(tx, member))
            await run(lambda tx: factors.confirm(tx, member, pyotp.TOTP(secret).at(tx.now)))
        return await self.cookie(role.value)

    async def ask(
        self,
        route: Route,
        cookie: str,
        fields: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> "Answer":
        """One request as a page of our own makes it; of a stream only the beginning is awaited."""
        method, path = route
        own = {"Accept": "text/html", "Origin": self.origin, "Sec-Fetch-Site": "same-origin", "Cookie": cookie}
        body: dict[str, Any] = {"json": dict(fields or {})} if path.startswith("/api/") else {"data": _form(fields)}
        sent = body if method == "POST" else {}
        async with self.client.request(
            method, self.address(path), headers=own | dict(headers or {}), allow_redirects=False, **sent
        ) as reply:
            stream = reply.content_type == "text/event-stream"
            return Answer(reply.status, "" if stream else await reply.text(), reply)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: str
    reply: ClientResponse

    @property
    def location(self) -> str:
        return self.reply.headers.get("Location", "")


def _form(fields: Mapping[str, object] | None) -> FormData:
    return FormData([(name, str(value)) for name, value in (fields or {}).items()])


@asynccontextmanager
async def whole(directory: Path, **settings: Any) -> AsyncIterator[Whole]:
    """Started as `serve` starts it, on a clock that stands still."""
    clock = MovableClock(NOON)
    found = Settings(data=directory, port=0, **settings)
    async with (
        on_watch(found, lambda line: None, clock) as watch,
        running(watch, lambda line: None) as application,
        ClientSession(cookie_jar=DummyCookieJar()) as client,
    ):
        people = {role: await application.database.run(lambda tx, role=role: _hired(tx, role)) for role in Role}  # type: ignore[misc]
        house = Whole(application, clock, client, people)
        house.places, house.device = await application.database.run(lambda tx: _stocked(tx, house))
        yield house


def _hired(tx: Transaction, role: Role) -> Staff:
    name = f"{role.value.capitalize()} Person"
    return Staff(staff.add(tx, COMMAND, f"{role.value}@clinic.example", name, role, NO_PASSWORD), name, role)


def _stocked(tx: Transaction, house: Whole) -> tuple[dict[str, str], str]:
    """One of everything that a route can name, and a patient's device."""
    patient = patients.add(tx, COMMAND, ROSA)
    invited = store.create(tx, COMMAND, patient, "post-discharge", LONG)
    claim = store.claim(tx, INVITATION, invited.token, (ROSA.birth_month, ROSA.birth_day), None, lambda *call: None)
    assert isinstance(claim, store.Claim)
    device = claim.new_device or ""
    store.bind(tx, INVITATION, device)
    checkins.start(tx, CONDUCTOR, invited.checkin, "1.0", "ab" * 32)
    hit = TriggerHit("CHEST_PAIN", 4, Tier.EMERGENCY, "my chest feels tightcanary")
    ask = {"checkin": invited.checkin, "patient": patient, "hit": hit, "turn": 1, "where": "", "within": LONG}
    page = desk.request(tx, CONDUCTOR, **ask)  # type: ignore[arg-type]
    key = house.application.database.secret(answer_link.PURPOSE)
    library.write(tx, COMMAND, "shower", SHOWER, "written")
    places = {
        "{checkin}": invited.checkin,
        "{escalation}": page,
        "{patient}": patient,
        "{name}": "shower",
        "{token}": answer_link.sign(key, page, house.staff[Role.NURSE].id, tx.now),
    }
    return places, device
