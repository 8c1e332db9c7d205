"""Whole visits in which the patient says "yes, I understand" to what was just explained, and means it or does not.

Camera and microphone are Chromium's own, fed with an acted face and a synthetic voice; the service is the real one. The three
visits take place at the same time, because each of them is mostly listening.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from server.demo import STAFF
from server.vocabulary import events as e
from server.vocabulary.ids import CheckInId
from tests.browser import visit
from tests.browser.camera import RATE, camera, write_clip
from tests.browser.chromium import FLAGS, chromium
from tests.browser.house import SETTINGS, House
from tests.browser.lesson import Records, device_check, hear_lesson, records, turn_camera_on
from tests.browser.microphone import speak
from tests.fakes.faces import StillFace, astronaut, face_model, film
from tests.fakes.service import Service
from tests.fakes.speakers import Pcm, Speaker

KIND = "browser"

pytestmark = [pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="module")]

PROMISE = "Yes, I understand all of that."
MORE = "My chest hurts and it goes down my left arm."
INVITATION = "Is there more?"
RELAXED, AWAY = 18, 40
"""Seconds of the acted clip: a face at rest, then one that looks away."""
LOOKS_AWAY = {"gaze": 1.0}
_ROW = "[data-tier='emergency'][data-escalation]"


@dataclass
class Visits:
    """The three, under way."""

    away: "asyncio.Task[Came]"
    relaxed: "asyncio.Task[Came]"
    unseen: "asyncio.Task[Came]"


@dataclass
class Came:
    """What came of a visit."""

    captions: str
    journal: list[e.Event]
    paged_first: bool = False
    """A nurse was paged before the patient was asked."""
    nurse: str = ""
    """The page in the nurse's queue."""

    @property
    def noticed(self) -> list[e.CueNoticed]:
        return [event for event in self.journal if isinstance(event, e.CueNoticed)]

    @property
    def paged(self) -> bool:
        return any(isinstance(event, e.EscalationRequested) for event in self.journal)

    def speaks_for(self, cue: str) -> bool:
        """Whether a finding rests on this measurement, among others."""
        return any(one.cue == cue and one.contribution > 0 for seen in self.noticed for one in seen.evidence)


@dataclass
class Stage:
    """Where a visit takes place."""

    house: House
    records: Records
    promise: Pcm
    more: Pcm


def fading(sound: Pcm) -> Pcm:
    """The same words, ever softer from the middle on."""
    half = len(sound) // 2
    level = np.concatenate([np.ones(half), np.geomspace(1.0, 0.08, len(sound) - half)])
    softer: Pcm = (sound * level).astype(np.int16)
    return softer


def clip(folder: Path, face: StillFace, *parts: tuple[dict[str, float], int]) -> str:
    """Chromium's flag for a camera that films the face; each part acts so for so many seconds."""
    moments = [amounts for amounts, seconds in parts for _ in range(seconds * RATE)]
    return camera(write_clip(folder / f"face-{len(moments)}.y4m", film(face, moments)))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def visits(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Visits]:
    """One service, and two browsers whose cameras film faces."""
    folder, face = tmp_path_factory.mktemp("watched"), astronaut(face_model())
    looking_away = clip(folder, face, ({}, RELAXED), (LOOKS_AWAY, AWAY))
    at_rest = clip(folder, face, ({}, RELAXED))
    async with AsyncExitStack() as stack, Speaker("flite", "rms") as speaker:
        promise, more = await speaker.say(PROMISE), await speaker.say(MORE)
        service = await stack.enter_async_context(Service(folder / "data", SETTINGS))
        on_record = await stack.enter_async_context(records(service))
        stages = [
            Stage(
                House(service, await stack.enter_async_context(chromium(folder, (*FLAGS, shown)))),
                on_record,
                promise,
                more,
            )
            for shown in (looking_away, at_rest)
        ]
        tasks = [asyncio.create_task(one) for one in (away(stages[0]), relaxed(stages[1]), unseen(stages[1]))]
        yield Visits(*tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for stage in stages:
            await stage.house.leave()
            assert stage.house.refused == []


async def away(stage: Stage) -> Came:
    """Camera on: trails off while looking away, and says more when asked."""
    nurse = await stage.house.staff(STAFF[0][0])
    checkin, link = await stage.records.left()
    page = await device_check(stage.house, link)
    await turn_camera_on(page)
    await hear_lesson(page)
    await visit.clip_reaches(page, RELAXED + 5.0)
    await speak(page, fading(stage.promise))
    await visit.transcript_says(page, INVITATION, 15)
    so_far = await came(stage, checkin, "")
    await visit.question(page)
    await speak(page, stage.more)
    await nurse.wait_for_selector(_ROW, timeout=15_000)
    result = await came(stage, checkin, " ".join(await visit.captions(page)))
    result.paged_first, result.nurse = so_far.paged, await nurse.inner_text(_ROW)
    return result


async def relaxed(stage: Stage) -> Came:
    """Camera on: the same words, fluent and with a face at rest."""
    checkin, link = await stage.records.left()
    page = await device_check(stage.house, link)
    await turn_camera_on(page)
    await hear_lesson(page)
    await speak(page, stage.promise)
    await visit.is_answered(page)
    await visit.question(page)
    return await came(stage, checkin, " ".join(await visit.captions(page)))


async def unseen(stage: Stage) -> Came:
    """Camera off: the voice trails off."""
    checkin, link = await stage.records.left()
    page = await device_check(stage.house, link)
    await hear_lesson(page)
    await speak(page, fading(stage.promise))
    await visit.transcript_says(page, INVITATION, 15)
    return await came(stage, checkin, " ".join(await visit.captions(page)))


async def came(stage: Stage, checkin: CheckInId, captions: str) -> Came:
    return Came(captions, await stage.records.journal(checkin))


async def test_trailing_off_while_looking_away_is_asked_about_and_the_answer_paged(visits: Visits) -> None:
    seen = await visits.away
    assert INVITATION in seen.captions
    assert not seen.paged_first
    assert "Maria" in seen.nurse
    assert seen.speaks_for("trail_off")
    assert seen.speaks_for("gaze_away")


async def test_the_same_words_fluent_and_with_a_relaxed_face_are_not_asked_about(visits: Visits) -> None:
    seen = await visits.relaxed
    assert INVITATION not in seen.captions
    assert seen.noticed == []
    assert not seen.paged


async def test_with_the_camera_off_the_voice_alone_is_asked_about(visits: Visits) -> None:
    seen = await visits.unseen
    assert INVITATION in seen.captions
    assert seen.speaks_for("trail_off")
    assert {one.cue for shown in seen.noticed for one in shown.evidence}.isdisjoint({"gaze_away", "yaw", "brow_down"})
