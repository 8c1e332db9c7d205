"""Decides each turn: red flags first, then what the patient asks of us, then the answer, then the next question.

Deterministic and bounded: every question is asked at most twice, side turns are counted, so any stream of words comes to
a goodbye, or to staying with someone in danger, which only people and long silence end.
"""

from collections.abc import Sequence
from dataclasses import replace

from server.conversation.advice import advised_hits, advised_reading
from server.conversation.agenda import Ask, medicine_groups, open_question
from server.conversation.answering import answer, answered, detour, give_up, side_turn
from server.conversation.answers import Reading, find_request
from server.conversation.consequences import fire_on
from server.conversation.danger import stay_with, suspect, take_hits
from server.conversation.heard import Heard, hear
from server.conversation.plain_answers import examine_answer
from server.conversation.reply import Reply
from server.conversation.state import Decision, State, Visit
from server.conversation.teach_back import score
from server.conversation.triage import Context, Triage, fire, named_groups
from server.conversation.understanding import reading_of
from server.conversation.volunteered import offers, without
from server.persona.pack import Pack, Request
from server.vocabulary.findings import Advice, Likeness, Tier

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


def on_end_button(pack: Pack, visit: Visit, state: State) -> Decision:
    """The patient pressed End: nothing more is said, and what is still open closes as not reached."""
    reply = Reply(pack, visit, state)
    if state.mode != "ended":
        reply.end("patient_ended")
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
    groups.append(medicine_groups(pack, visit))
    ask = open_question(pack, visit, state)
    lesson = ask.question.teach_back if ask else None
    topics = (ask.question.topics if ask else ()) + (lesson.topics if lesson else ())
    return Context(frozenset().union(*groups), frozenset(topics), frozenset(visit.risks), state.fired)


def decide(
    pack: Pack,
    visit: Visit,
    state: State,
    text: str,
    advice: Advice | None = None,
    likenesses: Sequence[Likeness] | None = None,
) -> Decision:
    """One patient turn.

    `advice`: what a language model adds to what the rules find. `likenesses`: what the classifier says of `text`; None
    where it was not asked.
    """
    reply = Reply(pack, visit, state)
    reply.advice = advice
    heard = hear(text)
    found = _found(pack, visit, state, heard, likenesses)
    found = replace(found, hits=(*found.hits, *advised_hits(pack, advice, found.hits, found.negatives)))
    if state.mode == "ended":
        _after_goodbye(reply, found)
        return reply.decision()
    unheard = state.unheard
    reply.change(turn=state.turn + 1, rung=0, unheard=False, hesitates="")
    if state.mode == "staying" or any(hit.tier is Tier.EMERGENCY for hit in found.hits):
        reply.change(again_words=())  # only a script comes before what someone in danger must hear
    reply.say_unheard_first()
    _triaged(reply, heard, found, unheard)
    return reply.decision()


ANSWERED_WITH = ("comfort", "human")
"""Requests that come together with an answer: "yes, and I'm scared" is above all a yes."""


def _found(pack: Pack, visit: Visit, state: State, heard: Heard, likenesses: Sequence[Likeness] | None) -> Triage:
    """Red flags in the words, and those that a short answer only has together with its question."""
    ask = open_question(pack, visit, state)
    return examine_answer(pack, visit, ask, heard, context_of(pack, visit, state), likenesses)


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
    if ask and not unheard and (danger := _danger_in_answer(reply, ask, heard, found)):
        hits = [fire(reply.pack.guardrails[danger], heard.raw.strip()), *hits]
        reply.close(ask, "met", _danger_reading(reply, ask, heard).value)
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
        detour(reply, heard)
    else:
        _routine(reply, heard, found, spoke)


def _danger_in_answer(reply: Reply, ask: Ask, heard: Heard, found: Triage) -> str:
    """The guardrail that a plain yes or no to the open question fires, when it is an emergency."""
    if ask.question.expects != "yes_no" or _asks_for_something(reply, heard):
        return ""
    reading = _danger_reading(reply, ask, heard)
    if reading is Reading.NO and ask.question.yes_fires and found.hits:
        # The turn will be about something else, and this no would be lost.
        reply.deny(ask.question.yes_fires, heard.raw.strip())
    fires = {Reading.YES: ask.about or ask.question.yes_fires, Reading.NO: ask.question.no_fires}.get(reading) or ""
    emergency = bool(fires) and reply.pack.guardrails[fires].tier is Tier.EMERGENCY
    return fires if emergency and ask.key != "calling_911" else ""


def _danger_reading(reply: Reply, ask: Ask, heard: Heard) -> Reading:
    denied = any(negative.trigger == ask.question.yes_fires for negative in reply.negatives)
    reading = reading_of(reply.pack, ask.question, heard, denied)
    advised = advised_reading(reply.pack, ask, reply.advice)
    return Reading(advised) if reading is Reading.UNCLEAR and advised else reading


def _asks_for_something(reply: Reply, heard: Heard) -> bool:
    request = find_request(reply.pack, heard)
    return request is not None and request.kind not in ANSWERED_WITH


def _routine(reply: Reply, heard: Heard, found: Triage, spoke: bool) -> None:
    ask = reply.open
    if ask is None:
        reply.open_next()
        return
    corrected = reply.state.corrections
    heard, gave = _volunteered(reply, ask, heard, found)
    request = find_request(reply.pack, heard)
    wants = any(reply.pack.guardrails[hit.trigger].is_request for hit in reply.hits)
    if request and not wants and not _is_answer_too(reply, request, ask, heard):
        _serve(reply, ask, request, heard)
    elif not reply.state.asked(ask.key):
        reply.open_next()
    elif gave and not answered(reply, ask, heard):
        _noted(reply, ask, heard, changed=reply.state.corrections > corrected)
    else:
        answer(reply, ask, heard, spoke, wants, request)


def _noted(reply: Reply, ask: Ask, heard: Heard, changed: bool) -> None:
    """The words answered other questions only. A changed answer may make other questions worth asking, or a new recap."""
    if not changed:
        reply.say("ack.noted")
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
    reply.say("ack.changed")


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
            reply.say("close.stopped", "close.call_911", "close.not_a_person", "close.goodbye")
            reply.end("patient_ended")
        case "wrong_person":
            # Whoever it is gets the one line that may save a life, and nothing of the patient's.
            reply.say(*request.says, "close.call_911", "close.not_a_person", "close.goodbye")
            reply.fire("WRONG_PERSON", heard.raw.strip())
            reply.end("patient_ended")
        case "refuse":
            give_up(reply, ask, "refused", heard)
        case "human":
            _call_nurse(reply, heard.raw.strip())
            detour(reply, heard)
        case "wait":
            reply.say("quiet.first")
            reply.change(soothed=True)
            side_turn(reply, ask, heard)
        case "repeat" | "about_us" | "comfort" | "unsure":
            reply.say(*request.says)
            detour(reply, heard)


def _call_nurse(reply: Reply, quote: str) -> None:
    new = reply.fire("HUMAN_ASKED", quote)
    reply.mood = "concerned"
    first = new and reply.state.mode == "routine"
    reply.say("human.of_course" if first else "human.again")


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
