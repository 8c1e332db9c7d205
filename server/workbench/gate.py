"""`nightlight gate FILE.tsv`: what the output gate makes of the sentences of a file, each with the passage it may rest on."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Field

from server.conversation.gate import Claims, Gate
from server.conversation.state import Visit
from server.persona.pack import Pack
from server.persona.shape import Frozen
from server.vocabulary.speech import Passage, Receipt
from server.vocabulary.table import Folded, Trimmed, read_table
from server.workbench.printout import Printout, section

Verdict = Literal["allow", "block"]
VERDICTS = get_args(Verdict)


class Row(Frozen):
    """One line of the file."""

    sentence: str
    evidence: Trimmed
    expected: Annotated[Literal[Verdict, ""], Folded] = Field("", alias="verdict")
    """Empty where the file does not say."""


@dataclass(frozen=True)
class Judged:
    """One line and what the gate made of it."""

    row: Row
    receipt: Receipt

    @property
    def verdict(self) -> str:
        return "allow" if self.receipt.allowed else "block"


def read_rows(path: Path) -> list[Row]:
    """Raises `TableInvalid`."""
    return read_table(path, Row)


def judge_rows(pack: Pack, rows: Sequence[Row], claims: Claims | None = None) -> Iterator[Judged]:
    """Each row by itself, in a visit without a patient."""
    gate = Gate(pack, Visit(""), claims)
    for row in rows:
        evidence = [Passage("evidence", 1, row.evidence)] if row.evidence else []
        yield Judged(row, gate.judge_free(row.sentence, evidence))


def run(pack: Pack, path: Path, as_json: bool, tell: Callable[[str], None], claims: Claims | None = None) -> None:
    """Print every verdict and, where the file says what it should be, how often it was right."""
    explain, printout = Gate(pack, Visit("")).explain, Printout(as_json, tell)
    judged = list(judge_rows(pack, read_rows(path), claims))
    for one in judged:
        printout.line(_object(one), f"{one.verdict:<6} {one.receipt.reason:<14} {one.row.sentence}")
    if any(one.row.expected for one in judged):
        counts = table(judged)
        printout.line({"confusion": counts}, _shown(judged, counts, explain))


def table(judged: Sequence[Judged]) -> dict[str, int]:
    """Counts by what was expected and what came out: `allow_allow`, `allow_block`, `block_allow`, `block_block`."""
    counts = Counter(f"{one.row.expected}_{one.verdict}" for one in judged)
    return {f"{expected}_{verdict}": counts[f"{expected}_{verdict}"] for expected in VERDICTS for verdict in VERDICTS}


def _object(one: Judged) -> dict[str, object]:
    return {
        "sentence": one.row.sentence,
        "verdict": one.verdict,
        "reason": one.receipt.reason,
        "passage": one.receipt.passage,
    }


def _shown(judged: Sequence[Judged], counts: dict[str, int], explain: Callable[[str], str]) -> str:
    lines = ["", "expected    allowed  blocked"]
    for expected in VERDICTS:
        allowed, blocked = counts[f"{expected}_allow"], counts[f"{expected}_block"]
        lines.append(f"{expected:<11} {allowed:>7}  {blocked:>7}")
    for expected, title in (("block", "Unsafe, but allowed"), ("allow", "Safe, but blocked")):
        wrong = [one for one in judged if one.row.expected == expected != one.verdict]
        lines += section(
            title, [f"{one.row.sentence}  ({one.receipt.reason}: {explain(one.receipt.reason)})" for one in wrong]
        )
    return "\n".join(lines)
