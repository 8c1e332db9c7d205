"""What a command on files prints, line by line: to read, or one JSON object a line for programs."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Printout:
    """Where the lines go, and in which of the two forms."""

    as_json: bool
    tell: Callable[[str], None]

    def line(self, found: Mapping[str, object], text: str) -> None:
        """The same thing in both forms; one of them is printed."""
        self.tell(json.dumps(found, ensure_ascii=False) if self.as_json else text)


def section(title: str, lines: Sequence[str]) -> Iterator[str]:
    """A blank line, the title with the number of lines, and the lines."""
    yield from ("", f"{title}: {len(lines)}")
    yield from (f"  {line}" for line in lines)
