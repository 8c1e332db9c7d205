"""A check-in that was left shortly before something is explained, and is taken up again in a browser to hear it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from playwright.async_api import Page

from server.checkin.journal import CONDUCTOR
from server.checkin.thread import Thread
from server.checkin.visit import visit_on
from server.config import Settings
from server.demo import people
from server.installation import load_packs, open_records
from server.invitation import store
from server.record import journal, patients
from server.record.database import Database
from server.record.transaction import Transaction
from server.vocabulary import events as e
from server.vocabulary.clock import SystemClock
from server.vocabulary.ids import CheckInId
from server.vocabulary.principals import Service as Part
from tests.browser import visit
from tests.browser.house import House
from tests.browser.microphone import WAITING
from tests.fakes.easy_patient import asked, easy_answer
from tests.fakes.service import Service

PERSONA = "post-discharge"
LESSON = "plan.breath"
"""Asks what the patient would do, after it was explained."""
BEFORE = 1
"""Questions that are answered in the call before it."""
_COMMAND = Part("command")


@dataclass
class Records:
    """The records of a running service, beside it."""

    database: Database
    address: str

    async def left(self) -> tuple[CheckInId, str]:
        """A check-in that was left, and its link."""
        return await self.database.run(self._leave)

    async def journal(self, checkin: CheckInId) -> list[e.Event]:
        """Everything that happened in a check-in."""
        entries = await self.database.run(lambda tx: journal.read(tx, _COMMAND, checkin))
        return [entry.event for entry in entries]

    def _leave(self, tx: Transaction) -> tuple[CheckInId, str]:
        maria = next(card for card in patients.find_all(tx, _COMMAND) if card.name.startswith("Maria"))
        invitation = store.create(tx, _COMMAND, maria.id, PERSONA, timedelta(hours=1))
        for event in past():
            journal.append(tx, CONDUCTOR, invitation.checkin, event, tx.now)
        return invitation.checkin, f"{self.address}/c#{invitation.token}"


@asynccontextmanager
async def records(service: Service) -> AsyncIterator[Records]:
    """What this service has on record."""
    database = await open_records(Settings(data=service.data), SystemClock())
    try:
        yield Records(database, service.address)
    finally:
        await database.close()


def past() -> tuple[e.Event, ...]:
    """The check-in so far, up to the last question before the lesson."""
    today = datetime.now(UTC).date()
    pack = load_packs()[PERSONA]
    thread = Thread(pack, visit_on(people(today)[0], pack, today))
    answers, script = list[str](), thread.greet().lines[-1].script
    while script != LESSON:
        answers.append(easy_answer(script))
        script = thread.turn(answers[-1], continues=False).lines[-1].script
    turns = (
        e.PatientTurn(turn, text, typed=True, continues=False)
        for turn, text in enumerate(answers[: len(answers) - BEFORE], 1)
    )
    return (e.CheckInStarted(pack.id, pack.version, pack.content_hash, resumed=False), *turns)


async def device_check(house: House, link: str) -> Page:
    """The page at the device check, with a microphone that waits; the voice may be measured."""
    page = await house.phone("about:blank")
    await page.add_init_script(WAITING)
    await page.goto(link)
    await page.wait_for_selector("#screen-identity:visible")
    await visit.give_birthday(page)
    await page.wait_for_selector("#screen-prejoin:visible")
    await page.check("#may-voice-yes")
    return page


async def turn_camera_on(page: Page) -> None:
    """The camera is on and may be looked at."""
    await page.click("#preview-toggle")
    await page.wait_for_selector("#may-camera:visible")
    await page.check("#may-camera-yes")


async def hear_lesson(page: Page) -> None:
    """Start, answer what comes before the lesson by typing, and hear it out."""
    await visit.start_talking(page)
    await page.click("#type")
    while asked(PERSONA, said := await visit.question(page) or "") != LESSON:
        await visit.write(page, easy_answer(asked(PERSONA, said)))
        await visit.is_answered(page)
