"""Descriptions and candidates no browser makes, straight into the media code: refused or answered, and nothing stays behind."""

import asyncio
import collections
import json
import random

import pytest

from server.media.link import OfferFailed, RemoteCandidate
from server.media.peer import PeerCall
from server.signaling.candidate import CandidatePolicy
from server.signaling.offer import OfferRefused, guard_offer
from tests.fakes.footprint import Footprint
from tests.fakes.peer import PatientPeer
from tests.fakes.waiting import Heartbeat
from tests.unit.offers import ALL, CHROME_VOICE
from tests.unit.test_signaling_offer import mutated

KIND = "peers"

SEEDS = range(60)
LONGEST_HANG = 5.0
"""Seconds; the service's own limit on setting up (`media.link`), far above anything it should need."""


def guard_says(sdp: str) -> str:
    """Whether the guard would let the offer pass."""
    try:
        guard_offer(sdp, CandidatePolicy(lan=True))
    except OfferRefused:
        return "guarded off"
    return "passes"


async def outcome(call: PeerCall, sdp: str) -> str:
    """`answered` or `refused`; any other exception is the test's failure."""
    try:
        answer = await call.offer(sdp)
    except OfferFailed as failure:
        return "refused" if sdp[:20] not in str(failure) else "leaked"
    return "answered" if answer.startswith("v=0") else "nonsense"


async def test_sixty_mutated_offers_are_answered_or_refused_and_leave_nothing() -> None:
    before = Footprint.now()
    call = PeerCall([])
    outcomes: collections.Counter[tuple[str, str]] = collections.Counter()
    async with Heartbeat() as heart:
        for seed in SEEDS:
            chance = random.Random(seed)
            sdp = mutated(chance.choice(ALL), chance)
            outcomes[guard_says(sdp), await outcome(call, sdp)] += 1
        await call.close()
    print(f"{dict(outcomes)}; the event loop was held up for {heart.longest * 1000:.0f} ms at most")
    assert {what for _, what in outcomes} <= {"answered", "refused"}
    assert heart.longest < LONGEST_HANG
    assert await before.restored() == []


@pytest.mark.parametrize("seed", SEEDS)
async def test_one_mutated_offer_leaves_nothing_after_close(seed: int) -> None:
    before = Footprint.now()
    call = PeerCall([])
    chance = random.Random(seed)
    await outcome(call, mutated(chance.choice(ALL), chance))
    await call.close()
    assert await before.restored() == []


@pytest.mark.parametrize("sdp", ["", "v=0", "v=0\r\n", "\x00", "v=0\r\nm=audio", CHROME_VOICE[:700]])
async def test_what_is_not_an_offer_is_refused(call: PeerCall, sdp: str) -> None:
    before = Footprint.now()
    with pytest.raises(OfferFailed):
        await call.offer(sdp)
    assert await before.restored() == []


async def test_after_hostile_offers_a_good_one_connects(call: PeerCall, patient: PatientPeer) -> None:
    chance = random.Random(1)
    for _ in range(5):
        await outcome(call, mutated(CHROME_VOICE, chance))
    assert await connected(call, patient)


async def connected(call: PeerCall, peer: PatientPeer, remote: RemoteCandidate | None = None) -> object:
    """Connect, with a candidate trickled right after the answer; returns the clock message, by whichever way it comes."""

    async def exchange(sdp: str) -> str:
        answer = await call.offer(sdp)
        await call.candidate(remote)
        return answer

    call.use_socket(lambda message: peer.on_message(json.dumps(message)))
    await peer.connect(exchange)
    return await peer.until(lambda message: message.get("k") == "clk", timeout=15)


GOOD = "1 1 udp 2122194687 192.0.2.2 38193 typ host"


@pytest.mark.parametrize(
    "remote",
    [
        RemoteCandidate("", "0", 0),
        RemoteCandidate("candidate", "0", 0),
        RemoteCandidate("a b c d e f g h", "0", 0),
        RemoteCandidate("1 1 udp many 192.0.2.2 38193 typ host", "0", 0),
        RemoteCandidate("1 1 udp 1 192.0.2.2 99999999 typ host", "0", 0),
        RemoteCandidate("1 one udp 1 192.0.2.2 38193 typ host", "0", 0),
        RemoteCandidate("1 1 sctp 1 192.0.2.2 38193 typ host", "0", 0),
        RemoteCandidate("1 1 udp 1 not-an-address 38193 typ host", "0", 0),
        RemoteCandidate("1 1 udp 1 192.0.2.2 38193 typ nonsense", "0", 0),
        RemoteCandidate(f"{GOOD} raddr 192.0.2.2 rport many", "0", 0),
        RemoteCandidate("\x00" * 64, "0", 0),
        RemoteCandidate(GOOD, None, None),
        RemoteCandidate(GOOD, "no such section", 99),
        RemoteCandidate(GOOD, "", -1),
        None,
    ],
    ids=[
        *("empty", "one-word", "letters", "priority", "port", "component", "transport", "address", "type", "rport"),
        *("nul", "no-section", "unknown-section", "negative-section", "end"),
    ],
)
async def test_a_malformed_candidate_is_ignored_and_the_call_still_connects(
    call: PeerCall, patient: PatientPeer, remote: RemoteCandidate | None
) -> None:
    assert await connected(call, patient, remote)


async def test_candidates_before_an_offer_and_after_the_end_are_ignored(call: PeerCall, patient: PatientPeer) -> None:
    remote = RemoteCandidate(GOOD, "0", 0)
    await call.candidate(remote)
    await connected(call, patient)
    await call.candidate(remote)
    await call.drop()
    await call.candidate(remote)
    await asyncio.sleep(0)


async def test_two_hundred_candidates_do_not_hold_up_the_event_loop(call: PeerCall, patient: PatientPeer) -> None:
    await connected(call, patient)
    async with Heartbeat() as heart:
        for port in range(1024, 1224):
            await call.candidate(RemoteCandidate(f"1 1 udp 1 192.0.2.2 {port} typ host", "0", 0))
    print(f"the event loop was held up for {heart.longest * 1000:.0f} ms at most")
    assert heart.longest < LONGEST_HANG
