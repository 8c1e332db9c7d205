"""What happens when a guardrail fires, and how to stay with someone in danger.

After an emergency there are no more routine questions. Nothing here ever takes a page back: a patient who feels better
is thanked, and a person decides.
"""

from collections.abc import Sequence

from server.conversation.agenda import Ask, medicine_groups
from server.conversation.answers import Reading, find_request, is_question, is_thinking, yes_or_no
from server.conversation.cues import raised
from server.conversation.heard import Heard
from server.conversation.raising import Beside, by_chart
from server.conversation.reply import Reply
from server.conversation.scope import find, meant
from server.persona.named import Asked, Said
from server.persona.raising import questions_at, wording_at
from server.vocabulary.findings import Tier, TriggerHit

CALLING = Asked.CALLING_911.value
"""Question of the pack's `staying` that asks whether 911 is being called."""
SPOKEN_MAX = 2
"""Of many dangers at once only this many are spoken about: nobody can follow more. All of them are paged."""
SUSPECTED = (Asked.ABOUT_PATIENT, Asked.HAPPENING_NOW)
"""Questions whose yes makes a suspected danger a real one."""


def take_hits(reply: Reply, hits: Sequence[TriggerHit]) -> bool:
    """Record every hit and say what the most urgent new one calls for; True when anything was said."""
    hits = raised(reply, by_chart(reply.pack, [reply.located(hit) for hit in hits], _chart(reply)))
    hits.sort(key=lambda hit: hit.tier.rank)
    new = [hit for hit in hits if reply.hit(hit)]
    repeated = [hit for hit in hits if hit not in new and reply.pack.guardrails[hit.trigger].is_request]
    if not new and not repeated:
        return False
    spoken = new or repeated
    if any(hit.tier is Tier.EMERGENCY for hit in new):
        if reply.state.mode != "staying":
            reply.change(said=())
        _stay(reply, new)
    before = len(reply.lines)
    top = spoken[0].tier
    for hit in _spoken_about(reply, hits, spoken):
        _say(reply, hit)
    if top is not Tier.EMERGENCY:
        _queue(
            reply, [key for hit in spoken for key in reply.pack.guardrails[hit.trigger].asks if key not in SUSPECTED]
        )
    if top.rank <= Tier.URGENT.rank:
        reply.mood = "concerned"
    return len(reply.lines) > before


def _spoken_about(reply: Reply, hits: Sequence[TriggerHit], spoken: Sequence[TriggerHit]) -> list[TriggerHit]:
    """The most urgent, and after them every request: whoever asks for a dose and hears nothing may take silence for a yes."""
    urgent = [hit for hit in spoken if hit.tier is spoken[0].tier][:SPOKEN_MAX]
    return urgent + [hit for hit in hits if hit not in urgent and reply.pack.guardrails[hit.trigger].is_request]


def suspect(reply: Reply, question: str, guardrail: str) -> bool:
    """Ask once whether a danger that was mentioned is real; True when the question is now open."""
    key = f"{question}:{guardrail}"
    if not guardrail or reply.state.asked(key) or reply.state.mode == "staying":
        return False
    _queue(reply, [key])
    return True


def _chart(reply: Reply) -> Beside:
    """What of the chart, and of this check-in so far, may raise a finding."""
    visit, state = reply.visit, reply.state
    groups = medicine_groups(reply.pack, visit)
    return Beside(groups, bool(visit.medicines), frozenset(visit.risks), state.fired)


def _say(reply: Reply, hit: TriggerHit) -> None:
    """A request is answered every time; anything else is said once in a check-in."""
    rail = reply.pack.guardrails[hit.trigger]
    says = wording_at(reply.pack.raised, rail, hit.tier)
    scripts = [script for script in says if rail.is_request or script not in reply.state.said]
    reply.say(*scripts)
    reply.change(said=(*reply.state.said, *(script for script in scripts if script not in reply.state.said)))


def _queue(reply: Reply, keys: Sequence[str]) -> None:
    new = [key for key in keys if key not in reply.state.queue and not reply.state.asked(key)]
    reply.change(queue=(*new, *reply.state.queue))


def _stay(reply: Reply, hits: Sequence[TriggerHit]) -> None:
    """Drop everything routine; the questions of this danger come first."""
    rails, urgent = reply.pack.guardrails, [hit for hit in hits if hit.tier is Tier.EMERGENCY]
    asks = [key for hit in urgent for key in questions_at(reply.pack.raised, rails[hit.trigger], hit.tier)]
    in_danger = [key for key in reply.state.queue if ":" not in key and reply.state.mode == "staying"]
    keys = [key for key in dict.fromkeys([*asks, *in_danger]) if not reply.state.answer(key)]
    reply.change(mode="staying", queue=tuple(keys))


