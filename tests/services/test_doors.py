"""The role matrix over the running service: every route it has, every kind of visitor, cell by cell.

What is asked for is each route as it stands in the router, so a route that is not in the table fails here, and so does a
cell that answers in another way than the table says.
"""

import itertools
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import timedelta

import pytest
import pytest_asyncio
from aiohttp import hdrs, web

from server.pages.bodies import MOST_BYTES
from server.pages.doors import DOORS, Open, Route
from server.pages.headers import HEADERS
from server.pages.matrix import NOBODY, PATIENT, VISITORS, comes_in
from server.record.staff import ABSOLUTE, IDLE
from server.vocabulary.principals import Role
from tests.fakes.whole import CANARY, Whole, whole

KIND = "services"
pytestmark = pytest.mark.asyncio(loop_scope="module")

OPENS: Mapping[Route, int] = {
    ("GET", "/static/{name}"): 404,
    ("GET", "/healthz"): 200,
    ("GET", "/healthz/pager"): 200,
    ("GET", "/c"): 200,
    ("POST", "/api/link"): 422,
    ("POST", "/api/claim"): 422,
    ("POST", "/api/resume"): 200,
    ("POST", "/api/start"): 200,
    ("GET", "/api/visit/socket"): 400,
    ("GET", "/page/{token}"): 200,
    ("POST", "/page/{token}"): 200,
    ("GET", "/staff/sign-in"): 200,
    ("POST", "/staff/sign-in"): 403,
    ("GET", "/staff/sso"): 404,
    ("GET", "/staff/sso/callback"): 404,
    ("POST", "/staff/sign-out"): 303,
    ("GET", "/staff"): 303,
    ("POST", "/staff/here"): 204,
    ("GET", "/staff/session"): 204,
    ("GET", "/staff/second-factor"): 200,
    ("POST", "/staff/second-factor"): 422,
    ("POST", "/staff/second-factor/begin"): 200,
    ("POST", "/staff/second-factor/confirm"): 422,
    ("GET", "/staff/"): 200,
    ("GET", "/staff/check-ins/{checkin}"): 200,
    ("GET", "/staff/fragments/queue"): 200,
    ("GET", "/staff/fragments/checkin/{checkin}"): 200,
    ("GET", "/staff/fragments/new-check-in"): 200,
    ("GET", "/staff/fragments/close/{checkin}"): 200,
    ("GET", "/staff/fragments/drill"): 200,
    ("GET", "/staff/live"): 200,
    ("GET", "/staff/hand-off"): 200,
    ("GET", "/staff/attention"): 200,
    ("GET", "/staff/push"): 200,
    ("POST", "/staff/check-ins"): 422,
    ("POST", "/staff/acknowledge"): 303,
    ("POST", "/staff/seen"): 303,
    ("POST", "/staff/claim"): 303,
    ("POST", "/staff/close"): 422,
    ("POST", "/staff/judge"): 422,
    ("POST", "/staff/hand-off"): 422,
    ("POST", "/staff/call-back"): 422,
    ("POST", "/staff/drill"): 422,
    ("POST", "/staff/push"): 422,
    ("POST", "/staff/push/off"): 204,
    ("GET", "/staff/check-ins/{checkin}/room"): 400,
    ("GET", "/staff/memory/{patient}"): 200,
    ("POST", "/staff/memory/{patient}"): 400,
    ("GET", "/staff/persona"): 200,
    ("GET", "/staff/library"): 200,
    ("GET", "/staff/library/reviews"): 200,
    ("GET", "/staff/library/ask"): 200,
    ("POST", "/staff/library/ask"): 200,
    ("GET", "/staff/library/documents/{name}"): 200,
    ("GET", "/staff/library/documents/{name}/review"): 200,
    ("GET", "/staff/library/documents/{name}/golden"): 200,
    ("GET", "/staff/library/new"): 200,
    ("POST", "/staff/library/new"): 422,
    ("POST", "/staff/library/heard"): 200,
    ("GET", "/staff/library/documents/{name}/edit"): 200,
    ("POST", "/staff/library/documents/{name}/edit"): 422,
    ("POST", "/staff/library/documents/{name}/submit"): 303,
    ("POST", "/staff/library/documents/{name}/retire"): 409,
    ("POST", "/staff/library/documents/{name}/approve"): 409,
    ("POST", "/staff/library/documents/{name}/send-back"): 422,
    ("POST", "/staff/library/documents/{name}/golden"): 422,
    ("POST", "/staff/library/documents/{name}/golden/remove"): 404,
    ("GET", "/staff/library/publish"): 200,
    ("POST", "/staff/library/publish"): 409,
    ("GET", "/staff/library/questions"): 200,
    ("POST", "/staff/library/questions/assign"): 409,
    ("POST", "/staff/library/questions/close"): 404,
    ("GET", "/staff/audit"): 200,
    ("GET", "/staff/agreements"): 200,
    ("GET", "/staff/people"): 200,
    ("POST", "/staff/people"): 400,
}
"""What a route answers to whoever may come in and brings an empty form, or what is in `BRINGS`."""
BRINGS: Mapping[Route, Mapping[str, object]] = {
    ("POST", "/api/start"): {"camera": False},
    ("POST", "/staff/sign-in"): {"email": "{who}@nowhere.example", "password": "wrong"},
}
CELLS = [pytest.param(route, who, id=f"{' '.join(route)}-{who}") for route in DOORS for who in VISITORS]
ROUTES = [pytest.param(route, id=" ".join(route)) for route in DOORS]
SOCKETS = {("GET", "/api/visit/socket"), ("GET", "/staff/check-ins/{checkin}/room")}
CHANGING = [pytest.param(route, id=" ".join(route)) for route in DOORS if route[0] != "GET" or route in SOCKETS]
INSIDE = [
    pytest.param(route, id=" ".join(route))
    for route, door in DOORS.items()
    if door.to not in (Open.ANYBODY, Open.PATIENT)
]
SESSION, HERE = ("GET", "/staff/session"), ("POST", "/staff/here")
UPGRADES = {"Upgrade": "websocket", "Connection": "Upgrade"}
FORGED: tuple[dict[str, str], ...] = (
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "same-site"},
)
OURS = "did not come from our own page"
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    async with whole(tmp_path_factory.mktemp("house")) as found:
        yield found


