"""The clinicians' console over HTTP: every step from a draft to retirement, who may take it, and nothing typed is lost."""

import itertools
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.config import Settings
from server.knowledge.embedder import Embedder
from server.knowledge.revisions import RevisionState
from server.model_store import ModelStore
from server.pages.doors import DOORS
from server.vocabulary.principals import Role
from tests.fakes.library_pages import (
    SHOWER,
    LibraryPages,
    approved,
    edited,
    library_pages,
    newest,
)

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


# Who may come in


def closed_to() -> list[tuple[str, str, Role]]:
    roles = {key: door.roles for key, door in DOORS.items() if key[1].startswith("/staff/library")}
    assert len(roles) > 15
    return [(*key, role) for (key, open_to), role in itertools.product(roles.items(), Role) if role not in open_to]


async def test_nurses_read_and_compliance_stays_outside(stocked: LibraryPages) -> None:
    closed = closed_to()
    cookies = {role: await stocked.pages.cookie(role) for role in Role}
    statuses = []
    for method, path, role in closed:
        headers = {"Accept": "text/html", "Origin": stocked.pages.origin, "Cookie": cookies[role]}
        async with stocked.pages.client.request(
            method, path.replace("{name}", "shower"), headers=headers, allow_redirects=False
        ) as reply:
            statuses.append(reply.status)
    assert set(statuses) == {403}
    assert {role for _, _, role in closed} == {Role.NURSE, Role.CHARGE, Role.COMPLIANCE, Role.ADMIN}
    assert (await newest(stocked)).state is RevisionState.IN_REVIEW


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.PHARMACIST])
async def test_curators_start_in_the_library(shelves: LibraryPages, role: Role) -> None:
    assert (await shelves.pages.sign_in(role)).headers["Location"] == "/staff/library"
    assert (await shelves.pages.get("/staff", await shelves.pages.cookie(role))).headers["Location"] == "/staff/library"


@pytest.mark.parametrize("role", [Role.NURSE, Role.CHARGE])
async def test_who_only_reads_there_starts_at_the_patients(shelves: LibraryPages, role: Role) -> None:
    assert (await shelves.pages.sign_in(role)).headers["Location"] == "/staff/"


@pytest.mark.parametrize("path", ["", "/reviews", "/ask", "/documents/shower", "/documents/shower/review"])
async def test_a_nurse_is_offered_no_button_that_changes_anything(stocked: LibraryPages, path: str) -> None:
    html = await stocked.html(path, Role.NURSE)
    posts = re.findall(r'method="post"[^>]* action="([^"]+)"', html)
    assert set(posts) <= {"/staff/sign-out", "/staff/library/ask"}
    assert "/staff/library/new" not in html


@pytest.mark.parametrize("path", ["/new", "/documents/shower/edit", "/documents/shower/retire", "/publish", "/ask"])
async def test_another_site_changes_nothing(stocked: LibraryPages, path: str) -> None:
    status, _ = await stocked.post(path, Role.CLINICIAN, *edited(), origin="https://evil.example")
    assert status == 403
    assert (await newest(stocked)).number == 1


@pytest.mark.parametrize("path", ["/documents/none", "/documents/none/edit", "/documents/none/golden"])
async def test_a_document_that_is_not_there_is_not_found(shelves: LibraryPages, path: str) -> None:
    assert (await shelves.get(path)).status == 404


async def test_pages_hold_no_inline_script_or_style(stocked: LibraryPages) -> None:
    paths = ["", "/new", "/reviews", "/publish", "/questions", "/ask", "/documents/shower", "/documents/shower/edit"]
    await approved(stocked)
    for path in (*paths, "/documents/shower/review", "/documents/shower/golden"):
        html = await stocked.html(path)
        assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", html) == []
        assert "Draft until signed" in html


# The list


async def test_an_empty_library_says_what_to_do(shelves: LibraryPages) -> None:
    html = await shelves.html("")
    assert "The library is empty." in html
    assert "every question is left to a nurse" in html


async def test_the_list_shows_state_owner_tags_and_a_review_that_is_near(stocked: LibraryPages) -> None:
    html = await stocked.html("")
    for words in ("Taking a shower", "surgery", "wound", "In review", "Review within 7 days: 2026-03-08"):
        assert words in html


async def test_an_expired_document_is_overdue_in_red(stocked: LibraryPages) -> None:
    await stocked.reading.bring({"old": SHOWER.replace("review: 2026-03-08", "expires: 2026-03-01")})
    assert re.search(r'pill danger due">.*Expired since 2026-03-01', await stocked.html("?state=due"))


@pytest.mark.parametrize(
    ("query", "there"),
    [("?q=shower+SURGERY", True), ("?q=warfarin", False), ("?state=in_review", True), ("?state=draft", False)],
)
async def test_the_list_is_filtered(stocked: LibraryPages, query: str, there: bool) -> None:
    assert ('data-document="shower"' in await stocked.html(query)) is there


# Writing


async def test_a_preview_shows_what_is_heard_and_saves_nothing(stocked: LibraryPages) -> None:
    body = "## Shower\n\nYou should not administer 2 tablets <b>today</b>."
    status, html = await stocked.post("/documents/shower/edit", Role.CLINICIAN, *edited(body, act="preview"))
    assert status == 200
    assert "You should not administer 2 tablets" in html
    assert "&#34;you should&#34; scolds" in html
    assert "a pharmacist must approve it" in html
    assert "<b>today" not in html
    assert (await newest(stocked)).number == 1


