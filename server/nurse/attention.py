"""The attention budget: of the pages that were closed, how many were worth a nurse's time, for each trigger."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from server.nurse.board import ANSWERED_SHOWN
from server.nurse.disposition import NOISES
from server.nurse.wording import Titles
from server.pages.staff import DATABASE, staff_of
from server.pages.templates import TEMPLATES
from server.record import journal
from server.record.journal import Entry
from server.record.transaction import Transaction
from server.vocabulary.dispositions import Noise
from server.vocabulary.events import EscalationClosed
from server.vocabulary.ids import CheckInId, is_drill

SPANS: Mapping[str, tuple[str, timedelta | None]] = {
    "shift": ("This shift, 12 hours", ANSWERED_SHOWN),
    "week": ("7 days", timedelta(days=7)),
    "all": ("Always", None),
}
"""What the page can be asked for."""


@dataclass(frozen=True)
class Precision:
    """One trigger's pages, as nurses judged them."""

    title: str
    rule: str
    """With the versions that were judged."""
    useful: int
    noise: int
    reasons: tuple[str, ...]
    """Why it was noise, the most frequent first, each with how often."""

    @property
    def judged(self) -> int:
        return self.useful + self.noise

    @property
    def percent(self) -> int:
        """useful / (useful + noise), rounded."""
        return round(100 * self.useful / self.judged)


def precisions(closed: Iterable[EscalationClosed], title: Titles) -> tuple[Precision, ...]:
    """Triggers with the lowest precision first; of equal ones, those that took more attention."""
    by_trigger: dict[str, list[EscalationClosed]] = {}
    for event in closed:
        by_trigger.setdefault(event.trigger, []).append(event)
    found = [_precision(trigger, events, title) for trigger, events in by_trigger.items()]
    return tuple(sorted(found, key=lambda one: (one.useful / one.judged, -one.judged, one.title)))


def _precision(trigger: str, events: list[EscalationClosed], title: Titles) -> Precision:
    noises: Counter[Noise] = Counter(event.noise for event in events if event.noise is not None)
    useful = sum(event.worth == "useful" for event in events)
    versions = sorted({event.version for event in events})
    return Precision(
        title=title(trigger),
        rule=f"{trigger}@{','.join(map(str, versions))}",
        useful=useful,
        noise=len(events) - useful,
        reasons=tuple(f"{NOISES[noise]} ({count})" for noise, count in noises.most_common()),
    )


class AttentionPage:
    """Which pages are worth their ringing."""

    def __init__(self, title: Titles) -> None:
        self._title = title

    async def show(self, request: web.Request) -> web.StreamResponse:
        staff, span = staff_of(request), request.query.get("span", "all")
        _, length = SPANS.get(span, SPANS["all"])

        def read(tx: Transaction) -> list[tuple[CheckInId, Entry]]:
            return journal.find(tx, staff, "escalation_closed", since=tx.now - length if length else None)

        found = await request.app[DATABASE].run(read)
        events = (entry.event for _, entry in found)
        closed = [event for event in events if isinstance(event, EscalationClosed) and not is_drill(event.escalation)]
        rows = precisions(closed, self._title)
        useful = sum(row.useful for row in rows)
        return request.app[TEMPLATES].page(
            "staff/attention.html",
            staff=staff,
            rows=rows,
            useful=useful,
            judged=sum(row.judged for row in rows),
            spans={name: words for name, (words, _) in SPANS.items()},
            span=span if span in SPANS else "all",
        )
