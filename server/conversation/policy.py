"""Decides each turn: red flags first, then what the patient asks of us, then the answer, then the next question.

Deterministic and bounded: every question is asked at most twice, side turns are counted, so any stream of words comes to
a goodbye, or to staying with someone in danger, which only people and long silence end.
"""

from dataclasses import replace

from server.conversation.agenda import Ask, open_question
from server.conversation.answers import (
    Reading,
    choice_of,
    find_request,
    free_answer,
    is_filler,
    is_question,
    is_thinking,
    number_of,
    yes_or_no,
)
from server.conversation.danger import SUSPECTED, stay_with, suspect, take_hits
from server.conversation.heard import Heard, hear
from server.conversation.reply import Reply
from server.conversation.state import Decision, State, Visit
from server.conversation.teach_back import score
from server.conversation.triage import Context, Triage, examine, fire, named_groups
from server.persona.pack import Pack, Request
from server.vocabulary.findings import Tier

NURSE_BUTTON = "(pressed the nurse button)"
"""Quote of a page that came from a button; there are no words to quote."""
FAILURE = "(the computer helper failed)"
"""Quote of a page that the service itself asked for."""


def initial_state(pack: Pack, visit: Visit) -> State:
    """Before the first word."""
    return State()


def greet(pack: Pack, visit: Visit, state: State) -> Decision:
    """The first words, up to and with the first question."""
    reply = Reply(pack, visit, state)
    reply.mood = "warm"
    reply.open_next()
    return reply.decision()


def welcome_back(pack: Pack, visit: Visit, state: State) -> Decision:
    """After a lost connection or a restart: one short line, then the open question again."""
    reply = Reply(pack, visit, state)
    if state.mode == "ended":
        return reply.decision()
    if not state.asks:
        return greet(pack, visit, state)
    reply.change(rung=0, unheard=False)
    reply.say("welcome.staying" if state.mode == "staying" else "welcome.back")
    reply.say_unheard_first()
    reply.mood = "concerned" if state.mode == "staying" else "warm"
    if state.mode == "staying" and reply.open is None:
        reply.say("staying.still_call")
    reply.repeat()
    return reply.decision()


def on_nurse_button(pack: Pack, visit: Visit, state: State) -> Decision:
    """The patient pressed the button for a nurse; the open question stays open."""
    reply = Reply(pack, visit, state)
    if state.mode == "ended":
        return reply.decision()
    reply.say_unheard_first()
    _call_nurse(reply, NURSE_BUTTON)
    reply.repeat()
    return reply.decision()


def on_failure(pack: Pack, visit: Visit, state: State) -> Decision:
    """A part of the service failed: an apology, and a person. The open question stays open."""
    reply = Reply(pack, visit, state)
    reply.fire("SYSTEM_FAILURE", FAILURE)
    reply.mood = "concerned"
    reply.say("trouble.sorry")
    return reply.decision()


def context_of(pack: Pack, visit: Visit, state: State) -> Context:
    """What triage needs to know of this moment, also for partial transcripts."""
    groups = [named_groups(pack, hear(medicine.name).text) for medicine in visit.medicines]
    ask = open_question(pack, visit, state)
    lesson = ask.question.teach_back if ask else None
    return Context(frozenset().union(*groups), frozenset(lesson.topics) if lesson else frozenset())


def decide(pack: Pack, visit: Visit, state: State, text: str) -> Decision:
    """One patient turn."""
    reply = Reply(pack, visit, state)
    heard = hear(text)
    found = _found(pack, visit, state, heard)
    if state.mode == "ended":
        _after_goodbye(reply, found)
        return reply.decision()
    unheard = state.unheard
    reply.change(turn=state.turn + 1, rung=0, unheard=False)
    reply.say_unheard_first()
    _triaged(reply, heard, found, unheard)
    return reply.decision()


ANSWERED_WITH = ("comfort", "human")
"""Requests that come together with an answer: "yes, and I'm scared" is above all a yes."""
SHORT = 5
"""Longest answer, in words, that is also read together with its question."""


def _found(pack: Pack, visit: Visit, state: State, heard: Heard) -> Triage:
    """Red flags in the words, and those that a short answer only has together with its question."""
    context = context_of(pack, visit, state)
    found = examine(pack, heard, context)
    ask = open_question(pack, visit, state)
    if found.hits or ask is None or len(heard.words) > SHORT:
        return found
    for meaning in ask.question.short_answer_means:
        whole = examine(pack, hear(f"{heard.raw.rstrip(' .,!')} {meaning}"), context)
        if dangers := tuple(hit for hit in whole.hits if hit.tier is Tier.EMERGENCY):
            return replace(found, hits=tuple(replace(hit, quote=heard.raw.strip()) for hit in dangers))
    return found


