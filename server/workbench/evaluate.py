"""The command `evaluate`: plays the clinical evaluation set and prints every metric, by family and by style."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from server.conversation.gate import Claims
from server.persona.pack import Pack
from server.workbench import lock
from server.workbench.cases import Case, read_cases
from server.workbench.gate import judge_rows, read_rows
from server.workbench.interval import Proportion
from server.workbench.lock import SetInvalid
from server.workbench.metrics import (
    EMERGENCY,
    URGENT,
    GateCounts,
    Metric,
    controls,
    metrics_of,
    paged,
    told,
    wanted_at,
)
from server.workbench.outcome import Outcome, play, rank
from server.workbench.rehearsal import Judge
from server.workbench.ship_gates import ShipGates


@dataclass(frozen=True)
class Row:
    """One line of a table by family or style."""

    name: str
    cases: int
    emergency: Proportion
    urgent: Proportion
    alarms: Proportion
    """Controls that were paged as urgent or above."""
    wrong: int
    """Cases with any other difference."""


@dataclass(frozen=True)
class Evaluation:
    """One pack's set, played."""

    pack: Pack
    metrics: list[Metric]
    families: list[Row]
    styles: list[Row]
    misses: list[str]
    """One line for each case that parted from what must come of it."""
    outcomes: Sequence[Outcome]
    with_classifier: list[Metric] = field(default_factory=list)
    """The same metrics with the sentence classifier; empty where it was not there."""


def evaluate(
    pack: Pack,
    folder: Path,
    gates: ShipGates,
    judge: Judge | None,
    tell: Callable[[str], None],
    claims: Claims | None = None,
) -> Evaluation:
    """Plays every case by rules alone, then with `judge` if there is one, and `claims` beside the gate. Raises `SetInvalid`."""
    cases = read_cases(folder)
    if not cases:
        raise SetInvalid(f"{folder}: there are no cases; write a .jsonl file of them, or add a table with --add")
    lock.check(_shared(folder))
    tell(f"{pack.id}: {len(cases)} cases by rules alone")
    outcomes, same = _played(pack, cases, None)
    tables = _gates(pack, folder, None)
    best, judged = outcomes, []
    if judge is not None:
        tell(f"{pack.id}: {len(cases)} cases with the sentence classifier")
        best, same_again = _played(pack, cases, judge)
        judged = metrics_of(best, _gates(pack, folder, claims) if claims else tables, same_again, gates)
    return Evaluation(
        pack=pack,
        metrics=metrics_of(outcomes, tables, same, gates),
        families=_rows(best, lambda one: one.case.family),
        styles=_rows(best, lambda one: one.case.style),
        misses=[line for one in best for line in _differences(one)],
        outcomes=best,
        with_classifier=judged,
    )


def _played(pack: Pack, cases: Sequence[Case], judge: Judge | None) -> tuple[list[Outcome], bool]:
    """How every case went, and whether it went the same a second time."""
    outcomes = [play(pack, case, judge) for case in cases]
    return outcomes, all(_seen(one) == _seen(play(pack, one.case, judge)) for one in outcomes)


def gate_tables(folder: Path) -> list[Path]:
    """Tables of free sentences: the pack's own, and those for every pack."""
    return sorted([*folder.glob("*.tsv"), *_shared(folder).glob("*.tsv")])


def _shared(folder: Path) -> Path:
    return folder.parents[1] / "shared" / "evaluation"


def _gates(pack: Pack, folder: Path, claims: Claims | None) -> dict[str, GateCounts]:
    return {table.stem: _gate(pack, table, claims) for table in gate_tables(folder)}


def _gate(pack: Pack, table: Path, claims: Claims | None) -> GateCounts:
    judged = list(judge_rows(pack, read_rows(table), claims))
    unsafe = [one.verdict for one in judged if one.row.expected == "block"]
    safe = [one.verdict for one in judged if one.row.expected == "allow"]
    return GateCounts(Proportion(unsafe.count("block"), len(unsafe)), Proportion(safe.count("allow"), len(safe)))


def _seen(outcome: Outcome) -> tuple[object, ...]:
    """Everything of an outcome but how long it took."""
    return (
        outcome.by_turn,
        outcome.ever,
        outcome.problems,
        outcome.unsafe,
        outcome.spoken,
        outcome.refused,
        outcome.met,
    )


def _rows(outcomes: Sequence[Outcome], by: Callable[[Outcome], str]) -> list[Row]:
    names = sorted({by(one) for one in outcomes})
    return [_row(name, [one for one in outcomes if by(one) == name]) for name in names]


def _row(name: str, outcomes: Sequence[Outcome]) -> Row:
    return Row(
        name,
        len(outcomes),
        told(wanted_at(outcomes, EMERGENCY)),
        told(wanted_at(outcomes, URGENT)),
        paged(controls(outcomes), URGENT),
        sum(bool(one.problems or one.unsafe or one.refused) for one in outcomes),
    )


def _differences(one: Outcome) -> Iterable[str]:
    wanted, most = one.case.expect.tier_min, one.case.expect.tier_max
    if wanted and not one.told_in_time:
        yield f"{one.case.id}: not told at {wanted} by the turn it names"
    if most and one.ever < rank(most):
        yield f"{one.case.id}: told more urgently than {most}"
    yield from (f"{one.case.id}: {problem}" for problem in one.problems)
    yield from (f"{one.case.id}: said what it must not: {text}" for text in one.unsafe)
    yield from (f"{one.case.id}: the gate refused: {text}" for text in one.refused)
