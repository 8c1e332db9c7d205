"""Decides each turn: red flags first, then what the patient asks of us, then the answer, then the next question.

Deterministic and bounded: every question is asked at most twice, side turns are counted, so any stream of words comes to
a goodbye, or to staying with someone in danger, which only people and long silence end.
"""

from collections.abc import Sequence
from dataclasses import replace

from server.conversation.advice import advised_hits, advised_reading
from server.conversation.agenda import Ask, medicine_groups, open_question
from server.conversation.answering import answer, answered, detour, give_up, not_understood, side_turn
from server.conversation.answers import Reading, find_request, is_question
from server.conversation.consequences import fire_on
from server.conversation.cues import turn_over
from server.conversation.danger import CALLING, stay_with, suspect, take_hits
from server.conversation.heard import Heard, hear
from server.conversation.holding import ask_for_more, hold, says_there_is_more, taken_up, was_probed
from server.conversation.plain_answers import examine_answer
from server.conversation.recalling import recalls
from server.conversation.reply import Reply
from server.conversation.screening import beside_request, leaves_no_room
from server.conversation.state import Decision, State, Visit
from server.conversation.taking_back import TOLD, after_marker, answered_anew, danger_named, is_bare_no, reopen
from server.conversation.teach_back import score
from server.conversation.telling import tell_or_admit
from server.conversation.triage import Context, Triage, examine, fire, named_groups
from server.conversation.understanding import reading_of
from server.conversation.volunteered import offers, without
from server.conversation.wording import render
from server.persona.named import Asked, Fired, Said
from server.persona.pack import Pack, Request
from server.vocabulary.findings import Advice, Likeness, Tier, TriggerHit
from server.vocabulary.speech import Told

ANSWERS = ("refuse", "unsure")
"""Requests that mean nothing without a question that was heard."""
NURSE_BUTTON = "(pressed the nurse button)"
"""Quote of a page that came from a button; there are no words to quote."""
FAILURE = "(the computer helper failed)"
"""Quote of a page that the service itself asked for."""


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
    reply.change(rung=0, unheard=False, noticed=replace(state.noticed, held=None))
    reply.say(Said.WELCOME_STAYING if state.mode == "staying" else Said.WELCOME_BACK)
    reply.say_unheard_first()
    reply.mood = "concerned" if state.mode == "staying" else "warm"
    if state.mode == "staying" and reply.open is None:
        reply.say(Said.STAYING_STILL_CALL)
    reply.repeat()
    return reply.decision()


def on_nurse_button(pack: Pack, visit: Visit, state: State) -> Decision:
    """The patient pressed the button for a nurse; the open question stays open."""
    reply = Reply(pack, visit, state)
    if state.mode == "ended":
        return reply.decision()
    reply.say_unheard_first()
    _call_nurse(reply, NURSE_BUTTON, "button")
    reply.repeat()
    return reply.decision()


def on_end_button(pack: Pack, visit: Visit, state: State) -> Decision:
    """The patient pressed End: nothing more is said, and what is still open closes as not reached."""
    reply = Reply(pack, visit, state)
    if state.mode != "ended":
        reply.end("patient_ended")
    return reply.decision()


def on_failure(pack: Pack, visit: Visit, state: State) -> Decision:
    """A part of the service failed: an apology, and a person. The open question stays open."""
    reply = Reply(pack, visit, state)
    reply.fire(Fired.SYSTEM_FAILURE, FAILURE, "service")
    reply.mood = "concerned"
    reply.say(Said.TROUBLE_SORRY)
    return reply.decision()


def on_cut_off_from_nurses(pack: Pack, visit: Visit, state: State) -> Decision:
    """No page can go out: say so, and whom to call. Nothing moves; what was to be said waits."""
    return Decision(state, lines=render(pack, visit, Said.TROUBLE_NO_NURSE, 0), mood="concerned")


def context_of(pack: Pack, visit: Visit, state: State) -> Context:
    """What triage needs to know of this moment, also for partial transcripts."""
    groups = [named_groups(pack, hear(medicine.name).text) for medicine in visit.medicines]
    groups.append(medicine_groups(pack, visit))
    ask = open_question(pack, visit, state)
    lesson = ask.question.teach_back if ask else None
    topics = (ask.question.topics if ask else ()) + (lesson.topics if lesson else ())
    taken = frozenset().union(*groups)
    return Context(
        taken, frozenset(topics), frozenset(visit.risks), state.fired, bool(visit.medicines), visit.parameters
    )


