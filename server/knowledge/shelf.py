"""Where the indexes of releases lie, one folder each, and how one is opened; what is not there is built from the records.

A folder is made beside its place and moved there whole, so that no reader ever meets half an index.
"""

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from server.knowledge.consulting import OpenRelease
from server.knowledge.document import parse
from server.knowledge.embedder import Embedder
from server.knowledge.index import Index
from server.knowledge.passage import Passage
from server.knowledge.releases import Told

Tell = Callable[[str], None]


class Shelf:
    """The indexes on this machine. Blocking: use it off the event loop."""

    def __init__(self, folder: Path, embedder: Embedder, tell: Tell) -> None:
        self._folder = folder
        self._embedder = embedder
        self._tell = tell

    def build(self, revisions: Sequence[Told]) -> OpenRelease:
        """An index that has no place yet and no release. Raises DocumentError."""
        return self._open("", revisions, Index.build(passages_of(revisions), self._embedder, self._tell))

    def put(self, release: str, built: OpenRelease) -> None:
        """Keep it under this release's id; a second time changes nothing."""
        place = self._folder / release
        if place.exists():
            return
        partial = self._folder / f"{release}.{os.getpid()}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        built.index.save(partial)
        try:
            partial.replace(place)
        except OSError:
            # Another process was faster; what it put there is the same.
            shutil.rmtree(partial, ignore_errors=True)

    def open(self, release: str, revisions: Sequence[Told]) -> OpenRelease:
        """The index of a release; built anew where it is not here, or was made by another version of this program."""
        place = self._folder / release
        found = Index.load(place, self._embedder) if place.is_dir() else None
        if found is not None:
            return self._open(release, revisions, found)
        built = self.build(revisions)
        shutil.rmtree(place, ignore_errors=True)
        self.put(release, built)
        return self._open(release, revisions, built.index)

    def _open(self, release: str, revisions: Sequence[Told], index: Index) -> OpenRelease:
        titles = {one.document: parse(f"{one.document}.md", one.markdown).title for one in revisions}
        approvers = {(one.document, str(one.number)): ", ".join(one.approvers) for one in revisions}
        return OpenRelease(release, index, titles, approvers)


def passages_of(revisions: Sequence[Told]) -> list[Passage]:
    """Raises DocumentError."""
    return [
        passage for one in revisions for passage in parse(f"{one.document}.md", one.markdown).passages(str(one.number))
    ]
