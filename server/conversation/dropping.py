"""When a patient is lost after a danger was found and does not come back: somebody must go and look.

Decides only; who measures the time is the conductor's. Source: clinical.md section 2, DROPPED_IN_RED.
"""

from server.conversation.reply import Reply
from server.conversation.state import Decision, State, Visit
from server.persona.named import Fired
from server.persona.pack import Pack
from server.vocabulary.findings import Tier

LOST = "(the connection was lost after a danger sign and did not come back)"
"""Quote of the page; there are no words to quote."""


def dropped_after(pack: Pack, state: State) -> float | None:
    """Seconds without a connection after which `on_dropped` has something to say; None where nothing is open."""
    tier = _open_danger(state)
    if tier is None or state.mode == "ended":
        return None
    numbers = pack.numbers
    return (numbers.dropped_emergency if tier is Tier.EMERGENCY else numbers.dropped_urgent).value


def on_dropped(pack: Pack, visit: Visit, state: State) -> Decision:
    """They did not come back in time; the page is as urgent as what was found."""
    reply = Reply(pack, visit, state)
    if dropped_after(pack, state) is not None:
        reply.fire(Fired.DROPPED_IN_RED, LOST, "connection lost", tier=_open_danger(state))
        reply.mood = "concerned"
    return reply.decision()


def _open_danger(state: State) -> Tier | None:
    tiers = [hit.tier for hit in state.fired if hit.tier in (Tier.EMERGENCY, Tier.URGENT)]
    return min(tiers, key=lambda tier: tier.rank, default=None)