def decide(
    pack: Pack,
    visit: Visit,
    state: State,
    text: str,
    advice: Advice | None = None,
    likenesses: Sequence[Likeness] | None = None,
    told: Told | None = None,
) -> Decision:
    """One patient turn.

    `advice`: what a language model adds to what the rules find. `likenesses`: what the classifier says of `text`; None
    where it was not asked. `told`: what the library answers, if it is asked something.
    """
    reply = Reply(pack, visit, state)
    reply.advice = advice
    reply.told = told
    reply.words = taken_up(pack, state, text)
    heard = hear(reply.words)
    found = _beside_question(pack, visit, state, _found(pack, visit, state, heard, likenesses), text)
    found = replace(found, hits=(*found.hits, *advised_hits(pack, advice, found.hits, found.negatives)))
    if state.mode == "ended":
        _after_goodbye(reply, found)
        return reply.decision()
    unheard = state.unheard
    reply.change(turn=state.turn + 1, rung=0, unheard=False)
    if says_there_is_more(pack, state, text):
        ask_for_more(reply)
        return reply.decision()
    reply.change(noticed=replace(state.noticed, hesitates="", held=None))
    if state.mode == "staying" or any(hit.tier is Tier.EMERGENCY for hit in found.hits):
        reply.change(again_words=())  # only a script comes before what someone in danger must hear
    reply.say_unheard_first()
    _triaged(reply, heard, found, unheard)
    turn_over(reply)
    return reply.decision()


def _found(pack: Pack, visit: Visit, state: State, heard: Heard, likenesses: Sequence[Likeness] | None) -> Triage:
    """Red flags in the words, and those that a short answer only has together with its question."""
    ask = open_question(pack, visit, state)
    return examine_answer(pack, visit, ask, heard, context_of(pack, visit, state), likenesses)


def _beside_question(pack: Pack, visit: Visit, state: State, found: Triage, text: str) -> Triage:
    """With what the words say on their own, where they reply to "is there more" and not to the open question: what that
    one expects to hear named is then the patient's own state."""
    if not was_probed(state):
        return found
    alone = examine(pack, hear(text), replace(context_of(pack, visit, state), topics=frozenset()), None)
    known = {hit.trigger for hit in found.hits}
    more = [replace(hit, start=0, end=0) for hit in alone.hits if hit.trigger not in known]
    return replace(found, hits=(*found.hits, *more), supposed=found.supposed or alone.supposed)


def _after_goodbye(reply: Reply, found: Triage) -> None:
    """Nothing is asked any more, but a new danger, even over the last words, brings the persona back."""
    hits = [hit for hit in found.hits if hit.tier is Tier.EMERGENCY and not reply.state.has_fired(hit)]
    if hits:
        reply.change(turn=reply.state.turn + 1, rung=0, mode="routine")
        take_hits(reply, hits)
        reply.open_next()


def _triaged(reply: Reply, heard: Heard, found: Triage, unheard: bool) -> None:
    rest = after_marker(reply.pack, heard)
    heard = rest or heard
    hits = list(found.hits)
    reply.negatives.extend(found.negatives)
    if not unheard:
        hits = [*_dangers_in_answer(reply, heard, found, taken_back=rest is not None), *hits]
    hits.sort(key=lambda hit: hit.tier.rank)
    was_staying = reply.state.mode == "staying"
    if not was_staying:
        hits = [hit for hit in hits if hit.trigger != Fired.CANNOT_CALL_911]
    spoke = take_hits(reply, hits)
    alarmed = spoke and any(hit.tier is Tier.EMERGENCY for hit in hits)
    if reply.state.mode == "staying" and (alarmed or not was_staying):
        reply.open_next()
    elif was_staying:
        stay_with(reply, heard)
    elif suspect(reply, Asked.ABOUT_PATIENT, found.other) or suspect(reply, Asked.HAPPENING_NOW, found.supposed):
        reply.open_next()
    elif unheard:
        _unheard(reply, heard)
    elif not hold(reply, heard):
        _routine(reply, heard, found, spoke, taken_back=rest is not None)