def _after_goodbye(reply: Reply, found: Triage) -> None:
    """Nothing is asked any more, but a new danger, even over the last words, brings the persona back."""
    hits = [hit for hit in found.hits if hit.tier is Tier.EMERGENCY and not reply.state.has_fired(hit)]
    if hits:
        reply.change(turn=reply.state.turn + 1, rung=0, mode="routine")
        take_hits(reply, hits)
        reply.open_next()


def _triaged(reply: Reply, heard: Heard, found: Triage, unheard: bool) -> None:
    ask = reply.open
    hits = list(found.hits)
    reply.negatives.extend(found.negatives)
    if ask and not unheard and (danger := _danger_in_answer(reply, ask, heard)):
        hits = [fire(reply.pack.guardrails[danger], heard.raw.strip()), *hits]
        reply.close(ask, "met", yes_or_no(reply.pack, ask.question, heard).value)
        reply.leave()
    hits.sort(key=lambda hit: hit.tier.rank)
    was_staying = reply.state.mode == "staying"
    if not was_staying:
        hits = [hit for hit in hits if hit.trigger != "CANNOT_CALL_911"]
    spoke = take_hits(reply, hits)
    alarmed = spoke and any(hit.tier is Tier.EMERGENCY for hit in hits)
    if reply.state.mode == "staying" and (alarmed or not was_staying):
        reply.open_next()
    elif was_staying:
        stay_with(reply, heard)
    elif suspect(reply, "about_patient", found.other) or suspect(reply, "happening_now", found.supposed):
        reply.open_next()
    elif unheard:
        _detour(reply, heard)
    else:
        _routine(reply, heard, spoke)


def _danger_in_answer(reply: Reply, ask: Ask, heard: Heard) -> str:
    """The guardrail that a plain yes or no to the open question fires, when it is an emergency."""
    if ask.question.expects != "yes_no" or _asks_for_something(reply, heard):
        return ""
    reading = _reading(reply, ask, heard)
    if reading is Reading.NO and ask.question.yes_fires:
        reply.deny(ask.question.yes_fires, heard.raw.strip())
    fires = {Reading.YES: ask.about or ask.question.yes_fires, Reading.NO: ask.question.no_fires}.get(reading) or ""
    emergency = bool(fires) and reply.pack.guardrails[fires].tier is Tier.EMERGENCY
    return fires if emergency and ask.key != "calling_911" else ""


def _reading(reply: Reply, ask: Ask, heard: Heard) -> Reading:
    """A story that denies the very thing asked about is a no, wherever in the story it does so."""
    reading = yes_or_no(reply.pack, ask.question, heard)
    denied = any(negative.trigger == ask.question.yes_fires for negative in reply.negatives)
    return Reading.NO if reading is Reading.UNCLEAR and denied else reading


def _asks_for_something(reply: Reply, heard: Heard) -> bool:
    request = find_request(reply.pack, heard)
    return request is not None and request.kind not in ANSWERED_WITH


def _routine(reply: Reply, heard: Heard, spoke: bool) -> None:
    ask = reply.open
    if ask is None:
        reply.open_next()
        return
    request = find_request(reply.pack, heard)
    wants = any(reply.pack.guardrails[hit.trigger].is_request for hit in reply.hits)
    if request and not wants and not _is_answer_too(reply, request, ask, heard):
        _serve(reply, ask, request, heard)
    elif not reply.state.asked(ask.key):
        reply.open_next()
    else:
        _answer(reply, ask, heard, spoke, wants, request)


def _is_answer_too(reply: Reply, request: Request, ask: Ask, heard: Heard) -> bool:
    """ "I'm scared" is an answer to "what worries you", and a reason to be kind at any time."""
    return request.kind == "comfort" and (ask.question.expects == "free" or bool(_understand(reply, ask, heard)))


def _serve(reply: Reply, ask: Ask, request: Request, heard: Heard) -> None:
    """Do what the patient asks of us; the open question stays open."""
    match request.kind:
        case "stop":
            reply.say("close.stopped", "close.call_911", "close.not_a_person", "close.goodbye")
            reply.end("patient_ended")
        case "refuse":
            _give_up(reply, ask, "refused", heard)
        case "human":
            _call_nurse(reply, heard.raw.strip())
            _detour(reply, heard)
        case "wait":
            reply.say("quiet.first")
            reply.change(soothed=True)
            _side_turn(reply, ask, heard)
        case "repeat" | "about_us" | "comfort" | "unsure":
            reply.say(*request.says)
            _detour(reply, heard)


def _call_nurse(reply: Reply, quote: str) -> None:
    new = reply.fire("HUMAN_ASKED", quote)
    reply.mood = "concerned"
    first = new and reply.state.mode == "routine"
    reply.say("human.of_course" if first else "human.again")


def _detour(reply: Reply, heard: Heard) -> None:
    """Back to the open question in the same words; too many side turns count as an ask."""
    ask = reply.open
    if ask is None:
        return
    if not _side_turn(reply, ask, heard):
        return
    reply.repeat()


