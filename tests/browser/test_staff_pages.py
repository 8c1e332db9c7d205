"""What nurses, clinicians and the compliance officer do on their pages, and what each of them may not open."""

import pytest
from playwright.async_api import Page, expect

from server.demo import STAFF
from server.vocabulary.principals import Role
from tests.browser import visit
from tests.browser.house import House, sign_in

KIND = "browser"

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

EMAILS = {role: email for email, _, role in STAFF}
NURSE, CLINICIAN, COMPLIANCE = EMAILS[Role.NURSE], EMAILS[Role.CLINICIAN], EMAILS[Role.COMPLIANCE]
PARTS = {
    *("stt", "tts", "end_of_turn", "triage", "gate", "face", "llm", "records", "pager", "perception", "library"),
    "agreements",
}


async def refusal(page: Page, address: str) -> int:
    """Opens an address; the status, once a plain page says that it did not work."""
    answer = await page.goto(address)
    await expect(page.locator("h1")).to_have_text("That did not work")
    return 0 if answer is None else answer.status


async def test_a_new_check_in_makes_a_link_that_works(house: House) -> None:
    nurse = await house.staff(NURSE)
    await expect(nurse.locator("#draft")).to_contain_text("Draft until signed")
    await nurse.click("#new-check-in")
    await expect(nurse.locator("#new-check-in-body")).to_contain_text("Do not send one to a real patient.")
    await nurse.select_option("#patient", label="Maria Alvarez")
    await nurse.click("#make-link")
    link = await nurse.input_value("#invitation-link")
    await expect(nurse.locator("#queue", has_text="Invited")).to_contain_text("Maria Alvarez")
    page = await house.patient(link)
    await expect(page.locator("#greeting")).to_contain_text("Maria")
    assert link.startswith(f"{house.service.address}/c#")


async def test_a_nurse_takes_a_page(house: House) -> None:
    _, link = await house.service.new_link()
    nurse = await house.staff(NURSE)
    page = await house.patient(link)
    await visit.start_typing(page)
    await visit.is_asked(page, "Hello Maria")
    await visit.write(page, "my chest hurts")
    await nurse.click("#queue [data-tier=emergency][data-escalation]")
    await expect(nurse.locator("#transcript mark")).to_contain_text("chest hurts")
    await nurse.keyboard.press("a")
    await expect(nurse.locator("#answered")).to_have_text("Denise Carter has this")
    await expect(page.locator("#escalation-title")).to_have_text("Denise Carter knows now")
    await nurse.reload()
    await expect(nurse.locator("#queue [data-escalation]")).to_have_count(0)
    await expect(nurse.locator("#queue", has_text="Being helped")).to_contain_text("Maria Alvarez")


async def test_compliance_sees_a_whole_chain_and_no_patient(house: House) -> None:
    page = await house.staff(COMPLIANCE)
    await expect(page.locator("#chain[data-verified=yes]")).to_contain_text("nothing was changed")
    everything = await page.inner_text("main")
    await house.service.new_link("Joseph")
    known = (await house.service.command("patients", "list")).splitlines()
    joseph = next(line.split()[0] for line in known if "Joseph" in line)
    await page.goto(f"{house.service.address}/staff/audit?patient={joseph}")
    of_joseph = await page.inner_text("main")
    assert "invitation.created" in of_joseph
    assert [name for name in ("Alvarez", "Okafor") if name in everything + of_joseph] == []
    assert await refusal(page, f"{house.service.address}/staff/") == 403
    assert await refusal(page, f"{house.service.address}/staff/persona") == 403


async def test_a_clinician_reads_every_sentence_of_the_scripts(house: House) -> None:
    page = await house.staff(CLINICIAN)
    await page.goto(f"{house.service.address}/staff/persona")
    await expect(page.locator("main")).to_contain_text("I'm not a person or a nurse.")
    await expect(page.locator("#draft")).to_contain_text("Draft until signed")
    await expect(page.locator(".persona-words .pill.warn")).to_have_text(["Draft until signed", "Draft until signed"])
    assert await refusal(page, f"{house.service.address}/staff/") == 403
    assert await refusal(page, f"{house.service.address}/staff/audit") == 403


async def test_a_nurse_may_not_read_the_audit_and_signs_out(house: House) -> None:
    page = await house.staff(NURSE)
    assert await refusal(page, f"{house.service.address}/staff/audit") == 403
    await page.goto(f"{house.service.address}/staff/")
    await page.click("#sign-out")
    await page.wait_for_selector("#sign-in")
    await page.goto(f"{house.service.address}/staff/")
    await expect(page.locator("h1")).to_have_text("Good to see you")
    await sign_in(page, NURSE)
    await expect(page.locator("h1")).to_have_text("Needs you")


async def test_health_names_every_part(house: House) -> None:
    health = await house.service.health()
    assert health["eyes"] in ("seeing", "none")
    parts = health["parts"]
    assert health["status"] == "ok"
    assert isinstance(parts, dict)
    assert set(parts) == PARTS
    assert {part["state"] for part in parts.values()} <= {"live", "fallback", "missing", "off"}


async def test_a_nurse_claims_and_closes_a_page_by_keyboard(house: House) -> None:
    checkin, link = await house.service.new_link()
    nurse = await house.staff(NURSE)
    page = await house.patient(link)
    await visit.start_typing(page)
    await visit.is_asked(page, "Hello Maria")
    await visit.write(page, "my chest hurts")
    # Maria's call of an earlier test may be open: the top row leads to the one she is on now.
    await nurse.wait_for_selector(f"#queue [data-tier=emergency][data-escalation][data-checkin={checkin}]")
    await nurse.keyboard.press("k")
    await expect(nurse.locator(f"#detail footer[data-checkin={checkin}]")).to_be_visible()
    await expect(nurse.locator("#queue [data-state-of=seen]")).to_have_count(1)
    await nurse.keyboard.press("c")
    await expect(nurse.locator("#answered")).to_have_text("Denise Carter is on it")
    await expect(page.locator("#escalation-title")).to_have_text("Denise Carter knows now")
    await nurse.keyboard.press("d")
    await nurse.wait_for_selector("#close-form")
    for key in ("Space", "Tab", "Space", "Tab", "Space", "Enter"):
        await nurse.keyboard.press(key)
    await expect(nurse.locator("#answered")).to_have_text("Closed by Denise Carter")
    await expect(nurse.locator("#transcript")).to_contain_text("Denise Carter closed this")
    await nurse.goto(f"{house.service.address}/staff/attention")
    await expect(nurse.locator("#judged")).to_have_text("1 of 1 useful")
