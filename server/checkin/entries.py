"""What a decision leaves on the record: its events, in the order they are written, and the pages that go with them.

Pure. A live check-in and a rehearsal of one (`workbench.rehearsal`) both record through here, so they cannot differ.
"""

from collections.abc import Iterable, Mapping

from server.conversation.state import Decision
from server.vocabulary import events as e
from server.vocabulary.findings import Tier, TriggerHit

PAGING = frozenset({Tier.EMERGENCY, Tier.URGENT, Tier.SAME_DAY})
"""Tiers of which a nurse hears while the check-in runs."""


def entries_of(decision: Decision, turn: int) -> tuple[e.Event, ...]:
    """What was found, closed, answered and left unanswered; `turn`: the patient's turn it came from."""
    found: list[e.Event] = [
        *(_fired(turn, hit) for hit in decision.hits),
        *(e.NegativeFound(turn, no.trigger, no.version, no.quote) for no in decision.negatives),
        *decision.closed,
    ]
    found += [e.MemoryAmended(turn, one.memory, one.change, one.aspect, one.quote) for one in decision.amended]
    if decision.unanswered is not None:
        found.append(e.QuestionUnanswered(turn, decision.unanswered))
    if decision.answered is not None:
        found.append(e.QuestionAnswered(turn, decision.answered.question, decision.answered.told))
    return tuple(found)


def to_page(hits: Iterable[TriggerHit], paged: Mapping[str, Tier]) -> list[TriggerHit]:
    """Those hits that a nurse must hear of and was not told before at this tier; `paged`: triggers told so far."""
    new: dict[str, TriggerHit] = {}
    for hit in hits:
        known = new[hit.trigger].tier if hit.trigger in new else paged.get(hit.trigger)
        if hit.tier in PAGING and (known is None or hit.tier.rank < known.rank):
            new[hit.trigger] = hit
    return list(new.values())


def _fired(turn: int, hit: TriggerHit) -> e.TriggerFired:
    return e.TriggerFired(turn, hit.trigger, hit.version, hit.tier, hit.quote, hit.rule, hit.start, hit.end)
