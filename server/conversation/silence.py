"""What to say when a patient says nothing: patience first, the question again, an offer, a kind end.

While staying with someone in danger silence is a sign of its own: a nurse is told, and only a long one ends it.
"""

from dataclasses import dataclass

from server.conversation.cues import ask_gently, first_silence
from server.conversation.danger import keep_company
from server.conversation.holding import next_probe, probe
from server.conversation.reply import Reply
from server.conversation.state import Decision, State, Visit
from server.persona.named import Fired, Said
from server.persona.pack import Number, Pack


@dataclass(frozen=True)
class Rung:
    """One step of the ladder."""

    after: Number
    name: str


def ladder(pack: Pack, state: State) -> tuple[Rung, ...]:
    """The steps of this mode, with the seconds of silence after which each is due."""
    numbers = pack.numbers
    if state.mode == "staying":
        times = (numbers.staying_first, numbers.staying_page, numbers.staying_again, numbers.staying_end)
        return tuple(map(Rung, times, ("call_name", "page", "company", "leave")))
    times = (numbers.silence_first, numbers.silence_again, numbers.silence_offer, numbers.silence_close)
    return tuple(map(Rung, times, ("patience", "again", "offer", "close")))


def next_silence(pack: Pack, state: State) -> float | None:
    """Seconds of silence at which `on_silence` has something to say next; None after the last."""
    steps = ladder(pack, state)
    if state.mode == "ended" or state.rung >= len(steps):
        return None
    return next_probe(pack, state) or first_silence(pack, state) or steps[state.rung].after.value


def on_silence(pack: Pack, visit: Visit, state: State, seconds: float) -> Decision | None:
    """`seconds`: since the persona's last word, or the patient's. None when nothing is due; one step a call."""
    due = next_silence(pack, state)
    if due is None or seconds < due:
        return None
    reply = Reply(pack, visit, state)
    if next_probe(pack, state) is not None and probe(reply):
        return reply.decision()
    step = ladder(pack, state)[state.rung].name
    reply.change(rung=state.rung + 1)
    reply.say_unheard_first()
    _say(reply, step)
    return reply.decision()


def _say(reply: Reply, step: str) -> None:
    match step:
        case "patience":
            if reply.state.noticed.soon and ask_gently(reply):
                return
            if not reply.state.soothed:
                reply.say(Said.QUIET_FIRST)
                reply.change(soothed=True)
        case "again":
            if not ask_gently(reply) and not probe(reply):
                reply.repeat()
        case "offer":
            reply.say(Said.QUIET_OFFER)
        case "close":
            reply.say(Said.CLOSE_QUIET, Said.CLOSE_CALL_911, Said.CLOSE_NOT_A_PERSON, Said.CLOSE_GOODBYE)
            reply.end("expired")
        case _:
            _stay(reply, step)


def _stay(reply: Reply, step: str) -> None:
    reply.mood = "concerned"
    match step:
        case "call_name":
            reply.say(Said.STAYING_FIRST)
        case "page":
            reply.fire(Fired.UNRESPONSIVE, "(silence after an emergency)", "silence")
            reply.say(Said.STAYING_AGAIN)
        case "company":
            keep_company(reply)
            reply.repeat()
        case _:
            reply.say(Said.STAYING_END, Said.CLOSE_NOT_A_PERSON, Said.CLOSE_GOODBYE)
            reply.end("expired")
