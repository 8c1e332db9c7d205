"""The order of a check-in, laid out for one visit: what to say, what to ask, and for which medicine."""

from collections.abc import Iterator
from dataclasses import dataclass

from server.conversation.state import State, Visit
from server.conversation.wording import high_alert
from server.persona.pack import Objective, Pack, Question


@dataclass(frozen=True)
class Say:
    """Scripts said on the way; the last step of an objective that has no question closes it."""

    objective: Objective
    closes: bool


@dataclass(frozen=True)
class Ask:
    """One question, of the agenda or of the queue."""

    key: str
    """Question id, with the medicine or guardrail after a colon when there is one."""
    question: Question
    medicine: str = ""
    about: str = ""
    """Guardrail that a yes to this question fires, for questions that ask whether a danger is real."""


Step = Say | Ask


def agenda(pack: Pack, visit: Visit) -> tuple[Step, ...]:
    """All steps, including those whose condition may turn out false."""
    return tuple(step for objective in pack.objectives for step in _steps(pack, visit, objective))


def _steps(pack: Pack, visit: Visit, objective: Objective) -> Iterator[Step]:
    if objective.says or objective.recap:
        yield Say(objective, not objective.questions)
    for question in objective.questions:
        if question.each is None:
            yield Ask(question.id, question)
        else:
            yield from (Ask(f"{question.id}:{name}", question, name) for name in high_alert(pack, visit))


def queued(pack: Pack, key: str) -> Ask:
    """The queue's question of this key."""
    name, _, about = key.partition(":")
    return Ask(key, pack.staying[name], about=about)


def applies(state: State, question: Question) -> bool:
    """Whether earlier answers make this question worth asking."""
    condition = question.when
    return condition is None or state.answer(condition.question) in condition.among


def open_question(pack: Pack, visit: Visit, state: State) -> Ask | None:
    """The question that the patient's next words may answer."""
    if state.mode == "ended":
        return None
    if state.queue:
        return queued(pack, state.queue[0])
    if state.mode == "staying":
        return None
    steps = agenda(pack, visit)
    step = steps[state.step] if state.step < len(steps) else None
    return step if isinstance(step, Ask) else None
