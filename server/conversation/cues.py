"""What a cue of voice or face changes: time, and one gentle question. Words decide; a cue alone never pages anyone.

A cue is not charted: what goes on record as found is the answer to the question, in the patient's own words.
"""

from dataclasses import replace

from server.conversation.reply import Reply
from server.conversation.state import Decision, State, Visit
from server.persona.pack import Pack


def on_cue(pack: Pack, visit: Visit, state: State, cue: str, score: float) -> Decision:
    """`score`: 0 to 1, against the patient's own baseline. Raises KeyError for a cue that the pack does not know.

    The decision may have no lines: then the only change is patience, or none at all.
    """
    noticed = pack.cues[cue]
    busy = state.mode != "routine" or bool(state.queue) or not state.asks
    if busy or state.cue_asked or score < noticed.at_least.value or noticed.does == "note":
        return Decision(state)
    if noticed.does == "wait":
        return Decision(replace(state, hesitates=cue))
    return _ask(Reply(pack, visit, state), cue)


def ask_gently(reply: Reply) -> bool:
    """Ask what makes it hard to answer, where hesitation was seen; False when there is nothing to ask."""
    if not reply.state.hesitates or reply.state.cue_asked:
        return False
    _ask(reply, reply.state.hesitates)
    return True


def first_silence(pack: Pack, state: State) -> float | None:
    """Seconds of silence that a patient seen to hesitate is given; None for the usual ones."""
    wait = pack.cues[state.hesitates].wait if state.hesitates else None
    return wait.value if wait is not None and state.rung == 0 else None


def _ask(reply: Reply, cue: str) -> Decision:
    question = reply.pack.cues[cue].asks
    reply.change(cue_asked=True, hesitates="")
    if question is not None:
        reply.mood = "concerned"
        reply.change(queue=(question, *reply.state.queue))
        reply.ask_open()
    return reply.decision()
