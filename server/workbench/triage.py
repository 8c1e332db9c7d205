"""`nightlight triage FILE.tsv`: what triage finds in the utterances of a file, each by itself."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator

from server.conversation.heard import hear
from server.conversation.triage import Context, Triage, examine, named_groups
from server.persona.pack import Pack
from server.persona.shape import Frozen
from server.vocabulary.findings import Tier, TriggerHit
from server.vocabulary.table import Folded, read_table
from server.workbench.cases import Level
from server.workbench.interval import Proportion
from server.workbench.printout import Printout, section
from server.workbench.rehearsal import Judge

NONE = "none"
TIERS = (*Tier, NONE)

Listed = Annotated[
    tuple[str, ...], BeforeValidator(lambda cell: tuple(part.strip() for part in cell.split(",") if part.strip()))
]
"""Several in one cell, with commas between them."""
Share = dict[str, float | None]
"""`hits` `of` how many, the `rate` and its exact 95 % interval from `low` to `high`."""


class Row(Frozen):
    """One line of the file; a column but the utterance may be missing."""

    utterance: str
    tier: Annotated[Literal[Level, ""], Folded] = ""
    """What it should come to; empty where the file does not say."""
    medicines: Listed = ()
    """Context, as are the chips."""
    chips: Listed = ()


@dataclass(frozen=True)
class Judged:
    """One line and what triage found in it."""

    row: Row
    found: Triage

    @property
    def tier(self) -> str:
        return self.found.hits[0].tier if self.found.hits else NONE

    def is_at_least(self, tier: str) -> bool:
        """Whether it came to this tier or a more urgent one."""
        return TIERS.index(self.tier) <= TIERS.index(tier)


def read_rows(path: Path) -> list[Row]:
    """Raises `TableInvalid`."""
    return read_table(path, Row)


def judge_rows(pack: Pack, rows: Sequence[Row], judge: Judge | None) -> Iterator[Judged]:
    """Each row by itself."""
    for row in rows:
        groups = [named_groups(pack, hear(name).text) for name in row.medicines]
        taken, risks = frozenset().union(*groups), frozenset(row.chips)
        context = Context(groups=taken, chips=risks, listed=bool(row.medicines))
        likenesses = None if judge is None else judge(row.utterance)
        yield Judged(row, examine(pack, hear(row.utterance), context, likenesses))


def run(pack: Pack, rows: Sequence[Row], judge: Judge | None, as_json: bool, tell: Callable[[str], None]) -> None:
    """Print what was found and, where the file says what it should be, how often it was right."""
    judged, printout = [], Printout(as_json, tell)
    for one in judge_rows(pack, rows, judge):
        judged.append(one)
        printout.line(as_object(one), as_text(one))
    if any(one.row.tier for one in judged):
        report = summary(judged)
        printout.line({"summary": report}, summary_text(report))


def as_object(one: Judged) -> dict[str, object]:
    """What `--json` prints of a line."""
    return {
        "utterance": one.row.utterance,
        "tier": one.tier,
        "triggers": [_trigger(hit) for hit in one.found.hits],
        "evidence": list(dict.fromkeys(hit.quote for hit in one.found.hits)),
        "negatives": [{"id": no.trigger, "version": no.version, "quote": no.quote} for no in one.found.negatives],
    }


def as_text(one: Judged) -> str:
    """One line to read."""
    because = ", ".join(f"{hit.trigger} ({hit.rule})" for hit in one.found.hits)
    return f"{one.tier:<10} {one.row.utterance}" + (f"  [{because}]" if because else "")


def summary(judged: Sequence[Judged]) -> dict[str, object]:
    """Sensitivity of each tier, false alarms of `none`, with exact 95 % intervals, and every miss.

    Sensitivity: emergencies that came to emergency, urgent ones to urgent or more, the others to their tier or more. A false
    alarm is ordinary talk that came to emergency or urgent: somebody would have been paged at once.
    """
    of = {tier: [one for one in judged if one.row.tier == tier] for tier in TIERS}
    return {
        "sensitivity": {tier: _share(of[tier], tier) for tier in Tier if of[tier]},
        "false_alarms": _share(of[NONE], Tier.URGENT),
        "misses": [_miss(one) for tier in Tier for one in of[tier] if not one.is_at_least(tier)],
        "false_alarm_list": [_miss(one) for one in of[NONE] if one.is_at_least(Tier.URGENT)],
    }


def summary_text(report: dict[str, object]) -> str:
    """The summary to read."""
    sensitivity: dict[str, Share] = report["sensitivity"]  # type: ignore[assignment]
    false_alarms: Share = report["false_alarms"]  # type: ignore[assignment]
    lines = [""] + [f"sensitivity {tier:<10} {_shown(share)}" for tier, share in sensitivity.items()]
    lines.append(f"false alarms           {_shown(false_alarms)}")
    for title, key in (("Missed", "misses"), ("False alarms", "false_alarm_list")):
        wrong: list[dict[str, str]] = report[key]  # type: ignore[assignment]
        lines += section(
            title, [f"{one['expected']:<10} came to {one['tier']:<10} {one['utterance']}" for one in wrong]
        )
    return "\n".join(lines)


def _trigger(hit: TriggerHit) -> dict[str, object]:
    shown: dict[str, object] = {
        "id": hit.trigger,
        "tier": hit.tier,
        "version": hit.version,
        "rule": hit.rule,
        "quote": hit.quote,
        "start": hit.start,
        "end": hit.end,
    }
    return shown if hit.probability is None else {**shown, "probability": hit.probability}


def _share(chosen: Sequence[Judged], tier: Tier) -> Share:
    """How many came to this tier or a more urgent one."""
    share = Proportion(sum(one.is_at_least(tier) for one in chosen), len(chosen))
    low, high = share.interval
    rate = None if share.value is None else round(share.value, 4)
    return {"hits": share.hits, "of": share.n, "rate": rate, "low": round(low, 4), "high": round(high, 4)}


def _miss(one: Judged) -> dict[str, str]:
    return {"expected": one.row.tier, "tier": one.tier, "utterance": one.row.utterance}


def _shown(share: Share) -> str:
    if share["rate"] is None:
        return "none in the file"
    return f"{share['hits']} of {share['of']}  {share['rate']:.1%}  (95 % {share['low']:.1%} to {share['high']:.1%})"
