"""The pages of one check-in: each trigger is asked for once at each tier, and announced only when it is durable."""

import asyncio
from collections.abc import Iterable, Sequence

from server.checkin.entries import PAGING, to_page
from server.checkin.journal import JournalWriter, Page
from server.vocabulary import events as e
from server.vocabulary.findings import Tier, TriggerHit


class Pages:
    """Knows which pages are on record and which are still being written."""

    def __init__(self, past: Iterable[e.Event]) -> None:
        self._durable: dict[str, Tier] = {}
        self._under_way: dict[asyncio.Future[None], tuple[Page, ...]] = {}
        for event in past:
            self.note(event)

    def note(self, event: e.Event) -> None:
        """An event was written."""
        if isinstance(event, e.EscalationRequested):
            self._durable[event.trigger] = event.tier

    def due(self, hits: Iterable[TriggerHit], turn: int) -> tuple[Page, ...]:
        """What must be asked for because of these hits of patient turn `turn`."""
        known = dict(self._durable)
        for page in (page for pages in self._under_way.values() for page in pages):
            known[page.hit.trigger] = min(page.hit.tier, known.get(page.hit.trigger, page.hit.tier), key=_rank)
        return tuple(Page(hit, turn) for hit in to_page(hits, known))

    def sent(self, pages: tuple[Page, ...], written: "asyncio.Future[None]") -> None:
        """They are on their way to the records; where they never arrive, the next hit asks again."""
        if pages:
            self._under_way[written] = pages
            written.add_done_callback(lambda done: self._under_way.pop(done, None))

    async def announceable(self, hits: Sequence[TriggerHit], writer: JournalWriter) -> None:
        """Wait until a nurse may be spoken of: every page is durable. Raises RecordsUnavailable."""
        if any(hit.tier in PAGING for hit in hits):
            await writer.durable(*self._under_way)


def _rank(tier: Tier) -> int:
    return tier.rank
