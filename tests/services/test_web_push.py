"""A nurse's browser is rung while the console is closed: by a real push service that opens what it was sent."""

import stat
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from server.escalation import oncall, subscriptions, vapid
from server.escalation.push_page import PushPage
from server.escalation.push_sink import PushSink, is_push_service
from server.record import audit
from server.record.schema import push_subscription
from server.vocabulary.principals import Role
from tests.fakes.push_service import PushService
from tests.fakes.records import COMMAND, COMPLIANCE, Records, records_in
from tests.fakes.staff_pages import StaffPages, staff_pages
from tests.fakes.ward import PEOPLE, RecordingSink, Ward

KIND = "services"

JSON = "application/json"
KEY = generate_private_key(SECP256R1())


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[Records]:
    async with records_in(tmp_path) as records:
        yield records


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    async with PushService() as service:
        yield service


def sink(records: Records, onward: RecordingSink) -> PushSink:
    return PushSink(records.database, KEY, "mailto:operations@clinic.example", onward, allowed=lambda endpoint: True)


async def known(records: Records) -> list[str]:
    return await records.database.run(
        lambda tx: [row.staff for row in tx.connection.execute(push_subscription.select()).all()]
    )


async def test_the_browser_is_rung_beside_the_first_address_and_told_nothing_of_the_patient(
    records: Records, service: PushService
) -> None:
    ward, onward = await Ward.of(records), RecordingSink()
    nia, _ = await ward.staffed()
    await records.database.run(lambda tx: subscriptions.keep(tx, nia, service.subscription()))
    page = await ward.request()
    pager = ward.pager(sink(records, onward))
    assert await pager.deliver_due() == 2
    assert service.texts == [
        {"title": "Nightlight URGENT", "body": f"Page {page[-6:]}. Open the console.", "tag": page[-6:]}
    ]
    assert onward.rung == ["push nia"]
    assert (service.headers[0]["Urgency"], service.headers[0]["Topic"]) == ("high", page[-6:])
    assert (service.claims[0]["sub"], service.claims[0]["aud"]) == ("mailto:operations@clinic.example", service.address)
    for readable in (b"canary", b"URGENT", page[-6:].encode()):
        assert readable not in service.sealed[0]
    assert await ward.state() == "paged"


async def test_a_browser_alone_makes_nobody_reachable(records: Records, service: PushService) -> None:
    ward, onward = await Ward.of(records), RecordingSink()
    uma = await records.hire("uma@clinic.example")
    await ward.staffed()
    await records.database.run(lambda tx: subscriptions.keep(tx, uma, service.subscription()))
    hour = timedelta(hours=1)
    await records.database.run(lambda tx: oncall.override(tx, COMMAND, "nurse", uma.id, tx.now, tx.now + hour))
    await ward.request()
    await ward.pager(sink(records, onward)).deliver_due()
    assert len(service.texts) == 1
    assert sorted(onward.rung) == ["catch-all", "operations"]


async def test_a_browser_that_is_gone_is_forgotten_and_alarms_nobody(records: Records, service: PushService) -> None:
    ward, onward = await Ward.of(records), RecordingSink()
    nia, _ = await ward.staffed()
    await records.database.run(lambda tx: subscriptions.keep(tx, nia, service.subscription()))
    service.status = 410
    page = await ward.request()
    pager = ward.pager(sink(records, onward))
    await pager.deliver_due()
    assert await known(records) == []
    outcomes = {one.contact_point[:7]: one.outcome for one in await ward.deliveries(page)}
    assert outcomes["webpush"] == "stopped"
    assert onward.rung == ["push nia"]


async def test_a_service_that_refuses_is_asked_again(records: Records, service: PushService) -> None:
    ward = await Ward.of(records)
    nia, _ = await ward.staffed()
    await records.database.run(lambda tx: subscriptions.keep(tx, nia, service.subscription()))
    service.status = 503
    page = await ward.request()
    await ward.pager(sink(records, RecordingSink())).deliver_due()
    (browser,) = [one for one in await ward.deliveries(page) if one.contact_point.startswith("webpush")]
    assert (browser.outcome, browser.last_error) == ("", "PushRefused")
    assert await known(records) == [nia.id]


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[StaffPages]:
    page = PushPage(vapid.public(KEY), allowed=lambda endpoint: "127.0.0.1" in endpoint)
    async with staff_pages(tmp_path, extra=page.add_routes) as pages:
        yield pages


