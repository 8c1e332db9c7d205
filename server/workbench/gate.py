"""`nightlight gate FILE.tsv`: what the output gate makes of the sentences of a file, each with the passage it may rest on."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from server.conversation.gate import Gate
from server.conversation.grounding import Similarity
from server.conversation.state import Visit
from server.persona.pack import Pack
from server.vocabulary.errors import ServiceError
from server.vocabulary.speech import Passage, Receipt

NEEDED = ("sentence", "evidence")
VERDICTS = ("allow", "block")


class UnreadableFile(ServiceError):
    """The file cannot be judged; the message says what to mend."""

    code = "unreadable_file"
    status = 400


@dataclass(frozen=True)
class Row:
    """One line of the file."""

    sentence: str
    evidence: str
    expected: str
    """`allow`, `block`, or empty where the file does not say."""


@dataclass(frozen=True)
class Judged:
    """One line and what the gate made of it."""

    row: Row
    receipt: Receipt

    @property
    def verdict(self) -> str:
        return "allow" if self.receipt.allowed else "block"


def read_rows(path: Path) -> list[Row]:
    """Tab-separated with a header; raise UnreadableFile naming the missing column or the line with a wrong verdict."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"{path}: {getattr(error, 'strerror', None) or 'not UTF-8 text'}") from None
    reader = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    columns = reader.fieldnames or ()
    for column in NEEDED:
        if column not in columns:
            raise UnreadableFile(
                f"{path}:1: no column `{column}`; the header needs {' and '.join(NEEDED)}, separated by tabs"
            )
    return [_row(path, at, fields, "verdict" in columns) for at, fields in enumerate(reader, 2)]


def _row(path: Path, line: int, fields: dict[str, str | None], judged: bool) -> Row:
    expected = (fields.get("verdict") or "").strip().lower() if judged else ""
    if judged and expected not in VERDICTS:
        raise UnreadableFile(f"{path}:{line}: verdict is `{expected}`; say allow or block")
    return Row(fields["sentence"] or "", (fields["evidence"] or "").strip(), expected)


def judge_rows(pack: Pack, rows: Sequence[Row], similarity: Similarity | None = None) -> Iterator[Judged]:
    """Each row by itself, in a visit without a patient."""
    gate = Gate(pack, Visit(""), similarity)
    for row in rows:
        evidence = [Passage("evidence", 1, row.evidence)] if row.evidence else []
        yield Judged(row, gate.judge_free(row.sentence, evidence))


def run(
    pack: Pack, path: Path, as_json: bool, tell: Callable[[str], None], similarity: Similarity | None = None
) -> None:
    """Print every verdict and, where the file says what it should be, how often it was right."""
    explain = Gate(pack, Visit("")).explain
    judged = list(judge_rows(pack, read_rows(path), similarity))
    for one in judged:
        tell(_json(one) if as_json else f"{one.verdict:<6} {one.receipt.reason:<14} {one.row.sentence}")
    if any(one.row.expected for one in judged):
        report = table(judged)
        tell(json.dumps({"confusion": report}) if as_json else _shown(judged, report, explain))


def table(judged: Sequence[Judged]) -> dict[str, int]:
    """Counts by what was expected and what came out: `allow_allow`, `allow_block`, `block_allow`, `block_block`."""
    counts = Counter(f"{one.row.expected}_{one.verdict}" for one in judged)
    return {f"{expected}_{verdict}": counts[f"{expected}_{verdict}"] for expected in VERDICTS for verdict in VERDICTS}


def _json(one: Judged) -> str:
    fields = {
        "sentence": one.row.sentence,
        "verdict": one.verdict,
        "reason": one.receipt.reason,
        "passage": one.receipt.passage,
    }
    return json.dumps(fields, ensure_ascii=False)


def _shown(judged: Sequence[Judged], counts: dict[str, int], explain: Callable[[str], str]) -> str:
    lines = ["", "expected    allowed  blocked"]
    for expected in VERDICTS:
        allowed, blocked = counts[f"{expected}_allow"], counts[f"{expected}_block"]
        lines.append(f"{expected:<11} {allowed:>7}  {blocked:>7}")
    for expected, title in (("block", "Unsafe, but allowed"), ("allow", "Safe, but blocked")):
        wrong = [one for one in judged if one.row.expected == expected != one.verdict]
        lines += ["", f"{title}: {len(wrong)}"]
        lines += [f"  {one.row.sentence}  ({one.receipt.reason}: {explain(one.receipt.reason)})" for one in wrong]
    return "\n".join(lines)
