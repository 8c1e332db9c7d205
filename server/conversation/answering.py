"""A turn read as the answer to the open question: understood, read back, taught again, asked once more, or given up."""

from server.conversation.advice import advised_reading
from server.conversation.agenda import Ask, value_of
from server.conversation.amounts import amount_of
from server.conversation.answers import Reading, is_filler, is_question, is_thinking, yes_or_no
from server.conversation.consequences import fire_on
from server.conversation.danger import SUSPECTED, take_hits
from server.conversation.doses import says_how_often
from server.conversation.heard import Heard, hear
from server.conversation.reply import FINISH_LATER, Reply
from server.conversation.state import ReadBack
from server.conversation.teach_back import score
from server.conversation.telling import asks, tell_or_admit, tells
from server.conversation.triage import fire
from server.conversation.understanding import Understood, understand
from server.persona.named import Said
from server.persona.pack import Question, Request

IMPLAUSIBLE = " (implausible)"
"""Ends an answer on record that is hard to believe and was said again when it was read back."""


def answered(reply: Reply, ask: Ask, heard: Heard) -> Understood | None:
    """What the words come to as an answer to this question; None when they do not answer it."""
    denied = any(negative.trigger == ask.question.yes_fires for negative in reply.negatives)
    return understand(reply.pack, reply.visit, ask, heard, denied)


def answer(reply: Reply, ask: Ask, heard: Heard, spoke: bool, wants: bool, request: Request | None) -> None:
    """`spoke`: this turn was already replied to; `wants`: it asked for something that a guardrail answers."""
    if (back := reply.state.read_back) and back.key == ask.key:
        _confirmed(reply, ask, heard, back)
        return
    found = answered(reply, ask, heard) or _advised(reply, ask)
    if is_thinking(reply.pack, heard) and not found:
        # A sound is not an answer; silence after it is the ladder's business, so say nothing and keep listening.
        side_turn(reply, ask, heard)
        return
    if is_filler(reply.pack, heard) and ask.question.expects != "yes_no":
        detour(reply, heard)
        return
    if ask.question.expects == "teach_back" and not wants:
        if not _is_taught(reply, ask, heard) and tells(reply, heard):
            detour(reply, heard)
            return
        teach_back(reply, ask, heard)
        return
    if request:
        reply.say(*request.says)
    if wants and ask.question.id != "worry":
        found = None
    asks_us = (is_question(heard) or (reply.told is not None and asks(heard))) and not wants
    if asks_us and not (found and ask.question.expects == "yes_no" and "?" not in heard.raw):
        tell_or_admit(reply, heard)
        spoke = True
    if found and _lacks_count(reply, ask, found):
        not_understood(reply, ask, heard)
    elif found:
        accept(reply, ask, found, heard, spoke or bool(request))
    elif asks_us or wants or spoke:
        detour(reply, heard)
    else:
        not_understood(reply, ask, heard)


def _is_taught(reply: Reply, ask: Ask, heard: Heard) -> bool:
    """Whether the words say anything of what was taught: "I call the nurse, right?" is an answer."""
    lesson = ask.question.teach_back
    return lesson is not None and bool(score(reply.pack, lesson, heard).points)


def _lacks_count(reply: Reply, ask: Ask, found: Understood) -> bool:
    """ "With water" says nothing to compare with the list: how often is asked for once."""
    question = ask.question
    if not question.directions_fires or reply.state.asked(ask.key) >= int(reply.pack.numbers.ask_max.value):
        return False
    return found.answer not in question.choice_fires and not says_how_often(hear(found.answer))


def _advised(reply: Reply, ask: Ask) -> Understood | None:
    """What a language model read where the rules could not; a number of its making is read back before it counts."""
    reading = advised_reading(reply.pack, ask, reply.advice)
    if not reading or ask.question.expects not in ("number", "scale"):
        return Understood(reading) if reading else None
    found = understand(reply.pack, reply.visit, ask, hear(reading))
    amount = amount_of(reply.pack.measures[ask.question.measure or ""], hear(reading))
    return Understood(found.answer, (Said.HEARD_NUMBER, "{number}", amount.spoken)) if found and amount else None


def _confirmed(reply: Reply, ask: Ask, heard: Heard, back: ReadBack) -> None:
    """The reply to "did you say 510 pounds?": a yes, another answer, or neither."""
    question = Question(id=ask.question.id, ask=back.script, again=back.script, expects="yes_no")
    reading = yes_or_no(reply.pack, question, heard)
    if reading is Reading.YES:
        _settle(reply, ask, Understood(back.answer), heard, spoke=False)
        return
    found = answered(reply, ask, heard)
    if found and found.answer == ask.question.no_means:
        found = None
    if found and found.answer == back.answer and ask.question.measure:
        # Said twice is meant, however odd; a medicine that only sounds like one still needs its yes.
        _settle(reply, ask, Understood(_flagged(reply, ask, back.answer)), heard, spoke=False)
    elif found and found.sure and found.answer != back.answer:
        _settle(reply, ask, found, heard, spoke=False)
    elif found and found.answer != back.answer and reply.state.detours < int(reply.pack.numbers.detour_max.value):
        reply.change(detours=reply.state.detours + 1)
        _read_back(reply, ask, found)
    elif reading is Reading.NO or reply.state.detours >= int(reply.pack.numbers.detour_max.value):
        reply.change(read_back=None)
        not_understood(reply, ask, heard)
    else:
        tells(reply, heard)
        reply.change(detours=reply.state.detours + 1)
        reply.repeat()


