"""The order of a check-in, laid out for one visit: what to say, what to ask, and for which medicine or service."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.conversation.medicines import groups_of
from server.conversation.remembered import Opening, openings
from server.conversation.state import State, Visit
from server.conversation.wording import high_alert
from server.persona.conditions import ConditionPack
from server.persona.pack import Condition, Objective, Pack, Question
from server.persona.questions import Fact


@dataclass(frozen=True)
class Say:
    """Scripts said when an objective begins."""

    objective: Objective


@dataclass(frozen=True)
class Ask:
    """One question, of the agenda or of the queue."""

    key: str
    """Question id, with the medicine, service, condition or guardrail after a colon when there is one."""
    question: Question
    medicine: str = ""
    service: str = ""
    about: str = ""
    """Guardrail that a yes to this question fires, for questions that ask whether a danger is real."""
    objective: str = ""
    """The objective it belongs to; empty for a question of the queue."""
    opening: Opening | None = None
    """Of a question about the last check-in: the memory it takes up."""

    @property
    def slots(self) -> dict[str, str]:
        """What its words are filled with."""
        remembered = self.opening.spoken if self.opening else ""
        return {"{medicine}": self.medicine, "{service}": self.service, "{remembered}": remembered}


Step = Say | Ask


def agenda(pack: Pack, visit: Visit) -> tuple[Step, ...]:
    """All steps, including those whose condition may turn out false."""
    return tuple(step for objective in pack.objectives for step in _steps(pack, visit, objective))


def _steps(pack: Pack, visit: Visit, objective: Objective) -> Iterator[Step]:
    if objective.says or objective.says_if or objective.recap:
        yield Say(objective)
    lesson = next(iter(_lessons(pack, visit, objective)), None)
    if lesson:
        yield lesson
        return
    for question in objective.questions:
        yield from _asks(pack, visit, objective, question)
    if objective.asks_for == "last_time":
        yield from (_asks_of(opening, objective) for opening in openings(pack, visit))
        return
    for found in condition_packs(pack, visit, objective.asks_for) if objective.asks_for else ():
        for question in found.questions:
            yield from _asks(pack, visit, objective, question)


def _asks(pack: Pack, visit: Visit, objective: Objective, question: Question) -> Iterator[Ask]:
    match question.each:
        case None:
            yield Ask(question.id, question, objective=objective.id)
        case "high_alert":
            for name in high_alert(pack, visit):
                yield Ask(f"{question.id}:{name}", question, medicine=name, objective=objective.id)
        case "service":
            for name in visit.services:
                yield Ask(f"{question.id}:{name}", question, service=name, objective=objective.id)


def _asks_of(opening: Opening, objective: Objective) -> Ask:
    key = f"{opening.question.id}:{opening.subject}" if opening.subject else opening.question.id
    return Ask(key, opening.question, medicine=opening.subject, objective=objective.id, opening=opening)


def _lessons(pack: Pack, visit: Visit, objective: Objective) -> Iterator[Ask]:
    for kind in objective.teaches_for:
        for found in condition_packs(pack, visit, kind):
            if found.lesson:
                yield Ask(f"{found.lesson.id}:{found.id}", found.lesson, objective=objective.id)


def condition_packs(pack: Pack, visit: Visit, kind: str) -> tuple[ConditionPack, ...]:
    """The packs of this kind that apply to the patient, at most `conditions_max`: nobody can be asked everything."""
    if kind == "conditions":
        found = [one for one in pack.conditions.values() if one.condition in visit.conditions]
    else:
        taken = medicine_groups(pack, visit)
        found = [one for one in pack.conditions.values() if one.group in taken]
        started = groups_taken(pack, visit.started)
        found.sort(key=lambda one: one.group not in started)
    return tuple(found[: int(pack.numbers.conditions_max.value)])


def medicine_groups(pack: Pack, visit: Visit) -> frozenset[str]:
    """Groups of the medicines on the patient's list."""
    return groups_taken(pack, [medicine.name for medicine in visit.medicines])


def groups_taken(pack: Pack, names: Sequence[str]) -> frozenset[str]:
    """Groups of the medicines with these names."""
    return frozenset().union(*(groups_of(pack.medicines, name) for name in names))


def facts_of(pack: Pack, visit: Visit) -> frozenset[Fact]:
    """What the chart, and what is remembered, say of themselves."""
    has_high_alert = any(medicine.high_alert for medicine in visit.medicines)
    facts: set[Fact] = {"high_alert" if has_high_alert else "no_high_alert"}
    facts.add("visit_known" if visit.next_visit else "visit_unknown")
    facts.add("asks_of_last_time" if openings(pack, visit) else "nothing_of_last_time")
    if len(visit.medicines) > 1:
        facts.add("several_medicines")
    return frozenset(facts)


def parameter(pack: Pack, visit: Visit, name: str) -> float:
    """The patient's own number where an order gives one, else the pack's."""
    return dict(visit.parameters).get(name, pack.parameters[name].value)


def queued(pack: Pack, key: str) -> Ask:
    """The queue's question of this key."""
    name, _, about = key.partition(":")
    return Ask(key, pack.staying[name], about=about)


def applies(pack: Pack, visit: Visit, state: State, ask: Ask) -> bool:
    """Whether the chart and earlier answers make this question worth asking."""
    when = ask.question.when
    return when is None or (_chart_has(pack, visit, when) and _was_answered(state, when, ask.medicine))


def _chart_has(pack: Pack, visit: Visit, when: Condition) -> bool:
    if when.conditions and not set(when.conditions) & set(visit.conditions):
        return False
    if when.groups and not set(when.groups) & medicine_groups(pack, visit):
        return False
    if when.home_at_least and visit.days_since_discharge is not None:
        return visit.days_since_discharge >= parameter(pack, visit, when.home_at_least)
    return facts_of(pack, visit).issuperset(when.facts)


def _was_answered(state: State, when: Condition, medicine: str) -> bool:
    if when.question is None:
        return True
    answer = state.answer(f"{when.question}:{medicine}") or state.answer(when.question)
    if when.at_least is not None:
        return value_of(answer) is not None and (value_of(answer) or 0.0) >= when.at_least
    given = set(answer.split(","))
    return bool(given & set(when.among)) if when.among else not given & set(when.not_among)


def value_of(answer: str) -> float | None:
    """The number an answer begins with: `184 lb`, `120/80 mmHg` (its upper one); None when it holds none."""
    number = answer.split(" ")[0].split("/")[0]
    return float(number) if number.replace(".", "", 1).isdigit() else None


def open_question(pack: Pack, visit: Visit, state: State, steps: Sequence[Step] | None = None) -> Ask | None:
    """The question that the patient's next words may answer. `steps`: the agenda, where it is at hand."""
    if state.mode == "ended":
        return None
    if state.queue:
        return queued(pack, state.queue[0])
    if state.mode == "staying":
        return None
    steps = steps if steps is not None else agenda(pack, visit)
    step = steps[state.step] if state.step < len(steps) else None
    return step if isinstance(step, Ask) else None
