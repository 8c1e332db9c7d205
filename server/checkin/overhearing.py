"""An emergency in the words of a turn that is not finished: a nurse does not wait until the patient's sentence surely is.

It counts once it stands in two partial transcripts in a row, or in one while the patient is silent: a sentence that may go on
is waited for much longer (`speech.turn`), and a page must be on a console a second after the last word.
"""

import asyncio
from collections.abc import Callable, Sequence

from server.checkin.pages import Pages
from server.persona.pack import Pack
from server.vocabulary.findings import TriggerHit


class Overhearing:
    """What the last partial transcript held, and how long that has stood."""

    def __init__(
        self,
        pack: Pack,
        pages: Pages,
        turn: Callable[[], int],
        post: Callable[..., object],
        silence: Callable[[], float],
    ) -> None:
        """`turn`: the number of the one being spoken; `silence`: seconds since the patient's last sound in it."""
        self._pages = pages
        self._turn = turn
        self._post = post
        self._silence = silence
        self._stands = pack.numbers.overheard_after.value
        self._last: frozenset[str] = frozenset()
        self._standing: asyncio.TimerHandle | None = None

    @property
    def waits(self) -> bool:
        """Whether a silence may still make something of the last partial."""
        return self._standing is not None

    def heard(self, hits: Sequence[TriggerHit]) -> None:
        """What a new partial transcript holds."""
        self._stop()
        self._page([hit for hit in hits if hit.trigger in self._last])
        self._last = frozenset(hit.trigger for hit in hits)
        if hits:
            self._standing = asyncio.get_running_loop().call_later(self._stands, self._stood, hits)

    def clear(self) -> None:
        """The turn is over."""
        self._stop()
        self._last = frozenset()

    def _stood(self, hits: Sequence[TriggerHit]) -> None:
        self._standing = None
        if self._silence() >= self._stands:
            self._page(hits)

    def _page(self, hits: Sequence[TriggerHit]) -> None:
        if pages := self._pages.due(hits, self._turn()):
            self._post(pages=pages)

    def _stop(self) -> None:
        if self._standing is not None:
            self._standing.cancel()
            self._standing = None
