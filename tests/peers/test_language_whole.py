"""Both packs' check-ins with a language model switched on, from the greeting to the goodbye: no question of theirs fails it."""

from datetime import date
from pathlib import Path

import pytest

from server.checkin.visit import visit_on
from server.demo import people
from server.persona.loading import load_pack
from server.persona.pack import Pack
from server.speech.session import SpeechKit
from server.vocabulary import events as e
from tests.fakes.easy_patient import GOODBYE, asked, easy_answer
from tests.fakes.language_server import LanguageServer, says
from tests.fakes.records import Records
from tests.fakes.waiting import until
from tests.peers.bedside import Bedside, bedside, means

KIND = "peers"

pytestmark = pytest.mark.timeout(300)

PACKS = [load_pack(Path(__file__).parents[2] / "personas" / name) for name in ("post-discharge", "medication-check-in")]
TODAY = date(2026, 3, 2)
MARIA = people(TODAY)[0]
KIND_WORDS = "I hear you."
CHATTY = "My daughter was here this morning and we had tea."
"""Said after each answer, so that the model has something to acknowledge."""
MOST_ANSWERS = 60


async def talk(there: Bedside, persona: str) -> list[str]:
    """Answer whatever was asked until the goodbye; the scripts of the questions."""
    answered: list[str] = []
    heard = await reply(there, 0)
    while GOODBYE not in heard and len(answered) < MOST_ANSWERS:
        before = len(there.of(e.SpeechHeard))
        answered.append(asked(persona, heard))
        await there.checkin.typed(f"{easy_answer(answered[-1])} {CHATTY}")
        heard = await reply(there, before)
    return answered


async def reply(there: Bedside, before: int) -> str:
    """What is heard next, once the persona has heard itself out."""
    await until(lambda: len(there.of(e.SpeechHeard)) > before, 20)
    return there.of(e.SpeechHeard)[-1].heard


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.id)
async def test_an_easy_check_in_reaches_its_goodbye(
    records: Records, brisk: SpeechKit, model: LanguageServer, pack: Pack
) -> None:
    model.talk = says(KIND_WORDS)
    visit = visit_on(MARIA, pack, TODAY)
    async with bedside(records, brisk, means(model.url), past=(), pack=pack, visit=visit) as there:
        answered = await talk(there, pack.id)
        await until(there.checkin.ended.is_set, 20)
    print(f"{len(answered)} answers: {answered}")
    said = [one.text for one in there.of(e.SentenceGated) if one.allowed]
    assert there.of(e.FailedSafe) == []
    assert there.of(e.EscalationRequested) == []
    assert there.of(e.CheckInEnded)[-1].reason == "completed"
    assert "else_taken" in {one.objective for one in there.of(e.ObjectiveClosed)}
    assert len(answered) >= 15
    assert said.count(KIND_WORDS) >= 5
    assert model.unexpected == []
