"""What a request to a language model leaves behind when nobody waits for it any more: nothing, neither money nor a task."""

import asyncio
import sqlite3
from contextlib import closing

from server.checkin.purse import Purse
from server.checkin.request import Request
from server.checkin.saying import Saying
from server.checkin.talking import Talking
from server.conversation.talk import Talk
from server.record import spending
from server.vocabulary import events as e
from server.vocabulary.prompts import Prompt
from server.vocabulary.spending import Limit, Prices, Spend
from tests.fakes.language_server import LanguageServer, fails, hangs_after, says
from tests.fakes.records import Records
from tests.fakes.timing import pause
from tests.fakes.waiting import until
from tests.peers.bedside import means

KIND = "peers"

PROMPT = Prompt("Be kind.", "I sleep badly.")
NOWHERE = Talk("acknowledge", (), (), ())


async def passes(_sentence: str) -> bool:
    """A gate that lets everything pass."""
    return True


PRICES = Prices({"small": (0.001, 0.002), "large": (0.01, 0.03)})


class Ledger:
    """Who asks, and what was put on record of it."""

    def __init__(self, records: Records, *urls: str, checkin: Limit | None = None) -> None:
        self.means = means(*urls, prices=PRICES, **({"checkin": checkin} if checkin else {}))
        self.used: list[e.ModelUsed] = []
        self.purse = Purse(self.means, records.database, lambda used, rest: self.used.append(used))

    def request(self) -> Request:
        return Request(self.purse, self.means.models, "talk", PROMPT, 1)

    def talking(self) -> Talking:
        later = asyncio.get_running_loop().time() + 20
        return Talking(NOWHERE, self.request(), passes, 2, later)


async def read(request: Request) -> None:
    try:
        async for _ in request.pieces():
            pass
    finally:
        request.done()


async def test_a_deadline_while_money_is_set_aside_leaves_none_of_it_spent(
    records: Records, model: LanguageServer
) -> None:
    ledger = Ledger(records, model.url, checkin=Limit(200))
    with closing(sqlite3.connect(records.path, isolation_level=None)) as somebody_else:
        somebody_else.execute("BEGIN IMMEDIATE")
        asking = asyncio.create_task(read(ledger.request()))
        await pause(0.1)  # the transaction has begun, and waits for its turn to write
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    await ledger.purse.close()
    assert await records.database.run(spending.today) == Spend()
    assert [(one.tokens_in, one.tokens_out, one.cost_micros) for one in ledger.used] == [(0, 0, 0)]
    await read(ledger.request())
    assert [one.outcome for one in ledger.used] == ["nothing", "nothing"]
    assert len(model.requests) == 1


async def test_a_request_is_priced_as_the_model_that_answered_it(records: Records, model: LanguageServer) -> None:
    async with LanguageServer(talk=fails(500)) as broken:
        ledger = Ledger(records, broken.url, model.url)
        await read(ledger.request())
    assert [(one.model, one.tokens_in, one.tokens_out, one.cost_micros) for one in ledger.used] == [
        ("large", 100, 20, 1600)
    ]


async def test_a_request_cut_off_uncounted_keeps_all_that_was_set_aside(
    records: Records, model: LanguageServer
) -> None:
    model.talk = hangs_after("I")
    ledger = Ledger(records, model.url)
    asking = asyncio.create_task(read(ledger.request()))
    await until(lambda: model.requests)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    aside = await records.database.run(spending.today)
    assert [(one.tokens_in + one.tokens_out, one.cost_micros) for one in ledger.used] == [(aside.tokens, aside.micros)]
    assert aside.micros > 0


async def test_what_nobody_will_say_is_not_asked_for_any_longer(records: Records, model: LanguageServer) -> None:
    model.talk = hangs_after("I")
    ledger = Ledger(records, model.url)
    talking = ledger.talking()
    await until(lambda: model.requests)
    Saying((), talking).drop()
    await asyncio.wait_for(talking.task, 0.5)
    assert [one.outcome for one in ledger.used] == ["dropped"]


async def test_a_reply_that_was_heard_is_not_called_dropped(records: Records, model: LanguageServer) -> None:
    model.talk = says("I hear you.")
    ledger = Ledger(records, model.url)
    saying = Saying((), ledger.talking())
    assert [sentence async for sentence in saying.sentences()] == ["I hear you."]
    saying.drop()
    assert [one.outcome for one in ledger.used] == ["used"]