def stay_with(reply: Reply, heard: Heard) -> None:
    """A turn of someone in danger, after its red flags were taken."""
    reply.mood = "concerned"
    request = find_request(reply.pack, heard)
    if request and request.kind == "stop":
        _stop(reply)
        return
    reply.change(stop_checked=False)
    if request and request.kind == "human":
        reply.tell("human", heard.raw.strip(), f"request {request.id}")
        reply.say(Said.HUMAN_AGAIN)
    elif request and request.kind == "repeat":
        reply.say(*_main_instruction(reply))
        reply.repeat()
        return
    elif request and request.kind in ("about_us", "comfort"):
        ask = reply.open
        if request.kind == "comfort" and ask and yes_or_no(reply.pack, ask.question, heard) is not Reading.UNCLEAR:
            _answer(reply, heard)
            return
        reply.say(*request.says)
        if ask is None:
            keep_company(reply)
        reply.repeat()
        return
    _answer(reply, heard)


def _answer(reply: Reply, heard: Heard) -> None:
    ask = reply.open
    calling = reply.pack.staying[CALLING]
    if ask is None:
        called = bool(meant(reply.pack, calling.also_yes, heard))
        if called and reply.state.asked(CALLING) and reply.state.answer(CALLING) != "yes":
            reply.close(Ask(CALLING, calling), "met", "yes")
            reply.say(calling.on_yes)
        else:
            keep_company(reply, heard)
        return
    match yes_or_no(reply.pack, ask.question, heard):
        case Reading.YES:
            reply.close(ask, "met", "yes")
            reply.say(ask.question.on_yes)
            reply.go_on()
        case Reading.NO:
            _answered_no(reply, ask, heard)
        case _:
            _unclear(reply, ask, heard)


def _answered_no(reply: Reply, ask: Ask, heard: Heard) -> None:
    """A no to "are you calling" is asked once more; to anything else it is an answer."""
    reply.say(ask.question.on_no)
    if ask.key == CALLING and reply.state.asked(CALLING) < int(reply.pack.numbers.ask_max.value):
        reply.ask_again(ask)
        return
    reply.close(ask, "met", "no")
    if ask.question.no_fires:
        reply.fire(ask.question.no_fires, heard.raw.strip(), f"answer {ask.question.id}")
    reply.go_on()


def _unclear(reply: Reply, ask: Ask, heard: Heard) -> None:
    """Every turn that is no answer uses up an ask, so that the question closes and what it means is told; only danger
    said once more, and a few mere sounds, do not."""
    if is_thinking(reply.pack, heard) and reply.state.detours < int(reply.pack.numbers.detour_max.value):
        reply.change(detours=reply.state.detours + 1)
        return
    if any(hit.tier is Tier.EMERGENCY for hit in reply.hits):
        keep_company(reply, heard)
        reply.repeat()
        return
    if is_question(heard) or not reply.lines:
        keep_company(reply, heard)
    if reply.state.asked(ask.key) < int(reply.pack.numbers.ask_max.value):
        reply.ask_again(ask)
        return
    reply.close(ask, "unable", "")
    if ask.question.unknown_fires:
        reply.fire(ask.question.unknown_fires, heard.raw.strip(), f"answer {ask.question.id}")
    reply.go_on()
    if reply.open is None:
        keep_company(reply)


def keep_company(reply: Reply, heard: Heard | None = None) -> None:
    """A short line so that nobody waits alone in silence, and the one instruction that matters."""
    if heard and is_question(heard) and not reply.hits:
        reply.unanswered = heard.raw.strip()
        reply.say(Said.STAYING_QUESTION)
    if heard and find(reply.pack, reply.pack.answers.better, heard.text):
        reply.say(Said.STAYING_BETTER)
    if not reply.lines:
        reply.say(Said.STAYING_HERE)
    if reply.state.answer(CALLING) != "yes" and reply.open is None:
        reply.change(company=reply.state.company + 1)
        if _is_due(reply):
            reply.say(*_main_instruction(reply, short=True))


def _is_due(reply: Reply) -> bool:
    """An instruction said with every turn is no longer heard: after a while it comes only now and then."""
    numbers, turn = reply.pack.numbers, reply.state.company
    return turn <= numbers.company_full.value or turn % int(numbers.company_every.value) == 0


def _main_instruction(reply: Reply, short: bool = False) -> tuple[str, ...]:
    if reply.state.answer(CALLING) == "yes":
        return (Said.P911_GOOD,)
    if reply.state.asked(CALLING):
        return (Said.STAYING_STILL_CALL,) if short else (Said.P911_CALL,)
    return (Said.P988_CALL,) if Said.P988_CALL in reply.state.said else (Said.DANGER_CALL,)


def _stop(reply: Reply) -> None:
    """Nobody in danger is let go on one word; a second one is respected."""
    if not reply.state.stop_checked:
        reply.change(stop_checked=True)
        reply.say(Said.STAYING_STOP_CHECK)
        return
    last = (Said.P911_STAY_ON,) if reply.state.answer(CALLING) == "yes" else _main_instruction(reply)
    reply.say(*last, Said.STAYING_END, Said.CLOSE_NOT_A_PERSON, Said.CLOSE_GOODBYE)
    reply.end("patient_ended")
