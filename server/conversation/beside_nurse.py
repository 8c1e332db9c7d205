"""What the persona says and does when a nurse is in the call: it tells who listens, hands the floor over, takes it up again.

While the nurse has the floor it decides nothing but what the patient's words may mean in danger. Source: clinical.md section 5,
warm transfer: the persona says that the nurse is here, then is silent, and the patient never repeats anything.
"""

from collections.abc import Sequence
from dataclasses import replace

from server.conversation.heard import hear
from server.conversation.policy import context_of, greet
from server.conversation.reply import Reply
from server.conversation.state import Decision, State, Visit
from server.conversation.triage import examine
from server.persona.named import Said
from server.persona.pack import Pack
from server.vocabulary.findings import Likeness


def on_listening(pack: Pack, visit: Visit, state: State) -> Decision:
    """A nurse listens from now on: the patient is told, whatever else is going on."""
    reply = Reply(pack, visit, state)
    reply.say(Said.NURSE_LISTENING)
    return reply.decision()


def on_talking(pack: Pack, visit: Visit, state: State) -> Decision:
    """The nurse takes the floor: the last words of the persona say who it is."""
    reply = Reply(pack, visit, _told(state))
    reply.mood = "warm"
    reply.say(Said.NURSE_HERE)
    return reply.decision()


def on_left(state: State) -> Decision:
    """Nobody listens any more; nothing is said of it."""
    return Decision(_told(state))


def _told(state: State) -> State:
    """That somebody listens need not be said again."""
    return replace(state, again=tuple(one for one in state.again if one[0] != Said.NURSE_LISTENING))


def on_turn(
    pack: Pack, visit: Visit, state: State, text: str, likenesses: Sequence[Likeness] | None = None
) -> Decision:
    """A turn that was said to the nurse: no answer to a question of ours, and a wish for a nurse has come true."""
    reply = Reply(pack, visit, state)
    reply.words = text
    reply.change(turn=state.turn + 1, rung=0)
    found = examine(pack, hear(text), replace(context_of(pack, visit, state), topics=frozenset()), likenesses)
    wishes = {request.fires for request in pack.requests if request.kind == "human"}
    for hit in found.hits:
        if hit.trigger not in wishes:
            reply.hit(hit)
    reply.negatives.extend(found.negatives)
    return reply.decision()


def on_handed_back(pack: Pack, visit: Visit, state: State) -> Decision:
    """The nurse gives the floor back: on with the open question."""
    return _take_up(pack, visit, state, Said.NURSE_BACK)


def on_lost(pack: Pack, visit: Visit, state: State) -> Decision:
    """The nurse had the floor and is gone: say so, and go on."""
    return _take_up(pack, visit, state, Said.NURSE_LOST)


def on_end(pack: Pack, visit: Visit, state: State) -> Decision:
    """The nurse ends the check-in: what is open is not reached, and it is hers to tell whom she wants."""
    reply = Reply(pack, visit, state)
    if state.mode != "ended":
        reply.end("completed", handed_over=True)
    return reply.decision()


def _take_up(pack: Pack, visit: Visit, state: State, script: Said) -> Decision:
    reply = Reply(pack, visit, state)
    if state.mode == "ended":
        return reply.decision()
    if not state.asks:
        return greet(pack, visit, state)
    staying = state.mode == "staying"
    reply.mood = "concerned" if staying else "warm"
    reply.change(rung=0, unheard=False)
    reply.say(script)
    reply.say_unheard_first()
    if staying and reply.open is None:
        reply.say(Said.STAYING_STILL_CALL)
    reply.repeat()
    return reply.decision()
