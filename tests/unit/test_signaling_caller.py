"""The pace of one page, on a clock the test moves."""

import json

import pytest
from aiohttp import web

from server.signaling.caller import Caller
from server.signaling.candidate import Candidate, CandidatePolicy
from server.signaling.door import Mode
from server.signaling.line import Line
from server.signaling.messages import PageMessage
from server.signaling.negotiation import CANDIDATES_PER_PEER, OFFERS_PER_MINUTE, TooFast
from tests.unit.offers import FIREFOX_VOICE

KIND = "unit"

OFFER = json.dumps({"type": "offer", "sdp": FIREFOX_VOICE, "mode": "voice"})
CANDIDATE = json.dumps({"type": "candidate", "candidate": {"candidate": "nothing we can read", "sdpMid": "0"}})


class QuietSeat:
    """Takes everything."""

    async def offer(self, sdp: str, mode: Mode) -> str:
        return "v=0"

    async def candidate(self, candidate: Candidate | None) -> None: ...

    async def text_only(self) -> None: ...

    async def message(self, message: PageMessage) -> None: ...

    async def left(self) -> None: ...


@pytest.fixture
async def caller() -> Caller:
    return Caller(QuietSeat(), Line(web.WebSocketResponse(), None), CandidatePolicy())


async def test_a_peer_may_have_a_hundred_candidates_useful_or_not(caller: Caller) -> None:
    for second in range(CANDIDATES_PER_PEER):
        await caller.take(CANDIDATE, float(second))
    with pytest.raises(TooFast, match="100 candidates"):
        await caller.take(CANDIDATE, 1000.0)


async def test_a_new_peer_counts_anew(caller: Caller) -> None:
    for second in range(CANDIDATES_PER_PEER):
        await caller.take(CANDIDATE, float(second))
    await caller.take(OFFER, 1000.0)
    await caller.take(CANDIDATE, 1001.0)


async def test_twenty_offers_a_minute_are_enough(caller: Caller) -> None:
    for _ in range(OFFERS_PER_MINUTE):
        await caller.take(OFFER, 0.0)
    with pytest.raises(TooFast, match="20 offers"):
        await caller.take(OFFER, 1.0)


async def test_an_offer_every_three_seconds_is_never_too_much(caller: Caller) -> None:
    for attempt in range(100):
        await caller.take(OFFER, 3.0 * attempt)
