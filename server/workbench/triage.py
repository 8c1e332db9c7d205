"""`nightlight triage FILE.tsv`: what triage finds in the utterances of a file, each by itself."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from server.conversation.heard import hear
from server.conversation.triage import Context, Triage, examine, named_groups
from server.persona.pack import Pack
from server.vocabulary.errors import ServiceError
from server.vocabulary.findings import Likeness, Tier, TriggerHit
from server.workbench.interval import Proportion

UTTERANCE = "utterance"
"""The one column a file must have; `tier` is checked, `medicines` and `chips` (both with commas) are context."""
NONE = "none"
TIERS = (*Tier, NONE)

Judge = Callable[[str], Sequence[Likeness]]
Share = dict[str, float | None]
"""`hits` `of` how many, the `rate` and its exact 95 % interval from `low` to `high`."""


class UnreadableUtterances(ServiceError):
    """The file cannot be judged; the message says what to mend."""

    code = "unreadable_file"
    status = 400


@dataclass(frozen=True)
class Row:
    """One line of the file."""

    utterance: str
    tier: str
    """What it should come to; empty where the file does not say."""
    medicines: tuple[str, ...] = ()
    chips: tuple[str, ...] = ()


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
    """Tab-separated with a header; raise UnreadableUtterances naming the missing column or the line with a wrong tier."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableUtterances(f"{path}: {getattr(error, 'strerror', None) or 'not UTF-8 text'}") from None
    lines = text.splitlines()
    if not lines:
        raise UnreadableUtterances(f"{path}: the file is empty; it needs a header with the column `{UTTERANCE}`")
    reader = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    columns = reader.fieldnames or ()
    if UTTERANCE not in columns:
        raise UnreadableUtterances(
            f"{path}:1: no column `{UTTERANCE}`; there are: {', '.join(columns)}. Columns are separated by tabs"
        )
    return [_row(path, line, fields) for line, fields in enumerate(reader, 2)]


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
    judged = []
    for one in judge_rows(pack, rows, judge):
        judged.append(one)
        tell(json.dumps(as_object(one), ensure_ascii=False) if as_json else as_text(one))
    if any(one.row.tier for one in judged):
        report = summary(judged)
        tell(json.dumps({"summary": report}, ensure_ascii=False) if as_json else summary_text(report))


def as_object(one: Judged) -> dict[str, object]:
    """What `--json` prints of a line."""
    return {
        "utterance": one.row.utterance,
        "tier": one.tier,
        "triggers": [_trigger(hit) for hit in one.found.hits],
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
        lines += ["", f"{title}: {len(wrong)}"]
        lines += [f"  {one['expected']:<10} came to {one['tier']:<10} {one['utterance']}" for one in wrong]
    return "\n".join(lines)


def _row(path: Path, line: int, fields: dict[str, str | None]) -> Row:
    tier = (fields.get("tier") or "").strip().lower()
    if tier and tier not in TIERS:
        raise UnreadableUtterances(f"{path}:{line}: tier is `{tier}`; say one of {', '.join(TIERS)}")
    return Row(fields[UTTERANCE] or "", tier, _listed(fields.get("medicines")), _listed(fields.get("chips")))


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


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