def fields(service: PushService, **changes: str) -> list[tuple[str, str]]:
    mine = service.subscription()
    return list(({"endpoint": mine.endpoint, "p256dh": mine.p256dh, "auth": mine.auth} | changes).items())


async def test_a_console_allows_its_browser_and_takes_it_back(pages: StaffPages, service: PushService) -> None:
    cookie = await pages.cookie(Role.NURSE)
    assert await (await pages.get("/staff/push", cookie, JSON)).json() == {"key": vapid.public(KEY)}
    for _ in range(2):
        assert (await pages.post("/staff/push", fields(service), cookie, JSON)).status == 204
    assert await known(pages.records) == [pages.staff[Role.NURSE].id]
    assert (await pages.post("/staff/push/off", fields(service), cookie, JSON)).status == 204
    assert await known(pages.records) == []
    rows = await pages.records.database.run(lambda tx: audit.find(tx, COMPLIANCE))
    assert [row.action for row in reversed(rows) if row.action.startswith("push.")] == ["push.allowed"] * 2 + [
        "push.ended"
    ]


@pytest.mark.parametrize(
    "changes",
    [{"endpoint": "https://example.org/push"}, {"p256dh": "AAAA"}, {"auth": "not base64 at all"}, {"endpoint": ""}],
)
async def test_what_is_no_browser_is_refused(pages: StaffPages, service: PushService, changes: dict[str, str]) -> None:
    cookie = await pages.cookie(Role.NURSE)
    assert (await pages.post("/staff/push", fields(service, **changes), cookie, JSON)).status == 422
    assert await known(pages.records) == []


async def test_a_shared_computer_rings_only_who_used_it_last(records: Records, service: PushService) -> None:
    nia, ola = await records.hire("nia@clinic.example"), await records.hire("ola@clinic.example")
    for member in (nia, ola):
        await records.database.run(lambda tx, who=member: subscriptions.keep(tx, who, service.subscription()))  # type: ignore[misc]
    assert await known(records) == [ola.id]


async def test_a_nurse_has_so_many_browsers_and_the_oldest_goes(records: Records, service: PushService) -> None:
    nia = await records.hire()
    for number in range(subscriptions.MOST + 2):
        browser = service.subscription(f"browser-{number}")
        await records.database.run(lambda tx, browser=browser: subscriptions.keep(tx, nia, browser))  # type: ignore[misc]
    assert len(await known(records)) == subscriptions.MOST


@pytest.mark.parametrize(
    ("endpoint", "known_service"),
    [
        ("https://fcm.googleapis.com/fcm/send/abc", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/abc", True),
        ("https://web.push.apple.com/abc", True),
        ("https://wns2-par02p.notify.windows.com/w/?token=abc", True),
        ("http://fcm.googleapis.com/fcm/send/abc", False),
        ("https://fcm.googleapis.com.evil.example/abc", False),
        ("https://fcm.googleapis.com:8443/abc", False),
        ("https://somebody@fcm.googleapis.com/abc", False),
        ("https://169.254.169.254/latest/meta-data", False),
        ("not an address", False),
    ],
)
def test_only_push_services_of_browsers_are_called(endpoint: str, known_service: bool) -> None:
    assert is_push_service(endpoint) is known_service


def test_the_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    first, again = vapid.load(tmp_path), vapid.load(tmp_path)
    assert vapid.public(first) == vapid.public(again)
    assert len(vapid.public(first)) == 87
    assert stat.S_IMODE((tmp_path / "keys" / "vapid.pem").stat().st_mode) == 0o600


def test_people_of_a_ladder_have_no_browsers_of_their_own() -> None:
    assert PEOPLE.catch_all.beside == ()
