"""A model's part in a turn that cannot even be begun: the turn is decided as the rules decide it."""

import asyncio
from dataclasses import replace
from pathlib import Path

from server.checkin.counsel import Counsel, Opinion
from server.checkin.purse import Means, Purse
from server.checkin.thread import Thread
from server.conversation.gate import Gate
from server.conversation.state import Visit
from server.persona.loading import load_pack
from server.speech.endpoints import Endpoint, Endpoints
from server.vocabulary.spending import Limit, Prices
from tests.fakes.records import records_in

KIND = "unit"

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")
VISIT = Visit("Rosa", "Lakeside Clinic", "555-0142")
NOWHERE = Endpoint("http://127.0.0.1:9/v1", "", "small", "large", on_this_machine=True)
STORY = "it is hard to put into words, the nights are long"


async def test_a_pack_that_a_model_cannot_be_told_of_costs_no_turn(tmp_path: Path) -> None:
    look = Thread(PACK, VISIT).look(STORY, continues=False)
    thread = Thread(PACK, VISIT)
    thread.pack = replace(PACK, guardrails={}, lines={})
    async with records_in(tmp_path) as records:
        means = Means(Endpoints([NOWHERE]), Prices({}), Limit(0), Limit(0))
        purse = Purse(means, records.database, lambda used, rest: None)
        counsel = Counsel(means, purse, Gate(PACK, VISIT), lambda sentence, receipt: None)
        opinion = await counsel.consult(thread, look, asyncio.get_running_loop().time() + 1.0)
        await counsel.close()
    assert opinion == Opinion(alone=look.decision)