def _unheard(reply: Reply, heard: Heard) -> None:
    """The question was not heard, so nothing answers it; what the patient asks of us counts all the same."""
    request = find_request(reply.pack, heard)
    if reply.open and request and request.kind not in ANSWERS:
        _serve(reply, reply.open, request, heard)
    else:
        if reply.told is not None or is_question(heard):
            tell_or_admit(reply, heard)
        detour(reply, heard)


def _dangers_in_answer(reply: Reply, heard: Heard, found: Triage, taken_back: bool) -> list[TriggerHit]:
    """What a plain answer fires, to the open question or, where an answer is taken back, to the one before it."""
    open_ask = reply.open
    before = answered_anew(reply, heard) if taken_back and reply.state.mode == "routine" else None
    ask = before[0] if before else open_ask
    if ask is None or (taken_back and is_bare_no(reply.pack, heard)):
        return []
    danger = _danger_in_answer(reply, ask, heard, found)
    if not danger:
        return []
    reply.close(ask, "met", _danger_reading(reply, ask, heard).value)
    if ask is open_ask:
        reply.leave()
    return [fire(reply.pack.guardrails[danger], heard.raw.strip(), f"answer {ask.question.id}")]


def _danger_in_answer(reply: Reply, ask: Ask, heard: Heard, found: Triage) -> str:
    """The guardrail that a plain yes or no to the open question fires, when it is an emergency."""
    if ask.question.expects != "yes_no" or ask.key == CALLING:
        return ""
    reading = _danger_reading(reply, ask, heard)
    if reading is Reading.NO and ask.question.yes_fires and found.hits:
        # The turn will be about something else, and this no would be lost.
        reply.deny(ask.question.yes_fires, heard.raw.strip())
    fires = {Reading.YES: ask.about or ask.question.yes_fires, Reading.NO: ask.question.no_fires}.get(reading) or ""
    return fires if fires and reply.pack.guardrails[fires].tier is Tier.EMERGENCY else ""


def _danger_reading(reply: Reply, ask: Ask, heard: Heard) -> Reading:
    if leaves_no_room(reply.pack, heard):
        return beside_request(reply.pack, ask, heard)
    denied = any(negative.trigger == ask.question.yes_fires for negative in reply.negatives)
    reading = reading_of(reply.pack, ask, heard, denied)
    advised = advised_reading(reply.pack, ask, reply.advice)
    return Reading(advised) if reading is Reading.UNCLEAR and advised else reading


def _routine(reply: Reply, heard: Heard, found: Triage, spoke: bool, taken_back: bool) -> None:
    ask = reply.open
    if ask is None:
        reply.open_next()
        return
    if recalls(reply, heard):
        return
    corrected = reply.state.corrections
    heard, gave = _volunteered(reply, ask, heard, found)
    request = find_request(reply.pack, heard)
    wants = any(reply.pack.guardrails[hit.trigger].is_request for hit in reply.hits)
    if request and not wants and not _is_answer_too(reply, request, ask, heard):
        _serve(reply, ask, request, heard)
    elif taken_back and not gave and _took_back(reply, ask, heard):
        return
    elif not reply.state.asked(ask.key):
        reply.open_next()
    elif gave and not answered(reply, ask, heard):
        _noted(reply, ask, heard, changed=reply.state.corrections > corrected)
    else:
        answer(reply, ask, heard, spoke, wants, request)


def _took_back(reply: Reply, ask: Ask, heard: Heard) -> bool:
    """Words after "no wait": first for the question before, then for a danger that was denied; False: for the open one."""
    if before := answered_anew(reply, heard):
        old, given = before
        reply.close(old, "met", given, turns=(reply.state.turn,))
        fire_on(reply, old, given, heard.raw.strip())
        _taken_back(reply, 1)
        _noted(reply, ask, heard, changed=True)
        return True
    found = answered(reply, ask, heard) if ask.question.expects not in TOLD else None
    danger = None if found else danger_named(reply, heard)
    if danger and not reply.state.queue:
        reopen(reply, danger)
        return True
    if is_bare_no(reply.pack, heard) and reply.state.asked(ask.key):
        not_understood(reply, ask, heard)
        return True
    return False


