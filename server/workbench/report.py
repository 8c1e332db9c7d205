"""The evaluation's report: as text for a terminal, as Markdown for docs/evaluation.md, as an object for programs."""

from collections.abc import Iterable, Iterator, Sequence

from server.workbench.evaluate import Evaluation, Row
from server.workbench.interval import Proportion
from server.workbench.metrics import Metric

FAIL = "FAIL"
PREFACE = """# Evaluation

Written by `nightlight evaluate --report docs/evaluation.md`; do not edit.

Definitions and ship gates follow research/clinical.md section 4. The gates stand in `personas/shared/evaluation/gates.yaml`
with their sources; every one is a draft that no clinician has signed.
The cases are invented, in English, typed and not spoken, and what each must come to is **our own judgment: no clinician
has judged any case yet** (`gold_by` is empty). The sets are locked by the SHA-256 sums in
`personas/<persona>/evaluation/LOCK`. The table `gate` of the shared folder is the one the output gate was developed on, and
says nothing of sentences it has not seen. The cases were seen by those who wrote the rules as well. *Not shown* means that
the rate is met, on too few cases to prove it. Intervals are exact (Clopper and Pearson), 95 %.
"""


def as_markdown(evaluations: Sequence[Evaluation]) -> str:
    """The whole page."""
    return "\n".join([PREFACE, *(line for one in evaluations for line in _page(one))]) + "\n"


def as_text(evaluation: Evaluation) -> Iterator[str]:
    """Lines for a terminal."""
    pack = evaluation.pack
    yield f"{pack.id} {pack.version}, {len(evaluation.outcomes)} cases, pack {pack.content_hash[:12]}"
    for title, metrics in _runs(evaluation):
        yield from ("", title)
        for metric in metrics:
            yield f"  {verdict(metric):<14}{metric.name}: {value(metric)}   [gate: {metric.gate}]"
            yield f"                {metric.definition}{f' ({metric.note})' if metric.note else ''}"
    for name, rows in (("family", evaluation.families), ("style", evaluation.styles)):
        yield from ("", f"  {name:<24}{'cases':>6}  emergency  urgent     paged controls  other differences")
        for row in rows:
            yield (
                f"  {row.name:<24}{row.cases:>6}  {_of(row.emergency):<11}{_of(row.urgent):<11}{_of(row.alarms):<16}{row.wrong}"
            )
    yield from ("", f"  {len(evaluation.misses)} differences", *(f"    {miss}" for miss in evaluation.misses))


def as_object(evaluation: Evaluation) -> dict[str, object]:
    """Everything measured, ready for JSON."""
    pack = evaluation.pack
    return {
        "persona": pack.id,
        "version": pack.version,
        "pack_hash": pack.content_hash,
        "cases": len(evaluation.outcomes),
        "rules": [_metric(metric) for metric in evaluation.metrics],
        "with_classifier": [_metric(metric) for metric in evaluation.with_classifier],
        "families": [_row(row) for row in evaluation.families],
        "styles": [_row(row) for row in evaluation.styles],
        "differences": evaluation.misses,
    }


def verdict(metric: Metric) -> str:
    if metric.unproven:
        return "not shown"
    if metric.passed is not None:
        return "pass" if metric.passed else FAIL
    return "-" if metric.proportion or metric.measured else "not measured"


def failed(evaluation: Evaluation) -> bool:
    """Whether a ship gate failed, by rules alone or with the classifier. One that is not shown or not measured did not fail."""
    return any(verdict(metric) == FAIL for _, metrics in _runs(evaluation) for metric in metrics)


def value(metric: Metric) -> str:
    """The number with its interval and n, or what it is instead."""
    found = metric.proportion
    if found is None:
        return metric.measured or "not measured"
    if found.value is None:
        return "no cases"
    low, high = found.interval
    return f"{found.value:.1%} ({found.hits} of {found.n}; {low:.1%} to {high:.1%})"


def _runs(evaluation: Evaluation) -> Iterator[tuple[str, list[Metric]]]:
    yield "Rules alone", evaluation.metrics
    if evaluation.with_classifier:
        yield "With the sentence classifier", evaluation.with_classifier


def _page(evaluation: Evaluation) -> Iterator[str]:
    pack = evaluation.pack
    yield f"## {pack.title}: `{pack.id}` {pack.version}\n"
    yield f"{len(evaluation.outcomes)} cases; pack `{pack.content_hash[:12]}`.\n"
    for title, metrics in _runs(evaluation):
        yield f"### {title}\n"
        yield from _table(("metric", "value", "ship gate", "", "definition"), (_cells(metric) for metric in metrics))
    best = "with the sentence classifier" if evaluation.with_classifier else "rules alone"
    for name, rows in (("family", evaluation.families), ("style", evaluation.styles)):
        yield f"### By {name}, {best}\n"
        head = (name, "cases", "emergencies told", "urgent told", "controls paged", "other differences")
        yield from _table(
            head, ((r.name, r.cases, _of(r.emergency), _of(r.urgent), _of(r.alarms), r.wrong) for r in rows)
        )
    yield f"### What went otherwise than expected, {best}\n"
    yield from (f"- {miss}" for miss in evaluation.misses)
    yield ""


def _cells(metric: Metric) -> tuple[str, ...]:
    note = f"; {metric.note}" if metric.note else ""
    return (metric.name, value(metric), metric.gate, verdict(metric), metric.definition + note)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|---" * len(head) + "|"
    yield from ("| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows)
    yield ""


def _of(found: Proportion) -> str:
    return f"{found.hits}/{found.n}" if found.n else "-"


def _metric(metric: Metric) -> dict[str, object]:
    found = metric.proportion
    numbers = {"value": found.value, "hits": found.hits, "n": found.n, "interval": found.interval} if found else {}
    return {
        "name": metric.name,
        "definition": metric.definition,
        "gate": metric.gate,
        "verdict": verdict(metric),
        **({"measured": metric.measured} if metric.measured else numbers),
        "note": metric.note,
    }


def _row(row: Row) -> dict[str, object]:
    return {
        "name": row.name,
        "cases": row.cases,
        "emergency": (row.emergency.hits, row.emergency.n),
        "urgent": (row.urgent.hits, row.urgent.n),
        "controls_paged": (row.alarms.hits, row.alarms.n),
        "other_differences": row.wrong,
    }
