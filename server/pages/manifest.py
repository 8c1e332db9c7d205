"""Finds the scripts and styles that Vite built for a page; a page without them is refused, never served half."""

import json
from pathlib import Path

from markupsafe import Markup, escape
from pydantic import BaseModel, Field, TypeAdapter

from server.vocabulary.errors import ServiceError


class WebBuildMissing(ServiceError):
    """The browser part of this checkout was never built, or lacks the entry a page asks for."""

    code = "web_build_missing"
    status = 503
    patient_sees = "The web pages of this server are not built yet. Run `npm ci && npm run build` in the folder web."


class Chunk(BaseModel, frozen=True):
    """One file of the build; https://vite.dev/guide/backend-integration describes the format."""

    file: str
    css: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    is_entry: bool = Field(default=False, alias="isEntry")


_CHUNKS = TypeAdapter(dict[str, Chunk])


class Manifest:
    """The build's list of files, read again whenever a new build replaces it."""

    def __init__(self, static: Path, prefix: str = "/static/") -> None:
        self._path = static / ".vite" / "manifest.json"
        self._prefix = prefix
        self._read_at = -1
        self._chunks: dict[str, Chunk] = {}

    def tags(self, entry: str) -> Markup:
        """The link and script elements of one entry, for example `staff/staff.ts`. Raises `WebBuildMissing`."""
        chunks = self._load()
        if entry not in chunks:
            raise WebBuildMissing(f"The web build has no entry {entry}; build web/ again.")
        needed = _with_imports(chunks, entry)
        styles = dict.fromkeys(css for key in needed for css in chunks[key].css)
        # Styles that several entries share have a chunk of their own and come first, so that a page may override them.
        shared = {chunk.file for chunk in chunks.values()}
        links = [
            f'<link rel="stylesheet" href="{escape(self._prefix + css)}">'
            for css in sorted(styles, key=lambda css: css not in shared)
        ]
        preloads = [
            f'<link rel="modulepreload" href="{escape(self._prefix + chunks[key].file)}">' for key in needed[:-1]
        ]
        script = f'<script type="module" src="{escape(self._prefix + chunks[entry].file)}"></script>'
        return Markup("\n".join([*links, *preloads, script]))  # noqa: S704 every part is escaped above

    def address(self, entry: str) -> str:
        """Where one entry's script is served; empty in a build that lacks it."""
        chunk = self._load().get(entry)
        return self._prefix + chunk.file if chunk else ""

    def _load(self) -> dict[str, Chunk]:
        try:
            changed_at = self._path.stat().st_mtime_ns
            if changed_at != self._read_at:
                self._chunks = _CHUNKS.validate_python(json.loads(self._path.read_text("utf-8")))
                self._read_at = changed_at
        except (OSError, ValueError):
            raise WebBuildMissing(f"No readable web build at {self._path}; run npm run build in web/.") from None
        return self._chunks


def _with_imports(chunks: dict[str, Chunk], entry: str) -> list[str]:
    """The entry last, what it imports before it, each once."""
    ordered: list[str] = []

    def visit(key: str, path: tuple[str, ...]) -> None:
        if key in ordered or key in path:
            return
        for imported in chunks[key].imports:
            visit(imported, (*path, key))
        ordered.append(key)

    visit(entry, ())
    return ordered
