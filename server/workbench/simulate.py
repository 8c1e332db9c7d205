"""The command `simulate`: a whole check-in in text, printed as the journal of a call and a summary."""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

from server.conversation.state import Visit
from server.persona.pack import Pack
from server.vocabulary.memories import Memory
from server.workbench.afterwards import remembered_after
from server.workbench.lines import read_lines
from server.workbench.rehearsal import Judge, Library, Moment, rehearse
from server.workbench.summary import summary_of


def simulate(
    pack: Pack,
    visit: Visit,
    lines: Path,
    judge: Judge | None = None,
    library: Library | None = None,
    *,
    stop_at_end: bool,
) -> Iterator[dict[str, object]]:
    """Every event with its virtual `at` seconds, then the summary; raises `LinesInvalid`."""
    acts = read_lines(lines, pack.cues)
    rehearsal, left = rehearse(pack, visit, acts, judge, library, stop_at_end=stop_at_end)
    yield from map(as_object, rehearsal.moments)
    yield summary_of(rehearsal.moments) | {
        "lines_left": left,
        "after_the_lines": _after(rehearsal.ended, left, stop_at_end),
    }


def remembered_of(pack: Pack, visit: Visit, lines: Path, judge: Judge | None = None) -> tuple[Memory, ...]:
    """What a check-in on these lines leaves behind for the next one; raises `LinesInvalid`."""
    rehearsal, _ = rehearse(pack, visit, read_lines(lines, pack.cues), judge, stop_at_end=False)
    return remembered_after(pack, [moment.event for moment in rehearsal.moments])


def as_object(moment: Moment) -> dict[str, object]:
    """One event, ready for JSON."""
    fields = dataclasses.asdict(moment.event)
    return {"at": moment.at, "kind": fields.pop("kind"), **fields}


def as_text(line: dict[str, object]) -> str:
    """The line for people who read along: what was said and found, nothing else."""
    at = f"{line['at']:7.1f}  "
    match line["kind"]:
        case "patient_turn":
            return f"{at}patient: {line['text']}"
        case "speech_heard":
            cut = " ... (cut off)" if line["interrupted"] else ""
            return f"{at}persona: {line['heard']}{cut}"
        case "sentence_gated" | "objective_closed":
            return ""
        case "summary":
            return json.dumps(line, indent=2)
    shown = "  ".join(f"{key}={value}" for key, value in line.items() if key not in ("at", "kind"))
    return f"{at}  {line['kind']}  {shown}"


def _after(ended: bool, left: int, stop_at_end: bool) -> str:
    if left:
        return "the check-in ended before the last line"
    if stop_at_end:
        return "ended with the last line" if ended else "stopped at the last line"
    return "silence after the last line, until the check-in ended" if ended else "nothing"
