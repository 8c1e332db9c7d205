"""A real check-in is told from the library: the approved words through the gate, on the page and on record."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.checkin.guide import Guide, asking
from server.config import Settings
from server.knowledge import questions
from server.knowledge.embedder import Embedder
from server.knowledge.reading_room import ReadingRoom
from server.model_store import ModelStore
from server.speech.session import SpeechKit
from server.vocabulary import events as e
from server.vocabulary.principals import Role
from tests.fakes.reading import Reading
from tests.fakes.records import Records
from tests.fakes.waiting import until
from tests.peers.bedside import PACK, VISIT, bedside

KIND = "peers"

SHOWER = """---
title: Washing
source: our leaflet
---
## Taking a shower

You may take a shower two days after the operation. Pat the wound dry.
"""
ASKED = "When can I take a shower after my operation?"
SAID = ["You may take a shower two days after the operation.", "Pat the wound dry."]
KEY = "washing#Taking a shower"


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    settings = Settings()
    return Embedder.load(ModelStore(settings.model_cache, settings.model_mirror, lambda line: None))


@pytest.fixture
async def reading(records: Records, tmp_path: Path, embedder: Embedder) -> Reading:
    found = Reading(records, tmp_path / "library", embedder)
    await found.bring({"washing": SHOWER})
    await found.publish()
    return found


@pytest.fixture
async def room(reading: Reading) -> AsyncIterator[ReadingRoom]:
    found = reading.room()
    await found.start()
    yield found
    await found.close()


def guide_of(room: ReadingRoom) -> Guide:
    return Guide(room, room.current or "", asking(PACK, VISIT))


async def test_the_approved_words_are_said_shown_and_recorded(
    records: Records, kit: SpeechKit, room: ReadingRoom
) -> None:
    guide = guide_of(room)
    async with bedside(records, kit, None, guide=guide) as there:
        said = await there.say(ASKED)
        await until(lambda: there.of(e.QuestionAnswered))
        cited = [message for message in there.shown if message["k"] == "cite"]
        written = await there.written()
    assert said[:2] == SAID
    assert said[-1].endswith("?")
    gated = [one for one in written if isinstance(one, e.SentenceGated) and one.text in SAID]
    assert [(one.allowed, one.reason, one.passage, one.revision) for one in gated] == [(True, "passage", KEY, 1)] * 2
    assert cited == [{"k": "cite", "title": "Washing", "section": "Taking a shower", "source": "our leaflet"}]
    turn = next(one for one in written if isinstance(one, e.PatientTurn) and one.text == ASKED)
    assert turn.told is not None
    assert (turn.told.release, turn.told.passage) == (guide.release, KEY)


async def test_once_it_is_retired_the_running_check_in_does_not_say_it(
    records: Records, kit: SpeechKit, reading: Reading, room: ReadingRoom
) -> None:
    async with bedside(records, kit, None, guide=guide_of(room)) as there:
        assert (await there.say(ASKED))[:2] == SAID
        await reading.retire("washing")
        await until(lambda: room.retired(room.current or ""))
        said = await there.say("And when may I take a shower again?")
        await until(lambda: there.of(e.QuestionUnanswered))
    assert not set(SAID) & set(said)


async def test_what_was_asked_is_kept_for_the_curators(records: Records, kit: SpeechKit, room: ReadingRoom) -> None:
    async with bedside(records, kit, None, guide=guide_of(room)) as there:
        await there.say(ASKED)
        await there.say("Where can I park my boat?")
        await until(lambda: there.of(e.QuestionUnanswered))
    amir = await records.hire("amir@clinic.example", Role.CLINICIAN)
    past = await records.database.run(lambda tx: questions.past(tx, amir))
    unsorted = await records.database.run(lambda tx: questions.unsorted(tx, amir))
    assert sorted(past) == [(ASKED, 1), ("Where can I park my boat?", 1)]
    assert [one.text for one in unsorted] == ["Where can I park my boat?"]
