"""What a pack must hold true beyond its shape: every name leads somewhere and every sentence is short enough to hear."""

from collections.abc import Iterator
from dataclasses import dataclass

from server.persona.pack import Pack, Question
from server.persona.plain import SLOT, words_of

SLOTS = frozenset({"{first_name}", "{clinic}", "{nurse_phone}", "{persona}", "{medicine}"})

SCRIPTS_OF_CODE = (
    "ack.no",
    "ack.plain",
    "ack.refused",
    "ack.unable",
    "ack.well",
    "close.stopped",
    "close.quiet",
    "human.again",
    "nothing.unanswered",
    "other_person.note",
    "quiet.first",
    "quiet.offer",
    "staying.better",
    "staying.first",
    "staying.again",
    "staying.end",
    "staying.here",
    "staying.still_call",
    "staying.stop_check",
    "staying.question",
    "welcome.back",
    "welcome.staying",
)
"""Scripts that the conversation names itself."""

GUARDRAILS_OF_CODE = ("HUMAN_ASKED", "UNRESPONSIVE", "OTHER_PERSON_RED")


@dataclass(frozen=True)
class Complaint:
    """Something wrong with a pack, and the text by which its line is found."""

    value: str
    message: str


def check_pack(pack: Pack) -> Iterator[Complaint]:
    """Yield everything that would fail in a conversation, before there is one."""
    for name, script in _named_scripts(pack):
        if script not in pack.lines:
            yield Complaint(script, f"`{name}` names the script `{script}`, which no file in scripts/ has")
    for name, guardrail in _named_guardrails(pack):
        if guardrail not in pack.guardrails:
            yield Complaint(
                guardrail, f"`{name}` names the guardrail `{guardrail}`, which guardrails.yaml does not have"
            )
    for rail in pack.guardrails.values():
        for question in rail.asks:
            if question not in pack.staying:
                yield Complaint(question, f"`{rail.id}` asks `{question}`, which `staying` does not have")
    yield from _check_sentences(pack)


def _check_sentences(pack: Pack) -> Iterator[Complaint]:
    longest = int(pack.numbers.sentence_words_max.value)
    for name, script in pack.lines.items():
        if not script.sentences:
            yield Complaint(name, f"the script `{name}` says nothing")
        for sentence in script.sentences:
            if len(words_of(sentence)) > longest:
                yield Complaint(sentence, f"the sentence has more than {longest} words")
            if unknown := set(SLOT.findall(sentence)) - SLOTS:
                yield Complaint(sentence, f"no slot is called {', '.join(sorted(unknown))}")


def _named_scripts(pack: Pack) -> Iterator[tuple[str, str]]:
    yield from (("the conversation", script) for script in SCRIPTS_OF_CODE)
    for objective in pack.objectives:
        yield from ((objective.id, script) for script in objective.says)
        yield from ((objective.id, script) for answers in objective.recap.values() for script in answers.values())
    for question in _questions(pack):
        yield from ((question.id, script) for script in _question_scripts(question))
    for rail in pack.guardrails.values():
        yield from ((rail.id, script) for script in rail.says + rail.extra)
    for request in pack.requests:
        yield from ((request.id, script) for script in request.says)


def _question_scripts(question: Question) -> Iterator[str]:
    optional = (
        question.on_yes,
        question.on_no,
        question.on_answer,
        *(choice.acknowledge for choice in question.choices),
    )
    yield from (question.ask, question.again, *(script for script in optional if script))
    if back := question.teach_back:
        yield from (*back.teach, back.ask_again, back.passed, back.failed)
        yield from (point.remind for point in back.points if point.remind)


def _named_guardrails(pack: Pack) -> Iterator[tuple[str, str]]:
    yield from (("the conversation", name) for name in GUARDRAILS_OF_CODE)
    for question in _questions(pack):
        named = (question.yes_fires, question.no_fires, question.answer_fires, question.unknown_fires)
        yield from ((question.id, name) for name in named if name)
        if back := question.teach_back:
            yield from ((question.id, name) for name in (back.fail_fires, *back.topics))


def _questions(pack: Pack) -> Iterator[Question]:
    yield from (question for objective in pack.objectives for question in objective.questions)
    yield from pack.staying.values()
