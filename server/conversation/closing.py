"""How objectives end: by how their questions ended. Nothing is left open once it is behind us, and nothing is rounded up."""

from collections.abc import Iterator, Sequence

from server.conversation.agenda import Ask, Say, Step, applies
from server.conversation.state import State, Visit
from server.persona.pack import Objective, Pack
from server.vocabulary.events import ObjectiveClosed

WORST_FIRST = ("not_reached", "refused", "unable", "met")


def closings(pack: Pack, visit: Visit, state: State, steps: Sequence[Step]) -> Iterator[ObjectiveClosed]:
    """Every objective that has ended, or ended otherwise than before: a later answer may correct an earlier one."""
    for objective in pack.objectives:
        mine = [at for at, step in enumerate(steps) if _objective_of(step) == objective.id]
        if state.mode != "ended" and (not mine or mine[-1] >= state.step):
            continue
        asks = [step for at in mine if isinstance(step := steps[at], Ask) and applies(pack, visit, state, step)]
        closed = _closed(state, objective, asks)
        if closed != state.closing(objective.id):
            yield closed


def _objective_of(step: Step) -> str:
    return step.objective.id if isinstance(step, Say) else step.objective


def _closed(state: State, objective: Objective, asks: Sequence[Ask]) -> ObjectiveClosed:
    """As its worst question; its answer counts those that were answered."""
    if not asks:
        if objective.questions or objective.asks_for or objective.teaches_for:
            return ObjectiveClosed(objective.id, "met", "nothing to ask", ())
        said = objective.id in state.begun
        return ObjectiveClosed(objective.id, "met" if said else "not_reached", "said" if said else "", ())
    ended = [found for ask in asks if (found := state.closing(ask.key))]
    statuses = {one.status for one in ended} | ({"not_reached"} if len(ended) < len(asks) else set())
    status = next(one for one in WORST_FIRST if one in statuses)
    met = sum(one.status == "met" for one in ended)
    turns = tuple(sorted({turn for one in ended for turn in one.turns}))
    return ObjectiveClosed(objective.id, status, f"{met} of {len(asks)}", turns)  # type: ignore[arg-type]
