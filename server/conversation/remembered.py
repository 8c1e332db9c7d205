"""What a visit's memories come to: which are asked about first, and in which of the pack's words. Never in the patient's."""

from collections.abc import Iterator
from dataclasses import dataclass

from server.conversation.state import Visit
from server.persona.memory_rules import Remember
from server.persona.pack import Pack, Question
from server.vocabulary.memories import Memory


@dataclass(frozen=True)
class Opening:
    """A memory that this check-in opens with."""

    memory: str
    """Id of the `Memory`."""
    rule: str
    subject: str
    spoken: str
    """What fills `{remembered}`."""
    question: Question


def openings(pack: Pack, visit: Visit) -> tuple[Opening, ...]:
    """The first of the memories that are to be asked about; each question once for the same medicine."""
    found: dict[tuple[str, str], Opening] = {}
    for memory in visit.remembered:
        rule = usable(pack, visit, memory)
        if rule is not None and memory.open and rule.asks:
            question = pack.memory.questions[rule.asks]
            opening = Opening(memory.id, rule.id, memory.subject, rule.spoken(memory.aspect), question)
            found.setdefault((question.id, memory.subject), opening)
    return tuple(found.values())[: int(pack.memory.openings_max.value)]


def usable(pack: Pack, visit: Visit, memory: Memory) -> Remember | None:
    """Its rule, where this pack has words for it and the medicine it is about is still on the list."""
    rule = pack.memory.rules.get(memory.rule)
    listed = {medicine.name for medicine in visit.medicines if medicine.high_alert}
    if rule is None or not rule.spoken(memory.aspect) or (memory.subject and memory.subject not in listed):
        return None
    return rule


def settled(pack: Pack, rule: str, subject: str, answer: str) -> Iterator[tuple[str, str]]:
    """The usual questions that this answer about the last check-in answers too, and how."""
    for question, answers in pack.memory.rules[rule].settles.items():
        given = answers.get(answer, answer if answers.get("*") == "*" else "")
        if given and answer not in NO_ANSWERS:
            yield (f"{question}:{subject}" if subject else question), given


DISPUTED, FORGOTTEN = "disputed", "forgotten"
NO_ANSWERS = (DISPUTED, FORGOTTEN)
"""How a question about the last check-in closes where the patient says that it was not so, or wants it forgotten."""


def words_for(pack: Pack, visit: Visit, script: str) -> tuple[str, ...]:
    """Whatever may fill `{remembered}` in this script: the words of those of its rules that this patient has a memory of.

    All of a rule's, because a patient may correct one to another.
    """
    used = {memory.rule for memory in visit.remembered}
    rules = [rule for rule in pack.memory.remember if rule.id in used and script in _scripts(pack, rule)]
    words = [spoken for rule in rules for spoken in (*(one.spoken for one in rule.aspects), rule.otherwise) if spoken]
    return tuple(dict.fromkeys(words))


def _scripts(pack: Pack, rule: Remember) -> set[str]:
    question = pack.memory.questions.get(rule.asks or "")
    return {name for name in (rule.recall, question and question.ask, question and question.again) if name}
