"""What is published in the clinicians' console, what is told then, and the questions that keep it so."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.config import Settings
from server.knowledge import golden, publish_page, questions
from server.knowledge.embedder import Embedder
from server.knowledge.golden import Golden
from server.model_store import ModelStore
from server.vocabulary.principals import Role
from tests.fakes.library_pages import (
    KEY,
    QUESTION,
    SHOWER,
    LibraryPages,
    approved,
    edited,
    keep_goldens,
    library_pages,
    published,
    told,
)
from tests.fakes.records import COMMAND, CONDUCTOR

KIND = "services"


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    settings = Settings()
    return Embedder.load(ModelStore(settings.model_cache, settings.model_mirror, lambda line: None))


@pytest.fixture
async def shelves(tmp_path: Path, embedder: Embedder) -> AsyncIterator[LibraryPages]:
    async with library_pages(tmp_path, embedder) as pages:
        yield pages


@pytest.fixture
async def stocked(shelves: LibraryPages) -> LibraryPages:
    """One document, in review since it was brought in."""
    await shelves.reading.bring({"shower": SHOWER})
    return shelves


# Publishing, and what is told then


async def test_too_few_golden_questions_block_and_only_a_clinician_overrides(stocked: LibraryPages) -> None:
    await approved(stocked)
    html = await stocked.html("/publish", Role.PHARMACIST)
    assert "only a clinician may publish all the same" in html
    status, _ = await published(stocked, ("act", "override"), ("why", "x"), role=Role.PHARMACIST)
    assert status == 403
    status, html = await published(stocked)
    assert (status, "0 golden questions are red and 1 documents have too few" in html) == (409, True)
    status, html = await published(stocked, ("act", "override"), ("why", "  "))
    assert (status, "an override needs a reason" in html) == (409, True)
    status, html = await published(stocked, ("act", "override"), ("why", "The ward waits for it."))
    assert status == 303
    assert "Published. Check-ins that begin now" in html
    assert "by Clinician Person: “The ward waits for it.”" in await stocked.html("/publish")
    assert "two days after the operation" in await told(stocked)


async def test_a_red_golden_question_says_what_was_expected_and_what_was_said(stocked: LibraryPages) -> None:
    await approved(stocked)
    await keep_goldens(stocked, must_say="five days")
    html = await stocked.html("/publish")
    assert "Red golden questions" in html
    assert re.search(r"<b>Not said:</b> five days", html)
    assert "It would say:" in html
    assert 'id="publish"' not in html


async def test_a_change_is_shown_word_by_word_published_and_told(stocked: LibraryPages) -> None:
    await approved(stocked)
    await keep_goldens(stocked)
    assert (await published(stocked))[0] == 303
    assert "You may take a shower two days after" in await told(stocked)
    await stocked.post("/documents/shower/edit", Role.CLINICIAN, *edited())
    await stocked.post("/documents/shower/submit", Role.CLINICIAN)
    await approved(stocked)
    html = await stocked.html("/publish")
    assert "revision 1 → 2" in html
    assert re.search(r"<del>.*two.*</del>\s*<ins>.*five.*</ins>", html)
    assert "You may take a shower two days after" in await told(stocked)
    assert (await published(stocked))[0] == 303
    html = await told(stocked)
    assert "You may take a shower five days after" in html
    assert "Revision 2, approved by Pharmacist Person" in html
    assert "May be said" in html


async def test_what_changed_since_it_was_shown_is_not_published(stocked: LibraryPages) -> None:
    await approved(stocked)
    await keep_goldens(stocked)
    html = await stocked.html("/publish")
    seen = re.search(r'name="seen" value="(\w+)"', html)
    assert seen
    await stocked.reading.bring({"bath": SHOWER.replace("shower", "bath")})
    await stocked.post("/documents/bath/approve", Role.PHARMACIST, ("number", "1"))
    fields = (("seen", seen[1]), ("act", "override"), ("why", "I looked."))
    status, html = await stocked.post("/publish", Role.CLINICIAN, *fields)
    assert status == 409
    assert "The library has changed since you looked." in html
    assert "I looked." in html
    assert stocked.room.current is None


async def test_a_check_that_takes_long_says_how_far_it_is_and_is_not_made_twice(
    stocked: LibraryPages, monkeypatch: pytest.MonkeyPatch
) -> None:
    await approved(stocked)
    monkeypatch.setattr(publish_page, "PATIENCE", 0.0)
    reply = await stocked.get("/publish")
    assert reply.headers["Refresh"] == "1; url=/staff/library/publish?again"
    assert "The next release is being checked." in await reply.text()
    monkeypatch.setattr(publish_page, "PATIENCE", 60.0)
    reply = await stocked.get("/publish?again")
    assert "Refresh" not in reply.headers
    assert "1 document has fewer than 5 golden questions" in await reply.text()


async def test_nothing_approved_is_said_and_is_no_error(stocked: LibraryPages) -> None:
    assert "nothing is approved" in await stocked.html("/publish")


async def test_a_retired_document_is_silent_at_once(stocked: LibraryPages) -> None:
    await approved(stocked)
    await published(stocked, ("act", "override"), ("why", "to see it"))
    assert "two days after" in await told(stocked)
    status, html = await stocked.post("/documents/shower/retire", Role.PHARMACIST)
    assert (status, "Tick the box" in html) == (409, True)
    status, html = await stocked.post("/documents/shower/retire", Role.PHARMACIST, ("sure", "yes"))
    assert (status, "Within a minute nobody is told" in html) == (303, True)
    html = await told(stocked)
    assert "Not answered:" in html
    assert "two days after" not in html


# The test panel


async def test_the_panel_says_what_a_check_in_says_and_keeps_the_question_out_of_the_address(
    stocked: LibraryPages,
) -> None:
    await approved(stocked)
    await published(stocked, ("act", "override"), ("why", "to see it"))
    outcome = await stocked.reading.ask(QUESTION, room=stocked.room)
    assert outcome is not None
    html = await told(stocked)
    assert " ".join(outcome.sentences) in html
    assert f"{outcome.answer.ranked[0].chance:.2f}" in html
    assert re.search(r'<form[^>]*method="post"[^>]*id="ask-form"', html)


async def test_the_panel_says_why_a_question_is_refused(stocked: LibraryPages) -> None:
    await approved(stocked)
    await published(stocked, ("act", "override"), ("why", "to see it"))
    html = await told(stocked, "Where can I park my boat at the harbor?")
    assert "no passage is close enough to the question" in html
    assert 'id="said"' not in html


async def test_the_panel_keeps_to_the_audience(stocked: LibraryPages) -> None:
    await stocked.reading.bring({"shower": SHOWER.replace("owner:", "audience: nurse\nowner:")})
    await approved(stocked)
    await published(stocked, ("act", "override"), ("why", "to see it"))
    assert "Not answered:" in await told(stocked)
    _, html = await stocked.post("/ask", Role.NURSE, ("question", QUESTION), ("audience", "nurse"))
    assert "two days after the operation" in html


# Golden questions


async def test_golden_questions_are_added_and_removed(stocked: LibraryPages) -> None:
    fields = (("question", QUESTION), ("must_retrieve", KEY), ("must_say", "two days\r\ndry"), ("audience", "patient"))
    status, html = await stocked.post("/documents/shower/golden", Role.PHARMACIST, *fields)
    assert status == 303
    assert "“two days”" in html
    (kept,) = await stocked.reading.goldens()
    assert kept == Golden("shower", QUESTION, (KEY,), ("two days", "dry"))
    wanted = re.search(r'name="golden" value="(\w+)"', html)
    assert wanted
    _, html = await stocked.post("/documents/shower/golden/remove", Role.CLINICIAN, ("golden", wanted[1]))
    assert "No golden question yet." in html


async def test_a_golden_question_that_cannot_be_used_stays_typed(stocked: LibraryPages) -> None:
    fields = (("question", QUESTION), ("must_say", "two days"), ("must_not_say", "never"))
    status, html = await stocked.post("/documents/shower/golden", Role.CLINICIAN, *fields)
    assert status == 422
    assert "name the passage that says it" in html
    for words in (QUESTION, "two days", "never"):
        assert words in html
    assert await stocked.reading.goldens() == []


# Questions that nobody could answer


async def ask_in_vain(shelves: LibraryPages, *asked: str) -> None:
    records = shelves.reading.records
    patient = await records.add()
    checkin = await records.order(patient)
    for turn, text in enumerate(asked, 1):
        await records.database.run(
            lambda tx, turn=turn, text=text: questions.note(  # type: ignore[misc]
                tx, CONDUCTOR, checkin, patient, turn, text, answered=False
            )
        )


async def test_a_topic_is_assigned_written_for_and_closed(stocked: LibraryPages) -> None:
    await ask_in_vain(stocked, "Where can I park my car at the clinic?", "Is there parking at the clinic?")
    assert "2 questions had no approved answer." in await stocked.html("")
    html = await stocked.html("/questions")
    assert html.count('class="card col topic"') == 1
    assert '<b class="count num">2</b>' in html
    topic = re.search(r'data-topic="(\w+)"', html)
    assert topic
    taken = (("topic", topic[1]), ("to", f"staff:{stocked.pages.staff[Role.PHARMACIST].id}"))
    _, html = await stocked.post("/questions/assign", Role.CLINICIAN, *taken)
    assert "pill moon" in html
    html = await stocked.html(f"/new?topic={topic[1]}")
    assert "## Is there parking at the clinic" in html
    assert "Take out of the heading whatever could name a person" in html
    typed = [*edited("## Parking", 0, "preview"), ("name", "parking"), ("topic", topic[1])]
    _, html = await stocked.post("/new", Role.CLINICIAN, *typed)
    assert "Where can I park my car at the clinic?" in html
    html = await stocked.html(f"/documents/shower/edit?topic={topic[1]}")
    assert "Pat the wound dry.\n\n## Is there parking at the clinic" in html
    await keep_goldens(stocked, 1)
    html = await stocked.html("/questions")
    assert "It can be closed once a passage is published that answers it" in html
    shower = (await stocked.reading.records.database.run(lambda tx: golden.kept(tx, COMMAND)))[0].id
    status, html = await stocked.post("/questions/close", Role.CLINICIAN, ("topic", topic[1]), ("golden", shower))
    assert (status, "publish a passage that answers it" in html) == (409, True)

    await publish_parking(stocked)
    wanted = re.findall(r'<option value="(gq_\w+)"', await stocked.html("/questions"))
    assert len(wanted) == 1
    assert wanted != [shower]
    closing = (("topic", topic[1]), ("golden", wanted[0]))
    status, html = await stocked.post("/questions/close", Role.CLINICIAN, *closing)
    assert status == 303
    assert "Every question was answered." in html
    assert "had no approved answer." not in await stocked.html("")
    assert (await stocked.post("/questions/close", Role.CLINICIAN, *closing))[0] == 409


async def publish_parking(shelves: LibraryPages) -> None:
    """With the golden question of its passage."""
    text = "## Parking at the clinic\n\nYou may park your car in the garage behind the clinic.\n"
    await shelves.reading.bring({"parking": text})
    one = Golden("parking", "Where do I park?", ("parking#Parking at the clinic",))
    await shelves.reading.records.database.run(lambda tx: golden.add(tx, COMMAND, one))
    await approved(shelves)
    await shelves.post("/documents/parking/approve", Role.PHARMACIST, ("number", "1"))
    assert (await published(shelves, ("act", "override"), ("why", "to see it")))[0] == 303


@pytest.mark.parametrize("to", ["", "staff:nobody"])
async def test_a_topic_goes_to_nobody_who_may_not_write(stocked: LibraryPages, to: str) -> None:
    await ask_in_vain(stocked, "Where can I park my car at the clinic?")
    topic = re.search(r'data-topic="(\w+)"', await stocked.html("/questions"))
    assert topic
    nurse = f"staff:{stocked.pages.staff[Role.NURSE].id}"
    for wanted in (to, nurse):
        status, html = await stocked.post("/questions/assign", Role.CLINICIAN, ("topic", topic[1]), ("to", wanted))
        assert status == 409
        assert "choose who takes care of it" in html