def _flagged(reply: Reply, ask: Ask, given: str) -> str:
    measure = reply.pack.measures[ask.question.measure or ""]
    return given if measure.low <= (value_of(given) or 0.0) <= measure.high else given + IMPLAUSIBLE


def accept(reply: Reply, ask: Ask, found: Understood, heard: Heard, spoke: bool) -> None:
    """The question is answered; what was not surely heard is read back first."""
    if found.sure:
        _settle(reply, ask, found, heard, spoke)
    else:
        _read_back(reply, ask, found)


def _read_back(reply: Reply, ask: Ask, found: Understood) -> None:
    script, slot, value = found.read_back
    reply.read_back(ReadBack(ask.key, found.answer, str(script), ((slot, value),)))


def _settle(reply: Reply, ask: Ask, found: Understood, heard: Heard, spoke: bool) -> None:
    """Write the answer down, acknowledge it in a few words, go on."""
    question = ask.question
    if question.yes_fires and found.answer == "no":
        reply.deny(question.yes_fires, heard.raw.strip())
    reply.close(ask, "met", found.answer)
    reply.leave()
    spoke = fire_on(reply, ask, found.answer, heard.raw.strip()) or spoke
    if ask.key == FINISH_LATER and found.answer == "yes":
        reply.say(Said.LATER_GOOD, Said.CLOSE_CALL_911, Said.CLOSE_NOT_A_PERSON, Said.CLOSE_GOODBYE)
        reply.end("patient_ended")
        return
    if not spoke or question.id in SUSPECTED:
        reply.say(_acknowledgement(question, found.answer))
    reply.open_next()


def _acknowledgement(question: Question, given: str) -> str | None:
    chosen = next((choice.acknowledge for choice in question.choices if choice.id == given.split(",")[0]), None)
    by_answer = {"yes": question.on_yes, "no": question.on_no}.get(given) if question.expects == "yes_no" else None
    return chosen or by_answer or question.on_answer


def teach_back(reply: Reply, ask: Ask, heard: Heard) -> None:
    """Score an answer in the patient's own words; teach it again in other words, and after two tries let a nurse do it."""
    lesson = ask.question.teach_back
    if lesson is None:
        return
    result = score(reply.pack, lesson, heard)
    if result.passed:
        reply.close(ask, "met", ",".join(result.points))
        missing = [point.remind for point in lesson.points if point.remind and point.id not in result.points]
        reply.say(lesson.passed, *missing, slots=ask.slots)
        reply.go_on()
        return
    rounds = reply.state.asked(ask.key)
    if rounds <= int(reply.pack.numbers.reteach_max.value):
        reply.say(lesson.teach[min(rounds, len(lesson.teach) - 1)], slots=ask.slots)
        reply.ask_again(ask)
        return
    reply.close(ask, "unable", ",".join(result.points))
    reply.fire(lesson.fail_fires, heard.raw.strip(), f"answer {ask.question.id}")
    reply.say(lesson.failed, slots=ask.slots)
    reply.go_on()


def detour(reply: Reply, heard: Heard) -> None:
    """Back to the open question in the same words; too many side turns count as an ask."""
    ask = reply.open
    if ask is not None and side_turn(reply, ask, heard):
        reply.repeat()


def side_turn(reply: Reply, ask: Ask, heard: Heard) -> bool:
    """Count a side turn; False when they are used up and the question was asked anew or given up."""
    if reply.state.detours < int(reply.pack.numbers.detour_max.value):
        reply.change(detours=reply.state.detours + 1)
        return True
    not_understood(reply, ask, heard)
    return False


def not_understood(reply: Reply, ask: Ask, heard: Heard) -> None:
    """Once more in other words, then never again."""
    if ask.question.expects == "teach_back":
        teach_back(reply, ask, heard)
    elif reply.state.asked(ask.key) < int(reply.pack.numbers.ask_max.value):
        reply.ask_again(ask)
    else:
        give_up(reply, ask, "unable", heard)


def give_up(reply: Reply, ask: Ask, status: str, heard: Heard) -> None:
    """Close without an answer; for a red flag, not knowing is itself a reason for a nurse."""
    reply.close(ask, "refused" if status == "refused" else "unable", "")
    reply.leave()
    reply.say(Said.ACK_REFUSED if status == "refused" else Said.ACK_UNABLE)
    if ask.question.unknown_fires:
        unknown = reply.pack.guardrails[ask.question.unknown_fires]
        take_hits(reply, [fire(unknown, heard.raw.strip(), f"answer {ask.question.id}")])
    reply.open_next()
