"""A folder of documents and their golden questions, read whole before anything of it is taken."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from server.knowledge.document import DocumentError, parse
from server.knowledge.golden import Golden
from server.knowledge.passage import Audience, Passage

GOLDENS = ("golden.jsonl", ".golden.jsonl")
"""A file of golden questions is called or ends so; every other JSONL file is somebody else's."""

Read = Callable[[Path], str]
"""The Markdown of a file; raises DocumentError."""


@dataclass(frozen=True)
class Folder:
    """What a folder holds."""

    texts: Mapping[str, str]
    """Markdown with its front matter, by document."""
    goldens: tuple[Golden, ...]


class _Line(BaseModel):
    """A golden question as a line of a file; the fields of `knowledge evaluate`, and what must come of it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    question: str
    document: str
    section: str | list[str] | None = None
    must_say: list[str] = []
    must_not_say: list[str] = []
    audience: Audience = Audience.PATIENT


def read_folder(root: Path, endings: Sequence[str], read: Read) -> Folder:
    """Everything below `root`. Raises DocumentError with every complaint: file, line and remedy."""
    if not root.is_dir():
        raise DocumentError(f"{root}: no such folder")
    files = sorted(path for path in root.rglob("*") if path.is_file() and not _is_hidden(path, root))
    complaints: list[str] = []
    texts: dict[str, str] = {}
    passages: dict[str, list[Passage]] = {}
    places: dict[str, Path] = {}
    for path in (path for path in files if path.suffix.lower() in endings):
        name = path.relative_to(root).as_posix()
        if path.stem in places:
            complaints.append(f"{name}:1: {places[path.stem].name} has the same name; a document is known by it")
            continue
        places[path.stem] = path
        try:
            text = read(path)
            passages[path.stem] = parse(f"{path.stem}.md", text).passages()
            texts[path.stem] = text
        except DocumentError as error:
            complaints.append(str(error).replace(f"{path.stem}.md", name))
    if not places:
        complaints.append(f"{root}: no documents; they end with {', '.join(endings)}")
    goldens = _goldens(root, files, passages, complaints)
    if complaints:
        raise DocumentError("\n".join(complaints))
    return Folder(texts, tuple(goldens))


def write_folder(root: Path, texts: Mapping[str, str], goldens: Sequence[Golden]) -> None:
    """As `read_folder` reads it: the same ids, texts and golden questions."""
    root.mkdir(parents=True, exist_ok=True)
    for document, text in texts.items():
        (root / f"{document}.md").write_text(text, "utf-8")
    lines = [json.dumps(_line(one), ensure_ascii=False) + "\n" for one in goldens if one.document in texts]
    (root / GOLDENS[0]).write_text("".join(lines), "utf-8")


def _line(one: Golden) -> dict[str, object]:
    return {
        "question": one.question,
        "document": one.document,
        "section": list(one.must_retrieve),
        "must_say": list(one.must_say),
        "must_not_say": list(one.must_not_say),
        "audience": one.audience.value,
    }


def _is_hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)


def _goldens(
    root: Path, files: Sequence[Path], passages: Mapping[str, Sequence[Passage]], complaints: list[str]
) -> list[Golden]:
    found = []
    for path in (path for path in files if path.name.endswith(GOLDENS)):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if line.strip():
                try:
                    found.append(_golden(line, passages))
                except (ValueError, ValidationError) as error:
                    why = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
                    complaints.append(f"{path.relative_to(root).as_posix()}:{number}: {why}")
    return found


def _golden(line: str, passages: Mapping[str, Sequence[Passage]]) -> Golden:
    """Raises ValueError."""
    data = json.loads(line)
    one = _Line.model_validate(data)
    known = passages.get(one.document)
    if known is None:
        raise ValueError(f"document: this folder has no {one.document!r}")
    sections = [one.section] if isinstance(one.section, str) else one.section or []
    keys = tuple(_key(section, one.document, known) for section in sections)
    return Golden(one.document, one.question, keys, tuple(one.must_say), tuple(one.must_not_say), one.audience)


def _key(section: str, document: str, known: Sequence[Passage]) -> str:
    found = [passage.key for passage in known if section in (passage.section, passage.key, " > ".join(passage.heading))]
    if not found:
        there = ", ".join(repr(passage.section) for passage in known)
        raise ValueError(f"section: {document} has no heading {section!r}; there are: {there}")
    return found[0]
