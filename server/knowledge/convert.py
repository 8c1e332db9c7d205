"""Other files as Markdown, so that what a clinic already has can be brought in: Word documents, web pages and PDF.

What comes out is read by a person before it is approved; a file from which no text can be had is refused, with the remedy.
"""

import importlib
import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from server.knowledge.front_matter import DocumentError

_LARGER = 1.15
"""Times the size of most letters from which a line of a PDF is a heading."""
_LONGEST_HEADING = 90
"""Characters; a longer line in large letters is text."""
_BULLET = re.compile(r"^[•▪◦●‣·]\s*")
_BLANK = re.compile(r"\n{3,}")

Line = tuple[str, float]
"""Text and the size of its letters in points."""


def to_markdown(path: Path) -> str:
    """The file as Markdown; raises `DocumentError` for one that cannot be read, or whose kind is not known."""
    convert = _CONVERTERS.get(path.suffix.lower())
    if convert is None:
        known = ", ".join(sorted(_CONVERTERS))
        raise DocumentError(f"{path.name}:1: no kind of file that can be read; there are: {known}")
    try:
        text = convert(path)
    except (DocumentError, OSError):
        raise
    except Exception as error:  # noqa: BLE001  the root of foreign parsers, which raise anything on a damaged file
        raise DocumentError(f"{path.name}:1: damaged ({type(error).__name__}): save it again, or as Markdown") from None
    if not text.strip():
        raise DocumentError(f"{path.name}:1: no text in it: a scanned page must be typed, or read by its program first")
    return _BLANK.sub("\n\n", text).strip() + "\n"


def _from_text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise DocumentError(f"{path.name}:{line}: no text in UTF-8: save it as UTF-8") from None


def _from_html(path: Path) -> str:
    return _markdown_of(path.read_text("utf-8", errors="replace"))


def _from_docx(path: Path) -> str:
    with path.open("rb") as file:
        return _markdown_of(_library("mammoth").convert_to_html(file, ignore_empty_paragraphs=True).value)


def _from_pdf(path: Path) -> str:
    pages = _library("pypdf").PdfReader(path).pages
    return as_markdown([line for page in pages for line in _lines(page)])


def as_markdown(lines: Iterable[Line]) -> str:
    """Lines in letters larger than most are headings; a line ends where the page ends it, so they are joined again."""
    found = [(text.strip(), size) for text, size in lines if text.strip()]
    sizes = Counter[float]()
    for text, size in found:
        sizes[size] += len(text)
    usual = sizes.most_common(1)[0][0] if sizes else 0.0
    return "".join(_shown(text, size > usual * _LARGER) for text, size in found)


def _shown(text: str, is_large: bool) -> str:
    if is_large and len(text) <= _LONGEST_HEADING:
        return f"\n\n## {text}\n\n"
    return f"\n- {_BULLET.sub('', text)}\n" if _BULLET.match(text) else f"{text}\n"


def _lines(page: Any) -> list[Line]:
    """Of one page, in its own order."""
    chunks: list[Line] = []

    def visit(text: str, _user: Any, matrix: list[float], _font: Any, size: float) -> None:
        chunks.append((text, round(abs(size * (matrix[3] or 1)), 1)))

    page.extract_text(visitor_text=visit)
    lines: list[Line] = [("", 0.0)]
    for text, size in chunks:
        for at, piece in enumerate(text.split("\n")):
            if at:
                lines.append(("", 0.0))
            before, largest = lines[-1]
            lines[-1] = (before + piece, max(largest, size) if piece.strip() else largest)
    return lines


def _markdown_of(html: str) -> str:
    bare = re.sub(r"<(script|style|head|nav|footer)\b.*?</\1>", "", html, flags=re.DOTALL | re.IGNORECASE)
    return str(_library("markdownify").markdownify(bare, heading_style="ATX", bullets="-", strip=["img", "a"]))


def _library(name: str) -> Any:
    """Loaded when a file needs it: no check-in does."""
    try:
        return importlib.import_module(name)
    except ImportError:
        raise DocumentError(f"{name} is not installed, which reads this kind of file: pip install {name}") from None


_CONVERTERS: dict[str, Callable[[Path], str]] = {
    **dict.fromkeys((".md", ".markdown", ".txt"), _from_text),
    **dict.fromkeys((".html", ".htm"), _from_html),
    ".docx": _from_docx,
    ".pdf": _from_pdf,
}
ENDINGS = tuple(_CONVERTERS)
"""Of the files that can be read."""