def _side_turn(reply: Reply, ask: Ask, heard: Heard) -> bool:
    """Count a side turn; False when they are used up and the question was asked anew or given up."""
    if reply.state.detours < int(reply.pack.numbers.detour_max.value):
        reply.change(detours=reply.state.detours + 1)
        return True
    _not_understood(reply, ask, heard)
    return False


def _answer(reply: Reply, ask: Ask, heard: Heard, spoke: bool, wants: bool, request: Request | None) -> None:
    if is_thinking(reply.pack, heard) and not _understand(reply, ask, heard):
        # A sound is not an answer; silence after it is the ladder's business, so say nothing and keep listening.
        _side_turn(reply, ask, heard)
        return
    if is_filler(reply.pack, heard) and ask.question.expects != "yes_no":
        _detour(reply, heard)
        return
    if ask.question.expects == "teach_back" and not wants:
        _teach_back(reply, ask, heard)
        return
    if request:
        reply.say(*request.says)
    answer = "" if wants and ask.question.id != "worry" else _understand(reply, ask, heard)
    asks_us = is_question(heard) and not wants
    if asks_us and not (answer and ask.question.expects == "yes_no" and "?" not in heard.raw):
        reply.unanswered = heard.raw.strip()
        reply.say("nothing.unanswered")
        spoke = True
    if answer:
        _accept(reply, ask, answer, heard, spoke or bool(request))
    elif asks_us or wants or spoke:
        _detour(reply, heard)
    else:
        _not_understood(reply, ask, heard)


def _understand(reply: Reply, ask: Ask, heard: Heard) -> str:
    match ask.question.expects:
        case "yes_no":
            reading = _reading(reply, ask, heard)
            return reading.value if reading in (Reading.YES, Reading.NO) else ""
        case "number":
            return number_of(heard)
        case "choice":
            return choice_of(reply.pack, ask.question, heard)
        case "free":
            return "" if is_question(heard) and ask.question.id != "worry" else free_answer(reply.pack, heard)
        case "teach_back":
            return ""


def _accept(reply: Reply, ask: Ask, answer: str, heard: Heard, spoke: bool) -> None:
    """The question is answered: write it down, acknowledge it in a few words, go on."""
    question = ask.question
    if question.yes_fires and answer == "no":
        reply.deny(question.yes_fires, heard.raw.strip())
    reply.close(ask, "met", answer)
    reply.leave()
    fires = {"yes": question.yes_fires, "no": question.no_fires}.get(answer) if question.expects == "yes_no" else None
    if fires:
        hit = fire(reply.pack.guardrails[fires], heard.raw.strip())
        spoke = take_hits(reply, [hit]) or spoke
    chosen = next((choice.acknowledge for choice in question.choices if choice.id == answer), None)
    by_answer = {"yes": question.on_yes, "no": question.on_no}.get(answer) if question.expects == "yes_no" else None
    if not spoke or ask.question.id in SUSPECTED:
        reply.say(chosen or by_answer or question.on_answer)
    reply.open_next()


def _teach_back(reply: Reply, ask: Ask, heard: Heard) -> None:
    lesson = ask.question.teach_back
    if lesson is None:
        return
    result = score(reply.pack, lesson, heard)
    if result.passed:
        reply.close(ask, "met", ",".join(result.points))
        missing = [point.remind for point in lesson.points if point.remind and point.id not in result.points]
        reply.say(lesson.passed, *missing)
        reply.go_on()
        return
    rounds = reply.state.asked(ask.key)
    if rounds <= int(reply.pack.numbers.reteach_max.value):
        reply.say(lesson.teach[min(rounds, len(lesson.teach) - 1)])
        reply.ask_again(ask)
        return
    reply.close(ask, "unable", ",".join(result.points))
    reply.fire(lesson.fail_fires, heard.raw.strip())
    reply.say(lesson.failed)
    reply.go_on()


def _not_understood(reply: Reply, ask: Ask, heard: Heard) -> None:
    if ask.question.expects == "teach_back":
        _teach_back(reply, ask, heard)
    elif reply.state.asked(ask.key) < int(reply.pack.numbers.ask_max.value):
        reply.ask_again(ask)
    else:
        _give_up(reply, ask, "unable", heard)


def _give_up(reply: Reply, ask: Ask, status: str, heard: Heard) -> None:
    """Close without an answer; for a red flag, not knowing is itself a reason for a nurse."""
    reply.close(ask, "refused" if status == "refused" else "unable", "")
    reply.leave()
    reply.say("ack.refused" if status == "refused" else "ack.unable")
    if ask.question.unknown_fires:
        take_hits(reply, [fire(reply.pack.guardrails[ask.question.unknown_fires], heard.raw.strip())])
    reply.open_next()


__all__ = [
    "Decision",
    "State",
    "Visit",
    "context_of",
    "decide",
    "greet",
    "initial_state",
    "on_nurse_button",
    "welcome_back",
]
