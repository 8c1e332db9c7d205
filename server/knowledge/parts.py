"""What of a passage is compared with a question on its own: its sentences, its list items, its rows."""

import re
from collections.abc import Iterator

_BULLET = re.compile(r"^\s*(?:[-*+>]|\d+[.)])\s+")
_RULE = re.compile(r"^[|\-\s:=*_]+$")
_SENTENCE = re.compile(r"(?<=[.?!])\s+")
_MARKS = re.compile(r"[*_`#]+|!?\[([^\]]*)\]\([^)]*\)")
_SHORTEST = 4
"""Characters under which a sentence says nothing by itself."""
MOST = 24
"""Parts of one passage; a section without end, as a converted file may have, is told by its first ones and as a whole."""


def plain_text(markdown: str) -> str:
    """The words without the marks of Markdown, a line for a line."""
    return "\n".join(filter(None, (_line(line) for line in markdown.splitlines())))


def parts(markdown: str) -> list[str]:
    """Sentences, list items and table rows, in order, at most `MOST`."""
    return list(_sentences(markdown))[:MOST]


def _sentences(markdown: str) -> Iterator[str]:
    for line in plain_text(markdown).splitlines():
        yield from (one for one in _SENTENCE.split(line) if len(one) >= _SHORTEST)


def _line(line: str) -> str:
    if _RULE.match(line):
        return ""
    words = _MARKS.sub(lambda found: found[1] or "", _BULLET.sub("", line))
    return " ".join(words.replace("|", " ").split())
