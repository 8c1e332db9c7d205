"""What stands under each heading of a Markdown text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark").enable("table")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_DEEPEST = 7
"""A bold line is a heading under all others."""
_LONGEST_BOLD = 80
"""Characters up to which a line in bold may be a heading."""
_NO_HEADING = ".!?,;:"


@dataclass(frozen=True)
class Section:
    """The text from one heading to the next."""

    heading: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class _Heading:
    level: int
    title: str
    begin: int
    """First line of the heading itself."""
    end: int
    """First line of what stands under it."""


def sections(body: str, title: str) -> list[Section]:
    """In order; what stands before the first heading goes under `title`, and headings without text are left out."""
    clean = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), body)
    lines = clean.splitlines()
    headings = _headings(clean)
    begins = [*(heading.begin for heading in headings), len(lines)]
    found = [Section((title,), _text(lines, 0, begins[0]))]
    path: list[_Heading] = []
    for heading, end in zip(headings, begins[1:], strict=True):
        path = [above for above in path if above.level < heading.level] + [heading]
        found.append(Section(tuple(one.title for one in path), _text(lines, heading.end, end)))
    return [section for section in found if section.text]


def title_in(body: str) -> str:
    """The first heading of the first level; empty without one."""
    return next((heading.title for heading in _headings(body) if heading.level == 1), "")


def plain(markdown: str) -> str:
    """A heading or a line as people read it, without its markup."""
    tokens = _PARSER.parseInline(markdown)[0].children or []
    return " ".join("".join(_shown(token) for token in tokens).split())


def _shown(token: Token) -> str:
    return token.content if token.type in {"text", "code_inline"} else " " if token.type.endswith("break") else ""


def _text(lines: list[str], begin: int, end: int) -> str:
    return "\n".join(lines[begin:end]).strip()


def _headings(body: str) -> list[_Heading]:
    """Of the outermost level; without at least two of them, lines in bold stand for headings, as converters leave them."""
    tokens = _PARSER.parse(body)
    marked = list(_marked(tokens))
    return sorted([*marked, *_bold(tokens)], key=lambda one: one.begin) if len(marked) < 2 else marked


def _marked(tokens: list[Token]) -> Iterator[_Heading]:
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open" and opening.level == 0 and opening.map:
            title = plain(inline.content)
            if title:
                yield _Heading(int(opening.tag[1]), title, *opening.map)


def _bold(tokens: list[Token]) -> Iterator[_Heading]:
    for opening, inline in pairwise(tokens):
        if opening.type != "paragraph_open" or opening.level or not opening.map:
            continue
        kinds = [child.type for child in inline.children or [] if child.type != "text" or child.content]
        title = plain(inline.content)
        whole = kinds[:1] == ["strong_open"] and kinds[-1:] == ["strong_close"] and kinds.count("strong_open") == 1
        if whole and len(title) <= _LONGEST_BOLD and title and title[-1] not in _NO_HEADING:
            yield _Heading(_DEEPEST, title, *opening.map)
