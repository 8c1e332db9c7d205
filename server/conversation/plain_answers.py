"""Red flags in a turn together with the question it answers: a plain answer means what was asked and nothing it only
sounds like ("four", "I ran out"); a few words may mean more than they say ("my chest", asked what hurts).

Phrases and number rules count in both; a plain answer hides none of them.
"""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import assert_never

from server.conversation.agenda import Ask
from server.conversation.amounts import COUNTS, amount_of, pressure_of
from server.conversation.asides import spans_of, uncovered
from server.conversation.days import AHEAD, MONTHS, ORDINALS, PARTS, WEEKDAYS, moment_of
from server.conversation.heard import Heard, hear
from server.conversation.markers import Span
from server.conversation.medicines import named_in
from server.conversation.state import Visit
from server.conversation.triage import Context, Triage, examine
from server.conversation.understanding import known_names
from server.persona.pack import Pack, Question
from server.vocabulary.findings import Likeness, Tier, TriggerHit

AROUND_DAYS = frozenset(
    {*AHEAD, *MONTHS, *ORDINALS, *PARTS, "next", "this", "on", "in", "at", "of", "oclock", "am", "pm", "week"}
)
AROUND_NUMBERS = frozenset(
    {*COUNTS, "half", "point", "over", "times", "today", "yesterday", "morning", "night", "every", "each"}
)


def examine_answer(
    pack: Pack,
    visit: Visit,
    ask: Ask | None,
    heard: Heard,
    context: Context,
    likenesses: Sequence[Likeness] | None,
) -> Triage:
    """As `examine`, knowing the open question."""
    if ask is None:
        return examine(pack, heard, context, likenesses)
    plain = is_plain(pack, visit, ask.question, heard)
    found = examine(pack, heard, replace(context, plain=plain), likenesses)
    if any(hit.tier is Tier.EMERGENCY for hit in found.hits):
        return found
    dangers = _with_question(pack, ask.question, heard, context)
    return replace(found, hits=(*dangers, *found.hits)) if dangers else found


def is_plain(pack: Pack, visit: Visit, question: Question, heard: Heard) -> bool:
    """Whether the words are an answer of the kind that the question expects, and nothing else."""
    spans = list(_answers(pack, visit, question, heard))
    return bool(spans) and not uncovered(pack, heard, spans, 0, len(heard.tokens))


def _with_question(pack: Pack, question: Question, heard: Heard, context: Context) -> tuple[TriggerHit, ...]:
    """Emergencies that the words only have together with their question. No hints: with "hurts" nearly everything is one."""
    if len(heard.words) > pack.numbers.short_answer_words.value:
        return ()
    for meaning in question.short_answer_means:
        whole = examine(pack, hear(f"{heard.raw.rstrip(' .,!')} {meaning}"), context, ())
        if dangers := [hit for hit in whole.hits if hit.tier is Tier.EMERGENCY]:
            rule, said = f"answer {question.id}", heard.raw.strip()
            return tuple(replace(hit, quote=said, rule=rule, start=0, end=0) for hit in dangers)
    return ()


def _answers(pack: Pack, visit: Visit, question: Question, heard: Heard) -> Iterator[Span]:
    """Characters of the comparable text that answer the question."""
    yield from spans_of(pack, heard, (said.phrase for said in question.also if said.answer is not None))
    if question.expects == "yes_no" or question.no_means:
        yield from spans_of(pack, heard, (*pack.answers.any_yes, *pack.answers.no))
    match question.expects:
        case "yes_no":
            yield from spans_of(pack, heard, (*question.also_yes, *question.also_no))
        case "choice" | "several":
            yield from spans_of(pack, heard, (phrase for choice in question.choices for phrase in choice.phrases))
        case "number" | "scale" | "pressure":
            yield from _amounts(pack, question, heard)
        case "day":
            yield from _words(heard, AROUND_DAYS | set(WEEKDAYS), digits=True) if moment_of(heard) else ()
        case "medicine" | "medicines":
            yield from _medicines(pack, visit, heard)
        case "free" | "teach_back":
            return
        case _:
            assert_never(question.expects)


def _amounts(pack: Pack, question: Question, heard: Heard) -> Iterator[Span]:
    measure = pack.measures[question.measure or ""]
    told = pressure_of(measure, heard) if question.expects == "pressure" else amount_of(measure, heard)
    if told is not None or COUNTS.keys() & set(heard.words):
        units = re.compile("|".join([measure.words, *(other.words for other in measure.others)]))
        days = set(WEEKDAYS) if measure.unit == "days" else set()
        known = {token.text for token in heard.tokens if units.fullmatch(token.text)}
        yield from _words(heard, AROUND_NUMBERS | known | days, digits=True)


def _medicines(pack: Pack, visit: Visit, heard: Heard) -> Iterator[Span]:
    said = {word for one in named_in(known_names(pack, visit), heard) if one.sure for word in one.said.split()}
    yield from _words(heard, said) if said else ()


def _words(heard: Heard, known: AbstractSet[str], digits: bool = False) -> Iterator[Span]:
    for at, token in zip(heard.offsets, heard.tokens, strict=True):
        if token.text.removesuffix("s") in known or token.text in known or (digits and token.text[0].isdigit()):
            yield at, at + len(token.text)
