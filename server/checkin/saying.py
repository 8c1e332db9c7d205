"""The sentences of one reply in the order in which they are spoken: approved lines and, in their place, free talk.

Where no free talk comes in time, the approved lines stand in its place.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from server.checkin.talking import Talking
from server.vocabulary.speech import Line

_NEXT_SECONDS = 1.2
"""Wait for another sentence while one is being spoken; even a short one takes longer than this."""


class Saying:
    """One reply; `sentences` is read once."""

    def __init__(self, lines: Sequence[Line] = (), talking: Talking | None = None) -> None:
        place = talking.place if talking is not None else None
        self._talking = talking
        self._before = _texts(place.before) if place else ()
        self._instead = _texts(place.instead_of) if place else _texts(lines)
        self._after = _texts(place.after) if place else ()
        self._told: tuple[str, ...] = ()
        self.scripts = {line.text: line.script for line in lines}
        """The script that the policy took each sentence from."""

    def __bool__(self) -> bool:
        return bool(self.planned)

    def drop(self) -> None:
        """It will not be read to its end: a model need not go on."""
        if self._talking is not None:
            self._talking.drop("dropped")

    @property
    def planned(self) -> tuple[str, ...]:
        """Everything the patient should hear, as far as it is known."""
        return (*self._before, *(self._told or self._instead), *self._after)

    async def sentences(self) -> AsyncGenerator[str]:
        """Each as soon as it is known."""
        for sentence in self._before:
            yield sentence
        async for sentence in self._own_words():
            self._told += (sentence,)
            yield sentence
        for sentence in (*(() if self._told else self._instead), *self._after):
            yield sentence

    async def _own_words(self) -> AsyncGenerator[str]:
        if (talking := self._talking) is None:
            return
        try:
            until = talking.until
            while (sentence := await talking.next(until)) is not None:
                yield sentence
                until = asyncio.get_running_loop().time() + _NEXT_SECONDS
        finally:
            talking.drop("dropped")


def _texts(lines: Sequence[Line]) -> tuple[str, ...]:
    return tuple(line.text for line in lines)
