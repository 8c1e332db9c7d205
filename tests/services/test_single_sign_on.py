"""Signing in at the site's own OpenID provider, against one that somebody else wrote."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from server.pages.openid import Provider, SignInElsewhereFailed
from server.pages.single_sign_on import Rules, SingleSignOn
from server.record import audit, employment
from server.record.employment import Member
from server.vocabulary.clock import SystemClock
from server.vocabulary.principals import Role
from tests.fakes.openid_provider import CALLBACK, PEOPLE, PUBLIC, SECRET, Browser, browser, missing, openid_provider
from tests.fakes.records import COMMAND, COMPLIANCE
from tests.fakes.staff_pages import EMAILS, StaffPages, staff_pages

KIND = "services"
pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "it is there")

ROLES = {"leads": Role.CHARGE, "nurses": Role.NURSE}
RULES = Rules("groups", ROLES, proven=True)


@dataclass
class Site:
    """Our pages with a provider behind them, and a browser in front."""

    pages: StaffPages
    browser: Browser

    async def members(self) -> dict[str, Member]:
        """Who came by the provider, by address."""
        everybody = await self.pages.records.database.run(lambda tx: employment.members(tx, COMMAND))
        return {one.email: one for one in everybody if one.elsewhere}

    async def actions(self) -> list[str]:
        rows = await self.pages.records.database.run(lambda tx: audit.find(tx, COMPLIANCE))
        return [row.action for row in reversed(rows) if row.actor == "service:single_sign_on"]


def provider(issuer: str, secret: str = SECRET, redirect: str = CALLBACK) -> Provider:
    return Provider(issuer, "nightlight", secret, redirect)


@asynccontextmanager
async def site_at(
    folder: Path, issuer: str, rules: Rules = RULES, secret: str = SECRET, **guards: bool
) -> AsyncIterator[Site]:
    """The provider's clock is the machine's, so this one's is too."""
    sso = SingleSignOn(provider(issuer, secret), rules, bytes(range(32)), SystemClock())
    async with staff_pages(folder, extra=sso.add_routes, **guards) as pages, browser(pages.origin) as somebody:
        yield Site(pages, somebody)


@pytest.fixture
async def issuer() -> AsyncIterator[str]:
    async with openid_provider() as found:
        yield found


@pytest.fixture
async def site(tmp_path: Path, issuer: str) -> AsyncIterator[Site]:
    async with site_at(tmp_path, issuer) as found:
        yield found


async def test_whoever_the_provider_lets_in_has_an_account_with_its_role(site: Site) -> None:
    reply = await site.browser.sign_in("nia")
    assert (reply.status, reply.headers.get("Location")) == (303, "/staff/"), await reply.text()
    assert (await site.browser.open(f"{site.pages.origin}/staff/")).status == 200
    nia = (await site.members())["nia@clinic.example"]
    assert (nia.name, nia.role, nia.shut_at) == ("Nia Person", Role.NURSE, None)
    assert await site.actions() == ["staff.added", "staff.linked", "staff.signed_in"]


async def test_the_next_time_it_is_the_same_account(site: Site) -> None:
    await site.browser.sign_in("nia")
    first = await site.members()
    await site.browser.sign_in("nia")
    assert {one.id for one in first.values()} == {one.id for one in (await site.members()).values()}


async def test_the_role_is_what_the_provider_says_today(tmp_path: Path) -> None:
    promoted = {"nia": {**PEOPLE["nia"], "groups": ["nurses", "leads"]}}
    async with openid_provider(people=promoted) as issuer, site_at(tmp_path, issuer) as site:
        await site.browser.sign_in("nia")
        first = (await site.members())["nia@clinic.example"]
        give = employment.give_role
        await site.pages.records.database.run(lambda tx: give(tx, COMMAND, first.id, Role.COMPLIANCE))
        await site.browser.sign_in("nia")
        assert (first.role, (await site.members())["nia@clinic.example"].role) == (Role.CHARGE, Role.CHARGE)


@pytest.mark.parametrize("login", ["eve", "max"])
async def test_without_a_group_of_the_list_or_an_address_nobody_comes_in(site: Site, login: str) -> None:
    reply = await site.browser.sign_in(login)
    assert (reply.status, "did not let you in here" in await reply.text()) == (403, True)
    assert (await site.members(), await site.actions()) == ({}, ["staff.sign_in_refused"])


async def test_a_verified_address_takes_its_account_over_and_ends_its_password(tmp_path: Path) -> None:
    people = {"nia": {**PEOPLE["nia"], "email": EMAILS[Role.NURSE]}}
    async with openid_provider(people=people) as issuer, site_at(tmp_path, issuer) as site:
        await site.browser.sign_in("nia")
        assert (await site.members())[EMAILS[Role.NURSE]].id == site.pages.staff[Role.NURSE].id
        assert (await site.pages.sign_in(Role.NURSE)).status == 403


async def test_an_address_that_is_not_verified_takes_nothing_over(tmp_path: Path) -> None:
    people = {"ola": {**PEOPLE["ola"], "email": EMAILS[Role.NURSE]}}
    async with openid_provider(people=people) as issuer, site_at(tmp_path, issuer) as site:
        assert (await site.browser.sign_in("ola")).status == 409
        assert await site.members() == {}
        assert (await site.pages.sign_in(Role.NURSE)).status == 303


