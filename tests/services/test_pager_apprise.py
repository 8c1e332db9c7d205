"""Messages out through Apprise to far sides over real sockets. None of them learns anything of a patient."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from server.escalation import answer_link
from server.escalation.apprise_sink import AddressGone, AppriseSink, AppriseTexts, PagerRefused, is_address
from server.escalation.directory import ContactBook, Line
from server.escalation.ladder import About, Address, Channel
from server.escalation.pager import Pager
from server.escalation.rejoin import Text
from server.escalation.work import Page
from server.vocabulary.ids import EscalationId, StaffId
from tests.fakes import ntfy
from tests.fakes.ladder import POLICIES
from tests.fakes.ntfy import Ntfy
from tests.fakes.receiver import Receiver
from tests.fakes.records import NOON, Records
from tests.fakes.smtp import MailServer
from tests.fakes.ward import WORSE, Ward

KIND = "services"
KEY = bytes(32)
ORIGIN = "https://checkin.example.org"


def link(page: Page) -> str:
    return f"{ORIGIN}/page/{answer_link.sign(KEY, page.escalation, StaffId('st_01M8Q1E1PY1TWR3NY60CKCG7BB'), NOON)}"


def page_for(line: Line, about: About = About.PAGE) -> Page:
    escalation = EscalationId("esc_01M8Q0996856HH9T3F8BNHG83Q")
    address = Address(line.id, line.channel)
    key = f"page:{escalation}:1:{line.id}"
    return Page("dl_1", escalation, "emergency", 1, "st_1", address, about, attempt=1, fence=1, key=key)


async def send(line: Line, about: About = About.PAGE) -> Page:
    sink, page = AppriseSink(ContactBook({}, (line,)), link), page_for(line, about)
    try:
        await sink.send(page)
    finally:
        sink.close()
    return page


def webhook(receiver: Receiver) -> Line:
    return Line(Channel.CHAT, receiver.address.replace("http://", "json://"))


async def test_a_webhook_takes_it_with_its_key() -> None:
    async with Receiver() as receiver:
        page = await send(webhook(receiver))
    assert receiver.keys == [page.key]
    body = json.loads(receiver.bodies[0])
    assert body["title"] == "Nightlight EMERGENCY"
    assert body["message"] == f"Check-in page NHG83Q. Answer: {link(page)}"


async def test_mail_takes_it() -> None:
    async with MailServer() as server:
        line = Line(Channel.EMAIL, f"mailto://127.0.0.1:{server.port}?from=page@clinic.example&to=nia@clinic.example")
        page = await send(line)
    assert server.recipients == ["nia@clinic.example"]
    (message,) = server.taken
    assert message["Subject"] == "Nightlight EMERGENCY"
    assert message["Idempotency-Key"] == page.key
    text = message.get_body(("plain",)) or message
    assert link(page) in text.get_content().replace("=\n", "")


async def test_a_push_service_takes_it() -> None:
    """As ntfy documents publishing: one JSON object with a topic, posted to the root."""
    async with Receiver() as receiver:
        page = await send(Line(Channel.PUSH, receiver.address.replace("http://", "ntfy://") + "nurses"))
    body = json.loads(receiver.bodies[0])
    assert (body["topic"], body["title"]) == ("nurses", "Nightlight EMERGENCY")
    assert link(page) in body["message"]


@pytest.fixture
async def ntfy_server() -> AsyncIterator[Ntfy]:
    """The real one."""
    if reason := ntfy.missing():
        pytest.skip(reason)
    async with Ntfy() as server:
        yield server


async def test_a_real_ntfy_server_shows_it_to_whoever_subscribes(ntfy_server: Ntfy) -> None:
    page = await send(Line(Channel.PUSH, f"ntfy://{ntfy_server.address}/nurses"))
    (message,) = await ntfy_server.messages("nurses")
    assert message["title"] == "Nightlight EMERGENCY"
    assert message["message"] == f"Check-in page NHG83Q. Answer: {link(page)}"
    assert await ntfy_server.messages("others") == []


async def test_a_far_side_that_refuses_is_an_error() -> None:
    async with Receiver(status=503) as receiver:
        with pytest.raises(PagerRefused):
            await send(webhook(receiver))


async def test_a_mail_server_that_refuses_is_an_error() -> None:
    async with MailServer(refuses=True) as server:
        with pytest.raises(PagerRefused):
            await send(Line(Channel.EMAIL, f"mailto://127.0.0.1:{server.port}?from=a@b.example&to=c@d.example"))


async def say_nothing(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def test_a_far_side_that_hangs_is_let_go_before_the_lease_is_over() -> None:
    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with asyncio.timeout(4.0):
        with pytest.raises(PagerRefused):
            await send(Line(Channel.CHAT, f"json://127.0.0.1:{port}/"))
    server.close()


async def test_nobody_home_is_an_error() -> None:
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    with pytest.raises(PagerRefused):
        await send(Line(Channel.CHAT, f"json://127.0.0.1:{port}/"))


async def test_an_address_that_was_taken_out_is_an_error() -> None:
    sink = AppriseSink(ContactBook({}), link)
    with pytest.raises(AddressGone):
        await sink.send(page_for(Line(Channel.CHAT, "json://127.0.0.1/")))
    sink.close()


async def test_operations_learn_what_is_wrong() -> None:
    async with Receiver() as receiver:
        await send(webhook(receiver), About.NOBODY_ON_CALL)
    body = json.loads(receiver.bodies[0])
    assert body["title"] == "Nightlight OPERATIONS EMERGENCY"
    assert body["message"].startswith("Page NHG83Q: nobody is on call for a role of its ladder.")


@pytest.mark.parametrize(
    ("url", "known"), [("console:", True), ("json://host/", True), ("nonsense", False), ("gopher://host", False)]
)
def test_an_address_is_looked_at_before_it_is_needed(url: str, *, known: bool) -> None:
    assert is_address(url) is known


async def test_a_page_reaches_the_outside_and_says_nothing_of_the_patient(records: Records) -> None:
    ward = await Ward.of(records)
    async with Receiver() as receiver:
        book = ContactBook({}, (webhook(receiver),))
        sink = AppriseSink(book, link)
        pager = Pager(records.database, sink, book, POLICIES)
        page = await ward.request(WORSE)
        await pager.deliver_due()
        sink.close()
    assert {one.outcome for one in await ward.deliveries(page)} == {"accepted"}
    assert len(receiver.bodies) == 2, "whoever catches everything, and operations"
    said = "".join(receiver.bodies).casefold()
    assert "emergency" in said
    assert not [word for word in ("canary", "rosamunda", "swelling", "walk", ward.patient.casefold()) if word in said]


async def test_a_patients_text_goes_to_the_patients_number() -> None:
    """As a provider of texts takes it: whom it is to stands in the address, and the words are all there is."""
    async with Receiver() as receiver:
        texts = AppriseTexts(receiver.address.replace("http://", "json://") + "?+to={phone}")
        await texts.send(Text("+1 (555) 017-3391", f"Lakeside Clinic: go on here: {ORIGIN}/c#token"))
        texts.close()
    assert json.loads(receiver.bodies[0])["message"] == f"Lakeside Clinic: go on here: {ORIGIN}/c#token"
    assert receiver.headers[0]["to"] == "+15550173391"


async def test_a_text_that_is_refused_is_an_error() -> None:
    async with Receiver(status=503) as receiver:
        texts = AppriseTexts(receiver.address.replace("http://", "json://") + "?+to={phone}")
        with pytest.raises(PagerRefused):
            await texts.send(Text("+15550173391", "go on"))
        texts.close()


async def test_without_an_agreement_in_force_no_number_leaves() -> None:
    async with Receiver() as receiver:
        texts = AppriseTexts(receiver.address.replace("http://", "json://") + "?+to={phone}", lambda: False)
        with pytest.raises(PagerRefused):
            await texts.send(Text("+15550173391", "go on"))
        texts.close()
    assert receiver.bodies == []
