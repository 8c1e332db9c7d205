"""The library's walk in a real browser: written, reviewed, red, mended, published, told to a patient, and retired.

Two people do it, as the rules ask; nothing is published by override.
"""

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from server.demo import STAFF
from server.vocabulary.principals import Role
from tests.browser import visit
from tests.browser.house import House
from tests.fakes.timing import pause

KIND = "browser"

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

PERSONAS = Path(__file__).parents[2] / "personas"
EMAILS = {role: email for email, _, role in STAFF}
QUESTION = "Where can I park my car when I come to the clinic?"
RED, BLUE = "red garage", "blue garage"
TEXT = f"## Parking at the clinic\n\nYou may park your car in the {RED} behind the clinic. Bring the ticket along.\n"
OFF_TOPIC = (
    "Who won the baseball game last night?",
    "What is the capital of Norway?",
    "Can you sing a song for me?",
    "How old is the moon?",
    "Which train goes to the airport?",
)
"""Nothing of any document may be told to these."""
UNANSWERED = "I don't have that in your clinic's guide."
WITHIN = 60.0
"""Seconds in which what was retired must be silent."""


async def keep_goldens(house: House, folder: Path) -> None:
    """Five golden questions for each document of the demo, so that nobody has to override."""
    await asyncio.to_thread(write_goldens, folder)
    await house.service.command("knowledge", "import", str(folder))


def write_goldens(folder: Path) -> None:
    """Beside the very texts that the demo published."""
    folder.mkdir()
    texts = sorted(PERSONAS.glob("*/knowledge/*.md"))
    for path in texts:
        shutil.copy(path, folder)
    lines = [json.dumps({"question": question, "document": path.stem}) for path in texts for question in OFF_TOPIC]
    (folder / "golden.jsonl").write_text("\n".join(lines))


async def library(house: House, role: Role) -> Page:
    """A window at the library, reached by the rail."""
    page = await house.staff(EMAILS[role])
    await page.click("nav.rail a[href='/staff/library']")
    await expect(page.locator("h1")).to_have_text("What the persona may say")
    return page


async def write_parking(page: Page) -> None:
    await page.click("text=Add a document")
    for field, words in (("name", "parking"), ("title", "Parking"), ("body", TEXT)):
        await page.fill(f"#editor [name={field}]", words)
    await expect(page.locator("#heard")).to_contain_text(f"You may park your car in the {RED} behind the clinic.")
    await page.fill("#editor [name=body]", TEXT.replace("garage", "deck"))
    await expect(page.locator("#heard")).to_contain_text("You may park your car in the red deck behind the clinic.")
    await page.fill("#editor [name=body]", TEXT)
    await page.click("#preview")
    await expect(page.locator("#heard")).to_contain_text(f"You may park your car in the {RED} behind the clinic.")
    await page.click("#save")
    await expect(page.locator("#done")).to_contain_text("Saved.")


async def add_goldens(page: Page, *questions: str) -> None:
    await page.click("text=Look and add")
    await page.fill("#question", QUESTION)
    await page.check("text=Parking at the clinic")
    await page.fill("#must_say", BLUE)
    await page.click("#add")
    for number, question in enumerate(questions, 2):
        await page.fill("#question", question)
        await page.click("#add")
        await expect(page.locator("#goldens tbody tr")).to_have_count(number)


async def open_document(page: Page, house: House) -> None:
    await page.goto(f"{house.service.address}/staff/library/documents/parking")


async def submit(page: Page, house: House) -> None:
    await open_document(page, house)
    await page.click("#submit")
    await expect(page.locator("#state")).to_contain_text("In review")
    await page.click("text=Read and decide")
    await expect(page.locator("#hindrance")).to_contain_text("You wrote part of it")
    await expect(page.locator("#approve")).to_have_count(0)


async def approve(page: Page) -> None:
    await page.click("nav.tabs >> text=Reviews")
    await page.click("[data-document=parking] >> text=Read and decide")
    await page.click("#approve")
    await expect(page.locator("#done")).to_contain_text("Approved.")


