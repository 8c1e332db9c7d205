"""What a decision leaves on the record: its events, in the order they are written, and the pages that go with them.

Pure. A live check-in and a rehearsal of one (`workbench.rehearsal`) both record through here, so they cannot differ.
"""

from collections.abc import Iterable

from server.conversation.state import Decision
from server.vocabulary import events as e
from server.vocabulary.findings import Tier, TriggerHit

UNHEARD_SECONDS = 1.5
"""A reply cut off before this much of it played got no further than its first words: the patient is still in the same turn."""
_PAGED = frozenset({Tier.EMERGENCY, Tier.URGENT, Tier.SAME_DAY})


def record_of(decision: Decision, turn: int) -> tuple[e.Event, ...]:
    """What was found, closed and left unanswered; `turn`: the patient's turn it came from."""
    found: list[e.Event] = [
        *(_fired(turn, hit) for hit in decision.hits),
        *(e.NegativeFound(turn, no.trigger, no.version, no.quote) for no in decision.negatives),
        *decision.closed,
    ]
    if decision.unanswered is not None:
        found.append(e.QuestionUnanswered(turn, decision.unanswered))
    return tuple(found)


def to_page(hits: Iterable[TriggerHit], paged: dict[str, Tier]) -> list[TriggerHit]:
    """Those hits that a nurse must hear of and was not told before at this tier; they are added to `paged`."""
    new = []
    for hit in hits:
        known = paged.get(hit.trigger)
        if hit.tier in _PAGED and (known is None or hit.tier.rank < known.rank):
            paged[hit.trigger] = hit.tier
            new.append(hit)
    return new


def _fired(turn: int, hit: TriggerHit) -> e.TriggerFired:
    return e.TriggerFired(turn, hit.trigger, hit.version, hit.tier, hit.quote, hit.rule, hit.start, hit.end)