def _noted(reply: Reply, ask: Ask, heard: Heard, changed: bool) -> None:
    """The words answered other questions only. A changed answer may make other questions worth asking, or a new recap."""
    if not changed:
        reply.say(Said.ACK_NOTED)
        detour(reply, heard)
    elif side_turn(reply, ask, heard):
        reply.open_next()


def _volunteered(reply: Reply, ask: Ask, heard: Heard, found: Triage) -> tuple[Heard, bool]:
    """Close what was answered without being asked; the words left for the open question, and whether anything was."""
    given = list(offers(reply, heard, found.negatives))
    words = [offer for offer in given if offer.start < offer.end]
    changed = [offer for offer in words if reply.state.closing(offer.ask.key)]
    for offer in given:
        reply.close(offer.ask, "met", offer.answer, turns=(reply.state.turn,))
        fire_on(reply, offer.ask, offer.answer, heard.raw[offer.start : offer.end].strip() or heard.raw.strip())
    if changed:
        _taken_back(reply, len(changed))
    if not words:
        return heard, False
    rest = without(
        heard, words, tuple(reply.pack.listening.phrases[one].pattern for one in reply.pack.answers.correction)
    )
    whole = heard if not changed and not answered(reply, ask, rest) and answered(reply, ask, heard) else rest
    return whole, True


def _taken_back(reply: Reply, count: int) -> None:
    """An answer was corrected: what was read back from the answers must be read back anew."""
    recaps = {objective.id for objective in reply.pack.objectives if objective.recap}
    begun = tuple(one for one in reply.state.begun if one not in recaps)
    reply.change(corrections=reply.state.corrections + count, begun=begun)
    reply.say(Said.ACK_CHANGED)


def _is_answer_too(reply: Reply, request: Request, ask: Ask, heard: Heard) -> bool:
    """ "I'm scared" is an answer to "what worries you", and a reason to be kind at any time."""
    if request.kind == "human" and (lesson := ask.question.teach_back):
        # "I'd call the nurse" is what was taught, and no wish to have one now.
        return bool(score(reply.pack, lesson, heard).points)
    if request.kind == "wait" and ask.question.teach_back:
        # So is "I'd wait a bit", though not what was taught.
        return heard.words[:1] in (("id",), ("ill",)) or heard.words[:2] in (("i", "would"), ("i", "will"))
    return request.kind == "comfort" and (ask.question.expects == "free" or answered(reply, ask, heard) is not None)


def _serve(reply: Reply, ask: Ask, request: Request, heard: Heard) -> None:
    """Do what the patient asks of us; the open question stays open."""
    match request.kind:
        case "stop":
            reply.say(Said.CLOSE_STOPPED, Said.CLOSE_CALL_911, Said.CLOSE_NOT_A_PERSON, Said.CLOSE_GOODBYE)
            reply.end("patient_ended")
        case "wrong_person":
            # Whoever it is gets the one line that may save a life, and nothing of the patient's.
            reply.say(*request.says, Said.CLOSE_CALL_911, Said.CLOSE_NOT_A_PERSON, Said.CLOSE_GOODBYE)
            reply.tell_of(request.fires, heard.raw.strip(), f"request {request.id}")
            reply.end("patient_ended", handed_over=True)
        case "refuse":
            give_up(reply, ask, "refused", heard)
        case "human":
            _call_nurse(reply, heard.raw.strip(), f"request {request.id}")
            detour(reply, heard)
        case "wait":
            reply.say(Said.QUIET_FIRST)
            reply.change(soothed=True)
            side_turn(reply, ask, heard)
        case "repeat" | "about_us" | "comfort" | "unsure":
            reply.say(*request.says)
            detour(reply, heard)


def _call_nurse(reply: Reply, quote: str, rule: str) -> None:
    """Tell a nurse and say so, once: a wish for a person may be found by its guardrail's words too."""
    new = reply.tell("human", quote, rule)
    reply.mood = "concerned"
    first = new and reply.state.mode == "routine"
    if not any(line.script == Said.HUMAN_OF_COURSE for line in reply.lines):
        reply.say(Said.HUMAN_OF_COURSE if first else Said.HUMAN_AGAIN)


__all__ = [
    "Decision",
    "State",
    "Visit",
    "context_of",
    "decide",
    "greet",
    "on_nurse_button",
    "welcome_back",
]