async def mend(page: Page, house: House) -> None:
    await open_document(page, house)
    await page.click("text=Edit")
    await page.fill("#body", TEXT.replace(RED, BLUE))
    await page.fill("#note", "it is the blue one")
    await page.click("#save")
    await submit(page, house)


async def open_publishing(page: Page) -> None:
    await page.click("nav.tabs >> text=Publish")
    await expect(page.locator("h1")).to_have_text("What would be told")
    await expect(page.locator("#count-red")).to_be_visible(timeout=WITHIN * 1000)  # until then it says how far it is


async def ask(page: Page) -> str:
    """What the panel shows in answer."""
    await page.click("nav.tabs >> text=Try a question")
    await page.fill("#question", QUESTION)
    await page.click("#ask")
    return await page.inner_text(".talk")


async def patient_asks(page: Page) -> None:
    await visit.start_typing(page)
    await visit.is_asked(page, "Hello Maria")
    await visit.write(page, QUESTION)
    await visit.transcript_says(page, BLUE)


async def is_silent(page: Page) -> None:
    """Ask until the panel refuses; raises TimeoutError."""
    async with asyncio.timeout(WITHIN):
        while BLUE in await ask(page):
            await pause(1.0)


async def test_from_a_first_draft_to_a_patient_and_out_again(house: House, tmp_path: Path) -> None:
    await keep_goldens(house, tmp_path / "documents")
    writer, reviewer = await library(house, Role.CLINICIAN), await library(house, Role.PHARMACIST)
    await write_parking(writer)
    await add_goldens(writer, *OFF_TOPIC[:4])
    await submit(writer, house)
    await approve(reviewer)

    await open_publishing(writer)
    await expect(writer.locator("#count-red")).to_contain_text("1")
    await expect(writer.locator("#red")).to_contain_text(f"Not said: {BLUE}")
    await expect(writer.locator("#red")).to_contain_text(f"You may park your car in the {RED}")
    await expect(writer.locator("#publish")).to_have_count(0)
    assert RED not in await ask(writer)

    await mend(writer, house)
    await expect(writer.locator("#diff ins")).to_contain_text(["blue"])
    await expect(writer.locator("#diff del")).to_contain_text(["red"])
    await approve(reviewer)
    await open_publishing(writer)
    await expect(writer.locator("#count-red")).to_contain_text("0")
    await expect(writer.locator("[data-group=gained]")).to_contain_text(BLUE)
    await writer.click("#publish")
    await expect(writer.locator("#done")).to_contain_text("Published.")
    await expect(writer.locator("[data-document=parking]")).to_contain_text("Revision 2")
    shown = await ask(writer)
    assert f"You may park your car in the {BLUE} behind the clinic. Bring the ticket along." in shown
    assert "Lena Brandt" in shown

    _, link = await house.service.new_link()
    patient = await house.patient(link)
    await patient_asks(patient)

    await open_document(reviewer, house)
    await reviewer.check("[name=sure]")
    await reviewer.click("#retire")
    await expect(reviewer.locator("#told-now")).to_have_text("Nothing of it is told now")
    await is_silent(reviewer)
    await visit.question(patient)
    await visit.write(patient, QUESTION)
    await visit.transcript_says(patient, UNANSWERED)
    assert sum(BLUE in caption for caption in await visit.captions(patient)) == 1


async def test_a_nurse_reads_and_compliance_stays_outside(house: House) -> None:
    nurse = await library(house, Role.NURSE)
    await expect(nurse.locator("text=Add a document")).to_have_count(0)
    await expect(nurse.locator("nav.tabs a")).to_have_text(["Documents", "Reviews", "Try a question"])
    outside = await house.staff(EMAILS[Role.COMPLIANCE])
    await expect(outside.locator("nav.rail a[href='/staff/library']")).to_have_count(0)
    answer = await outside.goto(f"{house.service.address}/staff/library")
    assert answer is not None
    assert answer.status == 403