async def test_a_shut_account_stays_shut_whatever_the_provider_says(site: Site) -> None:
    await site.browser.sign_in("nia")
    nia = (await site.members())["nia@clinic.example"].id
    await site.pages.records.database.run(lambda tx: employment.shut(tx, COMMAND, nia))
    assert (await site.browser.sign_in("nia")).status == 403
    assert (await site.browser.open(f"{site.pages.origin}/staff/")).headers["Location"] == "/staff/sign-in"


@pytest.mark.parametrize(("proven", "landing"), [(True, 200), (False, 303)])
async def test_the_second_factor_is_asked_for_once(tmp_path: Path, issuer: str, proven: bool, landing: int) -> None:
    rules = replace(RULES, proven=proven)
    async with site_at(tmp_path, issuer, rules, factor_required=True) as site:
        await site.browser.sign_in("nia")
        assert (await site.browser.open(f"{site.pages.origin}/staff/")).status == landing


async def test_a_public_client_comes_in_by_pkce_alone(tmp_path: Path) -> None:
    async with openid_provider(PUBLIC) as issuer, site_at(tmp_path, issuer, secret="") as site:
        assert (await site.browser.sign_in("nia")).status == 303


# What somebody might try


async def test_an_answer_that_this_browser_did_not_ask_for_lets_nobody_in(site: Site) -> None:
    answer = await site.browser.at_provider(await site.browser.to_provider(), "nia")
    async with browser(site.pages.origin) as another:
        assert (await another.back(answer)).status == 403
        await another.to_provider()
        assert (await another.back(answer)).status == 403
    assert await site.members() == {}


async def test_an_answer_counts_once(site: Site) -> None:
    answer = await site.browser.at_provider(await site.browser.to_provider(), "nia")
    assert (await site.browser.back(answer)).status == 303
    await site.browser.to_provider()
    assert (await site.browser.back(answer)).status == 403


@pytest.mark.parametrize(
    "query", ["", "?code=made-up", "?error=access_denied", "?code=x&state=y&iss=https%3A%2F%2Fevil.example"]
)
async def test_a_made_up_answer_lets_nobody_in(site: Site, query: str) -> None:
    await site.browser.to_provider()
    assert (await site.browser.open(f"{site.pages.origin}/staff/sso/callback{query}")).status == 403


async def test_pkce_state_and_nonce_go_out(site: Site) -> None:
    asked = parse_qs(urlsplit(await site.browser.to_provider()).query)
    assert (asked["code_challenge_method"], asked["response_type"]) == (["S256"], ["code"])
    assert min(len(asked[name][0]) for name in ("state", "nonce", "code_challenge")) >= 32


@pytest.mark.parametrize("part", ["state", "nonce", "verifier"])
async def test_each_of_the_three_must_come_back_as_it_went_out(issuer: str, part: str) -> None:
    found = provider(issuer)
    address, attempt = await asyncio.to_thread(found.begin)
    async with browser("") as somebody:
        answer = dict(parse_qsl(urlsplit(await somebody.at_provider(address, "nia")).query))
    with pytest.raises(SignInElsewhereFailed):
        await asyncio.to_thread(found.finish, replace(attempt, **{part: "a" * 48}), answer, time.time())


@pytest.mark.parametrize("days", [-1, 1])
async def test_a_token_of_another_day_does_not_count(issuer: str, days: int) -> None:
    found = provider(issuer)
    address, attempt = await asyncio.to_thread(found.begin)
    async with browser("") as somebody:
        answer = dict(parse_qsl(urlsplit(await somebody.at_provider(address, "nia")).query))
    with pytest.raises(SignInElsewhereFailed):
        await asyncio.to_thread(found.finish, attempt, answer, time.time() + days * 86400)


async def test_who_knows_another_secret_gets_no_token(tmp_path: Path, issuer: str) -> None:
    async with site_at(tmp_path, issuer, secret="wrong") as site:
        assert (await site.browser.sign_in("nia")).status == 403


async def test_a_provider_that_calls_itself_otherwise_is_not_believed(issuer: str) -> None:
    with pytest.raises(SignInElsewhereFailed, match="NIGHTLIGHT_OIDC_ISSUER"):
        await asyncio.to_thread(provider(f"{issuer}/").begin)


async def test_while_the_provider_is_gone_passwords_go_on(tmp_path: Path) -> None:
    async with site_at(tmp_path, "http://127.0.0.1:1") as site:
        assert (await site.browser.open(f"{site.pages.origin}/staff/sso")).status == 403
        assert (await site.pages.sign_in(Role.NURSE)).status == 303


async def test_no_name_token_or_secret_is_logged(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    await site.browser.sign_in("nia")
    async with browser(site.pages.origin) as another:
        await another.sign_in("eve")
    assert "single_sign_on_refused" in caplog.text
    found = [
        word for word in ("Eve", "eve@", "nia@", "Nia", SECRET) if word in caplog.text.replace("http://127.0.0.1", "")
    ]
    assert found == []
