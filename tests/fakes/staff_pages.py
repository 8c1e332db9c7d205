"""The staff pages on a free port: real records, real sign-in, one person of each role, one patient full of canaries."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from aiohttp import ClientResponse, DummyCookieJar, FormData, web
from aiohttp.test_utils import TestClient, TestServer

from server.escalation import callbacks, desk, drill, handing_over
from server.invitation import store
from server.memory import page as memory_page
from server.nurse.console import Console
from server.nurse.neighbors import Answered, Neighbors, OnAnswered, PersonaChoice
from server.nurse.routes import add_routes as add_nurse_routes
from server.oversight import audit_page, persona_page
from server.oversight.persona_page import PersonaWords, ScriptLine
from server.pages.install import install
from server.pages.live import Live
from server.pages.staff import cookie_name
from server.record import checkins, journal, staff
from server.record.passwords import hash_password
from server.vocabulary.events import Event
from server.vocabulary.findings import Tier, TriggerHit
from server.vocabulary.ids import CheckInId, EscalationId, PatientId
from server.vocabulary.principals import Role, Staff
from tests.fakes.records import COMMAND, CONDUCTOR, SIGN_IN, Records, records_in

WEB = Path(__file__).parents[2] / "web"
PASSWORD = "a long sentence nobody guesses"
PASSWORD_HASH = hash_password(PASSWORD)
EMAILS = {role: f"{role.value}@clinic.example" for role in Role}
APPROVED_CANARY = "Personacanary may say this."
ANA = PersonaChoice("after-discharge", "Ana", "After discharge", "Asks how the first days at home go.")
ANAS_WORDS = PersonaWords(
    "Ana", "after discharge", "1.0", False, "Clinical lead", "2027-05-01", (ScriptLine("greeting", APPROVED_CANARY),)
)
NEEDS = {"CHEST_PAIN": ("when it began", "<b>nitro</b> taken?")}
CHEST = TriggerHit("CHEST_PAIN", 4, Tier.EMERGENCY, "my chest feels tightcanary")


@dataclass
class StaffPages:
    """The running pages, and what a test needs to act on them."""

    client: TestClient[web.Request, web.Application]
    records: Records
    live: Live
    staff: dict[Role, Staff]
    answered: list[Answered]
    """What the conductor was told."""

    @property
    def origin(self) -> str:
        return f"http://{self.client.host}:{self.client.port}"

    async def get(self, path: str, cookie: str = "", accept: str = "text/html") -> ClientResponse:
        return await self.client.get(path, headers=self._headers(cookie, accept), allow_redirects=False)

    async def post(
        self, path: str, fields: list[tuple[str, str]], cookie: str = "", accept: str = "text/html", origin: str = ""
    ) -> ClientResponse:
        headers = self._headers(cookie, accept) | {"Origin": origin or self.origin, "Sec-Fetch-Site": "same-origin"}
        return await self.client.post(path, data=FormData(fields), headers=headers, allow_redirects=False)

    async def sign_in(self, role: Role, password: str = PASSWORD) -> ClientResponse:
        return await self.post("/staff/sign-in", [("email", EMAILS[role]), ("password", password)])

    async def cookie(self, role: Role) -> str:
        """A session opened without the slow password check."""
        member = self.staff[role].id
        token = await self.records.database.run(lambda tx: staff.open_session(tx, SIGN_IN, member))
        return f"{cookie_name(https=False)}={token}"

    async def begin(self, patient: PatientId, *events: Event) -> CheckInId:
        """A running check-in in which these things happened."""
        checkin = await self.records.order(patient)
        run = self.records.database.run
        await run(lambda tx: checkins.start(tx, CONDUCTOR, checkin, "1.0", "ab" * 32))
        await run(lambda tx: checkins.set_connected(tx, CONDUCTOR, checkin, True))
        for event in events:
            await run(lambda tx, event=event: journal.append(tx, CONDUCTOR, checkin, event, tx.now))  # type: ignore[misc]
        return checkin

    async def page(self, patient: PatientId, checkin: CheckInId, hit: TriggerHit = CHEST) -> EscalationId:
        """A nurse is called."""
        ask = {"checkin": checkin, "patient": patient, "hit": hit, "turn": 1, "where": "in the kitchencanary"}
        within = timedelta(minutes=2)
        return await self.records.database.run(lambda tx: desk.request(tx, CONDUCTOR, within=within, **ask))  # type: ignore[arg-type]

    def _headers(self, cookie: str, accept: str) -> dict[str, str]:
        return {"Accept": accept} | ({"Cookie": cookie} if cookie else {})


def write_build(folder: Path) -> Path:
    """A web build as small as can be, so that these tests need no Node."""
    (folder / ".vite").mkdir(parents=True)
    (folder / "assets").mkdir()
    (folder / "assets" / "staff-1.js").write_text("export {};")
    manifest = '{"staff/staff.ts": {"file": "assets/staff-1.js", "isEntry": true}}'
    (folder / ".vite" / "manifest.json").write_text(manifest)
    return folder


@asynccontextmanager
async def staff_pages(
    directory: Path,
    *,
    https: bool = False,
    built: bool = True,
    factor_required: bool = False,
    extra: Callable[[web.Application], object] = lambda app: None,
) -> AsyncIterator[StaffPages]:
    """`extra` adds routes of the test's own."""
    async with records_in(directory) as records:
        live, app = Live(), web.Application()
        static = write_build(directory / "static") if built else directory / "none"
        install(
            app,
            records.database,
            records.clock,
            live,
            templates=WEB / "templates",
            static=static,
            https=https,
            factor_required=factor_required,
        )
        answered: list[Answered] = []

        async def note(answer: Answered) -> None:
            answered.append(answer)

        add_nurse_routes(app, _console(records, note))
        memory_page.add_routes(app, {"swelling": "Swelling"}, {"swelling.left_ankle": "left ankle"})
        audit_page.add_routes(app)
        persona_page.add_routes(app, [ANAS_WORDS], free_talk=False)
        extra(app)
        members = {role: await _hire(records, role) for role in Role}
        async with TestClient(TestServer(app), cookie_jar=DummyCookieJar()) as client:
            yield StaffPages(client, records, live, members, answered)


def _console(records: Records, on_answered: OnAnswered) -> Console:
    titles = {"CHEST_PAIN": "Chest pain"}
    day = timedelta(hours=24)
    return Console(
        Neighbors(desk, store, handing_over, drill, callbacks),
        [ANA],
        records.clock,
        on_answered=on_answered,
        link_lifetime=day,
        rule_titles=titles,
        rule_needs=NEEDS,
    )


async def _hire(records: Records, role: Role) -> Staff:
    name = f"{role.value.capitalize()} Person"
    member = await records.database.run(lambda tx: staff.add(tx, COMMAND, EMAILS[role], name, role, PASSWORD_HASH))
    return Staff(member, name, role)
