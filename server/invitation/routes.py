"""Step 1 of a visit: the page behind the link and the four questions it asks before the check-in starts.

Must say nothing about the patient before the birth date fitted, and nothing in an address or a log ever.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from server.invitation import store
from server.invitation.addresses import Addresses
from server.invitation.errors import LinkClosed, NotClaimed, TooManyTries, wrong_birth_date
from server.invitation.link import LinkState
from server.invitation.requests import ClaimBody, LinkBody, StartBody, read_body
from server.invitation.store import Claim, NotNow, TellNurse, WrongBirthDate
from server.pages.templates import TEMPLATES
from server.record.database import Database
from server.vocabulary.clock import Clock
from server.vocabulary.events import Consent
from server.vocabulary.principals import Patient, Service

COOKIE = "nightlight_device"
_SELF = Service("invitation")

Started = Callable[[Patient, Mapping[Consent, bool]], Awaitable[None]]
"""Called once the device is bound, with what the patient was asked for and said. May raise `ServiceError`; Start may then be
tapped again."""
AddressOf = Callable[[web.Request], str]


@dataclass(frozen=True)
class Clinic:
    """Whose check-ins these are, as every page of a patient says it."""

    name: str
    nurse_phone: str
    emergency_number: str


@dataclass(frozen=True)
class Greeter:
    """Who a check-in is with: the persona, and the clinic it speaks for."""

    name: str
    clinic: Clinic


def peer_address(request: web.Request) -> str:
    """The address of the connection itself; behind a proxy the application passes a better one."""
    return request.remote or ""


class InvitationRoutes:
    """The patient's way in, up to Start."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        clinic: Clinic,
        greeter: Callable[[str], Greeter],
        tell_nurse: TellNurse,
        started: Started,
        *,
        secure_cookie: bool,
        may_notice: bool,
        address_of: AddressOf = peer_address,
    ) -> None:
        """`clinic` stands on the page until the birth date has fitted, `greeter` says by persona whose words come after;
        `may_notice`: there is something that could notice what voice and face show, so the patient is asked for it."""
        self._database = database
        self._clock = clock
        self._clinic = clinic
        self._greeter = greeter
        self._tell_nurse = tell_nurse
        self._started = started
        self._secure_cookie = secure_cookie
        self._may_notice = may_notice
        self._address_of = address_of
        self._addresses = Addresses()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/c", self._page),
            web.post("/api/link", self._link),
            web.post("/api/claim", self._claim),
            web.post("/api/resume", self._resume),
            web.post("/api/start", self._start),
        ]

    async def patient_at(self, request: web.Request) -> Patient:
        """Who a socket's cookie stands for, after Start. Raises `NotClaimed`."""
        claim = await self._resumed(request)
        if not claim.bound:
            raise self._closed(LinkState.UNKNOWN, NotClaimed)
        return Patient(claim.patient, claim.checkin)

    async def _page(self, request: web.Request) -> web.Response:
        return request.app[TEMPLATES].page(
            "patient/visit.html",
            clinic=self._clinic.name,
            nurse_phone=self._clinic.nurse_phone,
            emergency_number=self._clinic.emergency_number,
            may_notice=self._may_notice,
        )

    async def _link(self, request: web.Request) -> web.Response:
        self._check_pace(request)
        body = await read_body(request, LinkBody)
        device = request.cookies.get(COOKIE)
        state = await self._database.run(lambda tx: store.look(tx, _SELF, body.token, device))
        return web.json_response({"state": state.value})

    async def _claim(self, request: web.Request) -> web.Response:
        self._check_pace(request)
        body = await read_body(request, ClaimBody)
        device = request.cookies.get(COOKIE)
        birthday = (body.month, body.day)
        found = await self._database.run(
            lambda tx: store.claim(tx, _SELF, body.token, birthday, device, self._tell_nurse)
        )
        match found:
            case Claim():
                return self._admitted(found)
            case WrongBirthDate(tries_left):
                return _wrong(tries_left)
            case NotNow(state):
                raise self._closed(state, LinkClosed)

    async def _resume(self, request: web.Request) -> web.Response:
        self._check_pace(request)
        return self._admitted(await self._resumed(request))

    async def _start(self, request: web.Request) -> web.Response:
        self._check_pace(request)
        body = await read_body(request, StartBody)
        device = request.cookies.get(COOKIE, "")
        found = await self._database.run(lambda tx: store.bind(tx, _SELF, device))
        if isinstance(found, NotNow):
            raise self._closed(found.state, NotClaimed)
        allowed: dict[Consent, bool] = {"camera": body.camera}
        if self._may_notice:
            allowed |= {"voice_cues": body.voice_cues, "camera_cues": body.camera_cues}
        await self._started(Patient(found.patient, found.checkin), allowed)
        return web.json_response({})

    async def _resumed(self, request: web.Request) -> Claim:
        device = request.cookies.get(COOKIE, "")
        found = await self._database.run(lambda tx: store.resume(tx, _SELF, device))
        if isinstance(found, NotNow):
            raise self._closed(found.state, NotClaimed)
        return found

    def _check_pace(self, request: web.Request) -> None:
        if not self._addresses.allows(self._address_of(request), self._clock.now()):
            raise TooManyTries("one address knocked too often")

    def _closed(self, state: LinkState, kind: type[LinkClosed]) -> LinkClosed:
        return kind(state, self._clinic.nurse_phone)

    def _admitted(self, claim: Claim) -> web.Response:
        greeter = self._greeter(claim.persona)
        body = {
            "first_name": claim.first_name,
            "persona": {"id": claim.persona, "name": greeter.name},
            "clinic": greeter.clinic.name,
            "nurse_phone": greeter.clinic.nurse_phone,
            "emergency_number": greeter.clinic.emergency_number,
            "checkin": claim.checkin,
            "status": claim.status,
        }
        response = web.json_response(body)
        if claim.new_device is not None:
            seconds = int((claim.expires_at - self._clock.now()).total_seconds())
            response.set_cookie(
                COOKIE, claim.new_device, max_age=seconds, path="/", httponly=True, samesite="Strict",
                secure=self._secure_cookie,
            )  # fmt: skip
        return response


def _wrong(tries_left: int) -> web.Response:
    """A wrong birth date is an answer of its own, since it says how many tries are left."""
    error = {
        "code": "wrong_birth_date",
        "message": wrong_birth_date(tries_left),
        "retryable": True,
        "tries_left": tries_left,
    }
    return web.json_response({"error": error}, status=403)