async def test_what_is_being_typed_is_read_without_a_document(shelves: LibraryPages) -> None:
    status, html = await shelves.post(
        "/heard", Role.CLINICIAN, *edited("## Shower\n\nWait *two* days. You should rest.")
    )
    assert status == 200
    assert "Wait two days. You should rest." in html
    assert "&#34;you should&#34; scolds" in html
    assert "<body" not in html
    status, html = await shelves.post("/heard", Role.CLINICIAN, *edited("  "))
    assert (status, "no text" in html) == (200, True)


async def test_an_edit_is_a_revision_that_keeps_what_the_editor_does_not_know(stocked: LibraryPages) -> None:
    status, html = await stocked.post("/documents/shower/edit", Role.CLINICIAN, *edited())
    assert status == 303
    assert "Nobody is told of it before it is reviewed" in html
    made = await newest(stocked)
    assert (made.number, made.note) == (2, "five days now")
    assert "x-other-program: keep me" in made.markdown
    assert "five days after" in made.markdown
    assert "\r" not in made.markdown


async def test_what_was_not_changed_is_no_revision(stocked: LibraryPages) -> None:
    same = SHOWER.partition("---\n## ")[2].replace("\n", "\r\n")
    status, html = await stocked.post("/documents/shower/edit", Role.CLINICIAN, *edited(f"## {same}"))
    assert status == 303
    assert "Nothing was changed" in html
    assert (await newest(stocked)).markdown == SHOWER


async def test_who_saves_late_loses_nothing(stocked: LibraryPages) -> None:
    await stocked.post("/documents/shower/edit", Role.PHARMACIST, *edited("## Taking a shower\n\nNever."))
    status, html = await stocked.post("/documents/shower/edit", Role.CLINICIAN, *edited())
    assert status == 409
    assert "somebody else has written a revision since" in html
    assert "five days after the operation" in html
    assert 'value="five days now"' in html


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("review", "next year", "say a day as 2027-01-31"),
        ("audience", "everybody", "say patient or nurse"),
        ("name", "a/b", "no # or /"),
        ("body", "  ", "no text"),
    ],
)
async def test_what_is_wrong_is_said_and_the_text_stays(
    shelves: LibraryPages, field: str, typed: str, said: str
) -> None:
    fields = dict([*edited(expects=0), ("name", "shower")]) | {field: typed}
    status, html = await shelves.post("/new", Role.CLINICIAN, *fields.items())
    assert status in (409, 422)
    assert said in html
    assert 'value="five days now"' in html
    assert ("five days after the operation" in html) is (field != "body")
    assert "The library is empty." in await shelves.html("")


async def test_a_new_document_is_written_reviewed_and_named_for_good(shelves: LibraryPages) -> None:
    fields = [*edited(expects=0), ("name", "shower")]
    assert (await shelves.post("/new", Role.CLINICIAN, *fields))[0] == 303
    status, html = await shelves.post("/new", Role.CLINICIAN, *fields)
    assert status == 409
    assert "somebody else has written" in html
    await shelves.post("/documents/shower/submit", Role.CLINICIAN)
    assert (await newest(shelves)).state is RevisionState.IN_REVIEW
    assert "Written by Clinician Person" in await shelves.html("/documents/shower")


# Reviewing


async def test_an_author_is_told_why_they_may_not_approve(stocked: LibraryPages) -> None:
    await stocked.post("/documents/shower/edit", Role.CLINICIAN, *edited())
    html = await stocked.html("/documents/shower/review")
    assert "a second person must approve it" in html
    assert 'id="approve"' not in html
    status, html = await stocked.post("/documents/shower/approve", Role.CLINICIAN, ("number", "2"))
    assert status == 409
    assert "may not approve it; a second person must" in html
    assert 'id="approve"' in await stocked.html("/documents/shower/review", Role.PHARMACIST)


async def test_a_review_marks_words_that_come_and_go(stocked: LibraryPages) -> None:
    await approved(stocked)
    await stocked.post("/documents/shower/edit", Role.CLINICIAN, *edited())
    html = await stocked.html("/documents/shower/review")
    assert re.search(r"<del>.*two.*</del>\s*<ins>.*five.*</ins>", html)


async def test_sent_back_it_is_a_draft_and_says_why(stocked: LibraryPages) -> None:
    status, html = await stocked.post("/documents/shower/send-back", Role.PHARMACIST, ("number", "1"), ("why", " "))
    assert status == 422
    assert "Say why" in html
    fields = (("number", "1"), ("why", "Which wound?"))
    status, html = await stocked.post("/documents/shower/send-back", Role.PHARMACIST, *fields)
    assert status == 303
    assert "Sent back by Pharmacist Person: Which wound?" in html
    assert (await newest(stocked)).state is RevisionState.DRAFT


async def test_a_reason_is_kept_where_the_revision_has_changed(stocked: LibraryPages) -> None:
    await stocked.post("/documents/shower/edit", Role.CLINICIAN, *edited())
    fields = (("number", "1"), ("why", "Which wound?"))
    status, html = await stocked.post("/documents/shower/send-back", Role.PHARMACIST, *fields)
    assert status == 409
    assert "Which wound?" in html


async def test_doses_need_a_pharmacist_too(stocked: LibraryPages) -> None:
    await stocked.reading.bring({"shower": SHOWER.replace("Pat the", "Take two tablets. Pat the")})
    html = await approved(stocked, Role.CLINICIAN)
    assert "It still needs: a pharmacist, because of the doses" in html
    assert "Approved. It is told" in await approved(stocked, Role.PHARMACIST)
