"""Step 2 of a visit: offers and candidates of one page, guarded and counted; the same for patients and for staff."""

from typing import Protocol

from server.signaling.candidate import Candidate, CandidatePolicy, read_candidate
from server.signaling.door import Mode
from server.signaling.messages import SessionOffer, TrickledCandidate
from server.signaling.offer import guard_offer
from server.signaling.pace import Pace
from server.vocabulary.errors import ServiceError

OFFERS_PER_MINUTE = 20
CANDIDATES_PER_PEER = 100
MESSAGES_PER_SECOND = 30


class TooFast(ServiceError):
    """The page sent more than any page of ours would."""

    code = "too_fast"
    status = 429
    retryable = True
    patient_sees = "This page sent too much at once. Please reload it."


class Peer(Protocol):
    """Where guarded offers and candidates go."""

    async def offer(self, sdp: str, mode: Mode) -> str: ...
    async def candidate(self, candidate: Candidate | None) -> None: ...


class Negotiation:
    """One page's way to a peer connection. Every method may raise `ServiceError`, and `TooFast` to be cut off."""

    def __init__(self, peer: Peer, policy: CandidatePolicy) -> None:
        self._peer = peer
        self._policy = policy
        # Two seconds' worth at once: a browser with many networks trickles all its candidates in one breath.
        self._messages = Pace(2 * MESSAGES_PER_SECOND, MESSAGES_PER_SECOND)
        self._offers = Pace(OFFERS_PER_MINUTE, OFFERS_PER_MINUTE / 60)
        self._candidates = 0
        self._dropped = 0

    def count(self, now: float) -> None:
        """One message came, at `now` seconds of a steady clock."""
        if not self._messages.allows(now):
            raise TooFast("more than 30 messages a second")

    async def offer(self, message: SessionOffer, now: float) -> str:
        """The answer's SDP."""
        if not self._offers.allows(now):
            raise TooFast("more than 20 offers a minute")
        offer = guard_offer(message.sdp, self._policy)
        self._candidates = offer.kept + offer.dropped
        self._dropped = offer.dropped
        return await self._peer.offer(offer.sdp, message.mode)

    async def candidate(self, message: TrickledCandidate) -> None:
        """One more address of the page, or the end of them."""
        self._candidates += 1
        if self._candidates > CANDIDATES_PER_PEER:
            raise TooFast("more than 100 candidates for one peer")
        fields = message.candidate
        if fields is None or not fields.candidate:
            # After a dropped candidate the end is kept back: the page's own checks may still reach us.
            if not self._dropped:
                await self._peer.candidate(None)
            return
        candidate = read_candidate(fields.candidate, fields.mid, fields.line, self._policy)
        if candidate is None:
            self._dropped += 1
            return
        await self._peer.candidate(candidate)
