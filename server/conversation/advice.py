"""What a language model may add to the reading of a turn, and the checks its answer must pass. Pure.

It may answer the open question where the rules could not, and raise red flags. It can never take an escalation away: no
reading is accepted that leads away from a danger, and flags only ever add to the hits of the rules.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from server.conversation.agenda import Ask, open_question
from server.conversation.heard import hear
from server.conversation.state import Decision, State, Visit
from server.conversation.triage import fire
from server.persona.pack import Guardrail, Pack, Question
from server.vocabulary.findings import Advice, Flag, NegativeFinding, Tier, TriggerHit
from server.vocabulary.prompts import Tool

FLAGS_MAX = 3
"""Flags of one turn that are taken; people name one or two things at a time, and a flood of pages hides the real one."""
MODEL = "language model"
"""`TriggerHit.rule` of a flag."""
LONGEST_NUMBER = 6
"""Digits of the longest number that can be an answer."""


def worth_asking(pack: Pack, visit: Visit, before: State, decision: Decision, text: str) -> bool:
    """Whether a model could add anything: the rules read no answer, or the words are many enough to hide a danger.

    Never beside someone in danger: nothing may wait there, and the rules alone decide.
    """
    if before.mode != "routine" or decision.state.mode == "staying":
        return False
    if any(hit.tier is Tier.EMERGENCY for hit in decision.hits):
        return False
    # While an answer is being read back, the patient's yes or no to that is all that is asked.
    unread = (
        before.read_back is None and bool(_options(pack, open_question(pack, visit, before))) and not decision.closed
    )
    return unread or len(hear(text).words) >= pack.talk.numbers.story_words.value


def tool_for(pack: Pack, visit: Visit, state: State) -> Tool:
    """The function by which a model reports what it read; the schema holds every value that will be accepted."""
    options = _options(pack, open_question(pack, visit, state))
    flag = _object(
        trigger={"type": "string", "enum": [rail.id for rail in raisable(pack)]},
        quote={"type": "string", "description": "the patient's words, copied exactly"},
    )
    reading: dict[str, Any] = {"type": "string", "description": "the answer to the open question, or unclear"}
    if options != NUMBER:
        reading["enum"] = ["unclear", *options]
    parameters = _object(
        reading=reading,
        quote={"type": "string", "description": "the patient's words that say so, copied exactly, or empty"},
        flags={"type": "array", "items": flag, "description": "dangers the patient reports now, about themselves"},
    )
    return Tool("report", "Report what the patient's last turn says.", parameters)


def raisable(pack: Pack) -> Iterator[Guardrail]:
    """What a model may flag: what someone must act on soon, and that the patient's words alone can show."""
    tiers = (Tier.EMERGENCY, Tier.URGENT, Tier.SAME_DAY)
    return (rail for rail in pack.guardrails.values() if rail.tier in tiers and rail.phrases and not rail.is_request)


def checked(pack: Pack, visit: Visit, state: State, text: str, arguments: str) -> Advice | None:
    """The model's answer with everything left out that is not valid or not in the patient's words; None if nothing is left."""
    try:
        said = json.loads(arguments)
    except ValueError:
        return None
    if not isinstance(said, dict):
        return None
    reading, quote = _text(said.get("reading")), _text(said.get("quote"))
    ask = open_question(pack, visit, state) if state.read_back is None else None
    if not (ask and _stands_in(quote, text) and may_read(pack, ask, reading)):
        reading = quote = ""
    flags = tuple(_flags(pack, said.get("flags"), text))[:FLAGS_MAX]
    return Advice(reading, quote, flags) if reading or flags else None


def may_read(pack: Pack, ask: Ask, reading: str) -> bool:
    """Whether a model's reading of this question counts.

    Where an answer, or none, can bring in a person, and with the questions beside the agenda, only a reading that brings
    one in is taken. Where an answer leads on to such questions, only one that leads to all of them. Everything else is
    asked again and left to the rules.
    """
    question = ask.question
    if not _is_valid(pack, question, reading):
        return False
    if ask.about:
        return reading == "yes"
    if any(question.fires()) or question.id in pack.staying:
        return any(question.fires_on(reading))
    return all(_opens(later, reading) for later in _after(pack, question) if _leads_to_danger(pack, later))


def advised_reading(pack: Pack, ask: Ask, advice: Advice | None) -> str:
    """The model's answer to this question, or empty; checked again, as a journal is not the place to trust."""
    return advice.reading if advice and may_read(pack, ask, advice.reading) else ""


def advised_hits(
    pack: Pack, advice: Advice | None, hits: Sequence[TriggerHit], negatives: Sequence[NegativeFinding]
) -> list[TriggerHit]:
    """The hits that a model adds. What the rules heard denied in these very words, and what they found, is theirs."""
    known = {hit.trigger for hit in hits} | {negative.trigger for negative in negatives}
    flags = advice.flags if advice else ()
    rails = [(pack.guardrails.get(flag.trigger), flag.quote) for flag in flags]
    return [fire(rail, quote, MODEL) for rail, quote in rails if rail is not None and rail.id not in known]


NUMBER = ("number",)
"""Stands for any number among the answers of a question."""


def _options(pack: Pack, ask: Ask | None) -> tuple[str, ...]:
    """What a model may answer to the open question."""
    if ask is None:
        return ()
    match ask.question.expects:
        case "yes_no":
            return tuple(one for one in ("yes", "no") if may_read(pack, ask, one))
        case "choice":
            return tuple(choice.id for choice in ask.question.choices if may_read(pack, ask, choice.id))
        case "number" | "scale":
            return NUMBER if may_read(pack, ask, "1") else ()
        case _:
            return ()


def _is_valid(pack: Pack, question: Question, reading: str) -> bool:
    match question.expects:
        case "yes_no":
            return reading in ("yes", "no")
        case "choice":
            return reading in {choice.id for choice in question.choices}
        case "number" | "scale":
            return reading.isdecimal() and len(reading) <= LONGEST_NUMBER
        case _:
            return False


def _after(pack: Pack, question: Question) -> Iterator[Question]:
    return (later for later in pack.questions if later.when and later.when.question == question.id)


def _opens(later: Question, reading: str) -> bool:
    when = later.when
    return when is not None and (reading in when.among or bool(when.not_among and reading not in when.not_among))


def _leads_to_danger(pack: Pack, question: Question) -> bool:
    return any(question.fires()) or any(_leads_to_danger(pack, later) for later in _after(pack, question))


def _flags(pack: Pack, said: object, text: str) -> Iterator[Flag]:
    allowed = {rail.id for rail in raisable(pack)}
    seen: set[str] = set()
    for one in said if isinstance(said, list) else []:
        trigger, quote = (_text(one.get("trigger")), _text(one.get("quote"))) if isinstance(one, dict) else ("", "")
        if trigger in allowed and trigger not in seen and _stands_in(quote, text):
            seen.add(trigger)
            yield Flag(trigger, quote)


def _stands_in(quote: str, text: str) -> bool:
    """Whether these are the patient's own words, whatever their case, spacing and punctuation."""
    words = " ".join(hear(quote).words)
    return bool(words) and f" {words} " in f" {' '.join(hear(text).words)} "


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _object(**properties: object) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
