"""The link of a message: looking changes nothing, the button answers, and a changed or old link does neither."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

import pytest

from server.escalation import answer_link, desk
from server.escalation.answer_page import AnswerPage
from server.record import audit
from server.vocabulary.clock import MovableClock
from server.vocabulary.ids import EscalationId
from server.vocabulary.principals import Role
from tests.fakes.records import NOON, NURSE
from tests.fakes.staff_pages import StaffPages, staff_pages

KIND = "services"
KEY = bytes(range(32))


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator["Door"]:
    clock, answers = MovableClock(NOON), list[Answered]()

    async def note(*answered: object) -> None:
        answers.append(answered)

    page = AnswerPage(KEY, clock, note)
    async with staff_pages(tmp_path, extra=page.add_routes) as pages:
        patient = await pages.records.add()
        wanted = await pages.page(patient, await pages.records.order(patient))
        yield Door(pages, clock, wanted, answers)


Answered = tuple[object, ...]
"""What the conductor was told: check-in, page, nurse."""


@dataclass
class Door:
    """The staff pages with answer links, and one patient for whom a nurse is wanted."""

    pages: StaffPages
    clock: MovableClock
    page: EscalationId
    answers: list[Answered]

    def link(self, role: Role = Role.NURSE) -> str:
        return f"/page/{answer_link.sign(KEY, self.page, self.pages.staff[role].id, self.clock.now())}"

    async def state(self) -> str:
        run = self.pages.records.database.run
        return (await run(lambda tx: desk.glance(tx, NURSE, self.page))).state


async def test_looking_changes_nothing_and_shows_nothing_of_the_patient(door: Door) -> None:
    seq = (await door.pages.records.database.run(audit.head)).seq
    for _ in range(3):
        reply = await door.pages.get(door.link())
        assert reply.status == HTTPStatus.OK
        text = await reply.text()
    assert "I have this" in text
    assert door.page[-6:] in text
    assert "canary" not in text.casefold()
    assert "Rosamunda" not in text
    assert (await door.state(), door.answers) == ("requested", [])
    assert (await door.pages.records.database.run(audit.head)).seq == seq


async def test_the_button_answers_once(door: Door) -> None:
    for _ in range(2):
        reply = await door.pages.post(door.link(), [])
        assert reply.status == HTTPStatus.OK
        assert "It is yours" in await reply.text()
    assert await door.state() == "acknowledged"
    assert [answered[1:] for answered in door.answers] == [(door.page, door.pages.staff[Role.NURSE])]


async def test_the_second_to_press_learns_that_a_colleague_has_it(door: Door) -> None:
    await door.pages.post(door.link(Role.CLINICIAN), [])
    reply = await door.pages.post(door.link(), [])
    assert "A colleague has answered it" in await reply.text()
    assert len(door.answers) == 1


async def test_a_program_that_follows_links_answers_nothing(door: Door) -> None:
    reply = await door.pages.client.post(door.link())
    assert reply.status == HTTPStatus.FORBIDDEN, "it comes from no page of ours"
    assert await door.state() == "requested"


@pytest.mark.parametrize("at", range(0, 74, 6))
async def test_a_changed_link_does_nothing(door: Door, at: int) -> None:
    token = door.link().removeprefix("/page/")
    changed = token[:at] + chr(ord("A") + (token[at] == "A")) + token[at + 1 :]
    for reply in (await door.pages.get(f"/page/{changed}"), await door.pages.post(f"/page/{changed}", [])):
        assert reply.status == HTTPStatus.GONE
    assert await door.state() == "requested"


@pytest.mark.parametrize("token", ["A", "A" * 74, "%00", "..", "é", "A" * 2000])
async def test_what_is_no_link_does_nothing(door: Door, token: str) -> None:
    reply = await door.pages.get(f"/page/{token}")
    assert reply.status in (HTTPStatus.GONE, HTTPStatus.NOT_FOUND)


async def test_an_old_link_does_nothing(door: Door) -> None:
    link = door.link()
    door.clock.move(answer_link.LIFETIME - timedelta(seconds=1))
    assert (await door.pages.get(link)).status == HTTPStatus.OK
    door.clock.move(timedelta(seconds=1))
    assert (await door.pages.post(link, [])).status == HTTPStatus.GONE
    assert await door.state() == "requested"


async def test_whoever_may_not_answer_pages_cannot_by_link_either(door: Door) -> None:
    assert (await door.pages.post(door.link(Role.COMPLIANCE), [])).status == HTTPStatus.FORBIDDEN
    assert await door.state() == "requested"


async def test_whoever_has_left_cannot(door: Door) -> None:
    leave = "UPDATE staff SET disabled_at = created_at"
    await door.pages.records.database.run(lambda tx: tx.connection.exec_driver_sql(leave).close())
    assert (await door.pages.post(door.link(), [])).status == HTTPStatus.GONE
    assert await door.state() == "requested"
