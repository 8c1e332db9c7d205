"""The persona's replies on their way to the patient: which sentence is whose, and what of each was heard or missed.

Several may be under way at once. What is cut off or given up before a sound of it was made is missed like what is talked over.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field

from server.checkin.saying import Saying
from server.media.playout import Utterance


@dataclass(eq=False)
class Reply:
    """One saying, and how far it got."""

    saying: Saying
    _unjudged: list[str] = field(default_factory=list)
    _passed: list[str] = field(default_factory=list)
    _refused: set[str] = field(default_factory=set)
    over: bool = False

    @property
    def planned(self) -> tuple[str, ...]:
        """What the patient should hear of it; what the gate refused, nobody should."""
        return tuple(sentence for sentence in self.saying.planned if sentence not in self._refused)

    async def sentences(self) -> AsyncGenerator[str]:
        """Each as soon as it is known; none once the reply is over."""
        async for sentence in self.saying.sentences():
            if self.over:
                return
            self._unjudged.append(sentence)
            yield sentence

    def judged(self, sentence: str, *, allowed: bool) -> None:
        """The gate's word on one of its sentences."""
        self._unjudged.remove(sentence)
        if allowed:
            self._passed.append(sentence)
        else:
            self._refused.add(sentence)

    def has_handed(self, sentence: str) -> bool:
        """Whether the gate is still to judge this sentence of it."""
        return sentence in self._unjudged

    def is_voiced_in(self, utterance: Utterance) -> bool:
        """Whether these sounds are its words."""
        spoken = utterance.sentences()
        return bool(self._passed) and tuple(self._passed[: len(spoken)]) == spoken


class Mouth:
    """One check-in's replies, in the order in which they are spoken."""

    def __init__(self) -> None:
        self._under_way: list[Reply] = []
        self._ready = Reply(Saying())
        self._answer: Reply | None = None
        """To the last spoken turn, while nothing else was said and it may still be cut off in its first words."""
        self._unheard = False

    def ready(self, saying: Saying) -> None:
        """The answer to a spoken turn, for speech to fetch."""
        self._ready.saying.drop()
        self._ready = Reply(saying)
        self._answer = self._ready if saying else None

    def fetch(self) -> AsyncIterator[str]:
        """The sentences of the answer that is ready; none if it was given up meanwhile."""
        reply, self._ready = self._ready, Reply(Saying())
        return self._begun(reply)

    def say(self, saying: Saying) -> AsyncIterator[str]:
        """The sentences of a reply that is spoken of our own accord; what the patient says next is a turn of its own."""
        self.went_unheard()
        return self._begun(Reply(saying))

    def went_unheard(self) -> bool:
        """Whether the last turn's answer got no further than its first words, so that the patient is still in that turn;
        asked once."""
        unheard, self._unheard, self._answer = self._unheard, False, None
        return unheard

    def whose(self, sentence: str) -> Reply | None:
        """The reply that this sentence on its way to the voice belongs to."""
        return next((reply for reply in self._under_way if reply.has_handed(sentence)), None)

    def ended(self, utterance: Utterance, *, unheard: bool) -> tuple[tuple[Reply, ...], Reply | None]:
        """An utterance was played or cut off: the replies given up before it, and its own where that is known.

        `unheard`: it got no further than its first words.
        """
        own = next((reply for reply in self._under_way if reply.is_voiced_in(utterance)), None)
        before = self._under_way[: self._under_way.index(own)] if own else []
        for reply in before:
            self._over(reply, unheard=True)
        if own is not None:
            self._over(own, unheard=unheard)
        return tuple(before), own

    def give_up(self) -> tuple[Reply, ...]:
        """Nothing more is said; the replies of which not a sound was made."""
        given_up = [reply for reply in (*self._under_way, self._ready) if reply.saying]
        for reply in given_up:
            self._over(reply, unheard=True)
        self._ready = Reply(Saying())
        return tuple(given_up)

    @property
    def busy(self) -> bool:
        """Whether there is anything more to be heard."""
        return any(reply.planned for reply in (*self._under_way, self._ready))

    def _begun(self, reply: Reply) -> AsyncIterator[str]:
        if reply.saying:
            self._under_way.append(reply)
        return reply.sentences()

    def _over(self, reply: Reply, *, unheard: bool) -> None:
        reply.over = True
        reply.saying.drop()
        self._under_way = [other for other in self._under_way if other is not reply]
        if reply is self._answer:
            self._answer, self._unheard = None, unheard