def expected(route: Route, who: str) -> int:
    """By the table alone."""
    door = DOORS[route]
    if comes_in(door, who):
        return OPENS[route]
    if door.to is Open.PATIENT:
        return 401
    if who not in (NOBODY, PATIENT):
        return 403
    return outside(route)


def outside(route: Route) -> int:
    """What a staff page answers to whoever is not signed in."""
    return 303 if route[0] == "GET" else 401


def half(route: Route) -> set[tuple[int, str, bool]]:
    """What it may answer to whoever has given a password and not the second factor: status, where to, words of a patient."""
    if DOORS[route].halfway:
        # Neither set up anew nor confirmed: that needs the factor that there is.
        new = route[1].endswith(("/begin", "/confirm"))
        return {(403, "", False)} if new else {(OPENS[route], "", False), (303, "/staff/sign-in", False)}
    return {(303, "/staff/second-factor", False)} if route[0] == "GET" else {(403, "", False)}


def routes_of(app: web.Application) -> Iterator[Route]:
    """Every route that an application has; `HEAD` is answered as `GET` is."""
    for route in app.router.routes():
        if route.resource is not None and route.method != hdrs.METH_HEAD:
            yield route.method, route.resource.canonical


async def test_the_table_has_every_route_and_no_other(house: Whole) -> None:
    assert sorted(routes_of(house.application.web)) == sorted(DOORS) == sorted(OPENS)


def brought(route: Route, who: str) -> dict[str, object]:
    fields = BRINGS.get(route, {})
    return {name: value.format(who=who) if isinstance(value, str) else value for name, value in fields.items()}


@pytest.mark.parametrize(("route", "who"), CELLS)
async def test_a_cell(house: Whole, route: Route, who: str) -> None:
    house.clock.move(timedelta(seconds=2))  # patients' routes let nobody knock faster than that
    answer = await house.ask(route, await house.cookie(who), brought(route, who))
    assert answer.status == expected(route, who), answer.body[-400:]
    assert comes_in(DOORS[route], who) or CANARY not in answer.body


def who_may(route: Route) -> str:
    """The last visitor of the table to whom this door is open."""
    return next(who for who in reversed(VISITORS) if comes_in(DOORS[route], who))


@pytest.mark.parametrize("route", ROUTES)
async def test_headers_are_on_every_answer_and_no_script_is_in_one(house: Whole, route: Route) -> None:
    for who in (NOBODY, who_may(route)):
        answer = await house.ask(route, await house.cookie(who), brought(route, "headers"))
        assert {name: answer.reply.headers[name] for name in HEADERS} == HEADERS
        assert answer.reply.headers["Cache-Control"] == "no-store"
        assert INLINE.findall(answer.body) == []


@pytest.mark.parametrize("route", CHANGING)
async def test_another_site_changes_nothing(house: Whole, route: Route) -> None:
    for who, forged in itertools.product((NOBODY, who_may(route)), FORGED):
        answer = await house.ask(route, await house.cookie(who), brought(route, "forged"), UPGRADES | forged)
        assert (answer.status, OURS in answer.body) == (403, True)


@pytest.mark.parametrize("route", CHANGING)
async def test_what_is_too_large_is_not_even_read(house: Whole, route: Route) -> None:
    large = {"canary": "x" * MOST_BYTES}
    for who in (NOBODY, who_may(route)):
        assert (await house.ask(("POST", route[1]), await house.cookie(who), large)).status == 413


@pytest.mark.parametrize("route", INSIDE)
async def test_an_idle_session_opens_no_door(house: Whole, route: Route) -> None:
    cookie = await house.cookie(who_may(route))
    house.clock.move(IDLE)
    assert (await house.ask(route, cookie, brought(route, "idle"))).status == outside(route)


@pytest.mark.parametrize("route", INSIDE)
async def test_only_what_a_person_does_keeps_a_session_alive(house: Whole, route: Route) -> None:
    """By the table: what an open page asks for by itself does not."""
    cookie = await house.cookie(who_may(route))
    house.clock.move(IDLE - timedelta(minutes=1))
    await house.ask(route, cookie, brought(route, "awake"))
    house.clock.move(timedelta(minutes=1))
    ended = DOORS[route].unattended or route == ("POST", "/staff/sign-out")
    assert (await house.ask(SESSION, cookie)).status == {True: 303, False: 204}[ended]


async def test_no_session_lasts_longer_than_its_limit(house: Whole) -> None:
    cookies = [await house.cookie(role.value) for role in Role]
    awake = IDLE - timedelta(minutes=1)
    for _ in range(ABSOLUTE // awake):
        house.clock.move(awake)
        assert {(await house.ask(HERE, cookie)).status for cookie in cookies} == {204}
    house.clock.move(awake)
    assert {(await house.ask(HERE, cookie)).status for cookie in cookies} == {401}


@pytest.mark.parametrize("route", INSIDE)
async def test_a_password_alone_opens_no_door_of_whoever_has_a_second_factor(house: Whole, route: Route) -> None:
    cookie = await house.half_way(Role(who_may(route)))
    answer = await house.ask(route, cookie, brought(route, "half"))
    assert (answer.status, answer.location, CANARY in answer.body) in half(route)
