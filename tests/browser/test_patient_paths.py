"""The patient's ways through the page other than the straight one: wrong turns, other devices, typing, coming back."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from server.demo import STAFF
from tests.browser import visit
from tests.browser.chromium import FLAGS, chromium
from tests.browser.house import ALLOWS_EVERYTHING, House
from tests.fakes.easy_patient import asked, easy_answer

KIND = "browser"

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

NURSE = STAFF[0][0]
IS_COMPUTER = re.compile("AI helper, not a person")
INTERRUPTED = "Hello Maria"
MOST_ANSWERS = 50


async def type_answers(page: Page) -> list[str]:
    """Type over the greeting, then answer whatever is asked until the goodbye; what was typed."""
    await visit.is_asked(page, INTERRUPTED)
    answers = ["hello"]
    await visit.write(page, answers[-1])
    while (said := await visit.question(page)) is not None and len(answers) < MOST_ANSWERS:
        answers.append(easy_answer(asked("medication-check-in", said)))
        await visit.write(page, answers[-1].replace(" ", "  "))
    return answers


def happened(entries: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [entry for entry in entries if entry["kind"] == kind]


def connections(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["state"] for entry in happened(entries, "connection_changed")]


async def try_birthdays(page: Page, days: tuple[str, ...]) -> list[str]:
    """Answer once per day; what the page says to each answer that it refuses."""
    answers = []
    for number, day in enumerate(days):
        await visit.give_birthday(page, "3", day)
        error = page.locator("#identity-error", has_text=f"{4 - number} more" if number < 3 else "one more time")
        await error.wait_for()
        answers.append(await error.inner_text())
    return answers


async def test_five_wrong_birth_dates_lock_the_link_and_tell_the_nurse(house: House) -> None:
    _, link = await house.service.new_link()
    nurse = await house.staff(NURSE)
    page = await house.phone(link)
    await page.wait_for_selector("#screen-identity:visible")
    refusals = await try_birthdays(page, ("1", "2", "3", "4"))
    await visit.give_birthday(page, "3", "5")
    await expect(page.locator("#problem-title")).to_have_text("This link is locked")
    await expect(page.locator("#problem-text")).to_contain_text("Please call us")
    await expect(page.locator("#screen-problem [data-call=nurse]")).to_be_visible()
    row = nurse.locator("#queue [data-escalation]", has_text="Link locked")
    await expect(row).to_contain_text("The birth date was entered wrong five times.")

    await page.reload()
    await expect(page.locator("#problem-title")).to_have_text("This link is locked")
    assert refusals[3].endswith("You can try one more time.")
    assert "Maria" not in await page.content()


async def test_a_link_opened_twice_is_not_spent_and_belongs_to_who_starts(house: House) -> None:
    _, link = await house.service.new_link()
    first = await house.patient(link)
    second = await house.patient(link)
    await visit.start_typing(second)
    third = await house.phone(link)
    await expect(third.locator("#problem-title")).to_have_text("This check-in is open on another phone or computer")
    await first.click("#type-instead")
    await expect(first.locator("#problem-title")).to_have_text("This check-in is open on another phone or computer")
    await expect(second.locator("#screen-call")).to_be_visible()


async def test_a_link_that_nobody_made_says_what_to_do(house: House) -> None:
    unknown = await house.phone(f"{house.service.address}/c#{'A' * 43}")
    await expect(unknown.locator("#problem-title")).to_have_text("We cannot find this check-in")
    await expect(unknown.locator("#problem-text")).to_contain_text("open the link in our text message again")
    bare = await house.phone(f"{house.service.address}/c")
    await expect(bare.locator("#problem-title")).to_have_text("We cannot find this check-in")


@pytest.mark.timeout(400)
async def test_a_whole_check_in_by_typing(house: House) -> None:
    checkin, link = await house.service.new_link("Maria", "medication-check-in")
    page = await house.patient(link)
    await expect(page.locator("#screen-prejoin .ai")).to_have_text(IS_COMPUTER)
    await visit.start_typing(page)
    await expect(page.locator("#ai-notice")).to_have_text(IS_COMPUTER)
    answers = await type_answers(page)
    await expect(page.locator("#goodbye-title")).to_have_text("Thank you, Maria.")
    await expect(page.locator("#screen-goodbye .ai")).to_be_visible()
    persona, patient = await visit.captions(page), await visit.patient_lines(page)
    entries = await house.journal(checkin)
    token = link.partition("#")[2]

    assert entries[-1]["kind"] == "check_in_ended"
    assert entries[-1]["reason"] == "completed"
    assert persona == [entry["heard"] for entry in happened(entries, "speech_heard") if entry["heard"]]
    assert patient == [entry["text"] for entry in happened(entries, "patient_turn")]
    assert patient == answers
    assert all(entry["typed"] for entry in happened(entries, "patient_turn"))
    assert [address for address in house.addresses if token in address.partition("#")[0]] == []
    assert any("/api/visit/socket" in address for address in house.addresses)
    assert token not in "\n".join(house.service.output)


async def test_a_refused_microphone_is_no_obstacle(house: House, tmp_path_factory: pytest.TempPathFactory) -> None:
    _, link = await house.service.new_link()
    asks = [flag for flag in FLAGS if flag != ALLOWS_EVERYTHING]
    async with chromium(tmp_path_factory.mktemp("asks"), asks) as browser:
        careful = House(house.service, browser)
        page = await careful.patient(link)
        await page.click("#start")
        await expect(page.locator("#problem-title")).to_have_text("We cannot use your microphone")
        await expect(page.locator("#problem-text")).to_contain_text("Or you can type. It works just as well.")
        await expect(page.locator("#problem-ai")).to_have_text(IS_COMPUTER)
        await page.click("#problem-type")
        await page.wait_for_selector("#typing:visible")
        await visit.is_asked(page, "Hello Maria")
        await careful.leave()
    assert careful.refused == []


async def test_the_camera_turned_on_in_the_call_keeps_the_talk_going(house: House) -> None:
    checkin, link = await house.service.new_link()
    page = await house.patient(link)
    await visit.start_talking(page)
    await visit.is_asked(page, "Hello Maria")
    await page.click("#camera")
    await expect(page.locator("#camera")).to_have_attribute("aria-pressed", "true")
    await expect(page.locator("#self-view")).to_be_visible()
    await visit.is_asked(page, "any chest pain")
    await page.click("#type")
    await visit.write(page, "no")
    await visit.is_asked(page, "trouble breathing")
    await page.click("#camera")
    await expect(page.locator("#self-view")).to_be_hidden()
    await visit.write(page, "no")
    await visit.is_asked(page, "bleeding")
    persona = " ".join(await visit.captions(page))
    entries = await house.journal(checkin)

    camera = [entry["allowed"] for entry in happened(entries, "consent_changed") if entry["what"] == "camera"]
    assert camera == [False, True, False]
    assert len(happened(entries, "check_in_started")) == 1
    assert connections(entries) == ["connected"]
    assert "I'm not a person or a nurse." in persona
    assert "Welcome back" not in persona


async def test_a_reload_comes_back_to_the_same_check_in_by_itself(house: House) -> None:
    checkin, link = await house.service.new_link()
    page = await house.patient(link)
    await visit.start_talking(page)
    await visit.is_asked(page, "Hello Maria")
    await page.reload()
    await page.wait_for_selector("#screen-call:visible")
    await visit.connection(page, "connected")
    await visit.transcript_says(page, "chest pain")
    await expect(page.locator("#ai-notice")).to_be_visible()
    entries = await house.journal(checkin)

    assert [entry["resumed"] for entry in happened(entries, "check_in_started")] == [False]
    assert connections(entries) == ["connected", "lost", "reconnected"]


async def test_the_nurse_button_pages_and_end_asks_before_it_ends(house: House) -> None:
    checkin, link = await house.service.new_link("Joseph")
    nurse = await house.staff(NURSE)
    page = await house.phone(link)
    await visit.give_birthday(page, "11", "2")
    await visit.start_typing(page)
    await page.click("#nurse")
    await expect(nurse.locator("#queue [data-escalation]", has_text="Joseph")).to_contain_text("Asks for a person")
    await expect(page.locator("#escalation-title")).to_have_text("We are calling a nurse")

    await page.click("#end")
    await expect(page.locator("#end-question")).to_be_visible()
    await page.click("#end-no")
    await expect(page.locator("#screen-call")).to_be_visible()
    await page.click("#end")
    await page.click("#end-yes")
    await expect(page.locator("#goodbye-text")).to_contain_text("You ended the check-in.")
    await expect(page.locator("#screen-goodbye .ai")).to_be_visible()
    entries = await house.journal(checkin)

    assert len(happened(entries, "nurse_asked")) == 1
    assert entries[-1]["kind"] == "check_in_ended"
    assert entries[-1]["reason"] == "patient_ended"
