"""Where the indexes of releases lie on this machine, one folder each; what is not there is built from the records.

So a service on another machine, or one whose folder was lost, tells the same release.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from server.knowledge.consulting import OpenRelease
from server.knowledge.document import parse
from server.knowledge.embedder import Embedder
from server.knowledge.index import Index
from server.knowledge.lay_words import LayWords
from server.knowledge.passage import Passage
from server.knowledge.releases import Told
from server.knowledge.shelf import IndexUnreadable

Progress = Callable[[int, int], None]


class Stacks:
    """The indexes on this machine. Blocking: use it off the event loop."""

    def __init__(self, folder: Path, embedder: Embedder, lay: LayWords, progress: Progress) -> None:
        self._folder = folder
        self._embedder = embedder
        self._lay = lay
        self._progress = progress
        self._built: tuple[list[Told], OpenRelease] | None = None
        """The last one: what was checked a moment ago is not read again to be published."""

    def build(self, revisions: Sequence[Told], progress: Progress | None = None) -> OpenRelease:
        """An index that has no place yet and no release; `progress` in the place of the usual one. Raises DocumentError."""
        if self._built is None or self._built[0] != list(revisions):
            index = Index.build(passages_of(revisions), self._embedder, self._lay, progress or self._progress)
            self._built = list(revisions), _opened("", revisions, index)
        return self._built[1]

    def put(self, release: str, built: OpenRelease) -> None:
        """Keep it under this release's id, whole or not at all."""
        built.index.save(self._folder / release)

    def open(self, release: str, revisions: Sequence[Told]) -> OpenRelease:
        """The index of a release; built anew where it is not here, cannot be read, or does not hold what the records say
        was approved: because documents are read in another way since, or somebody changed its files."""
        index = self._kept(release)
        if index is None or list(index.passages) != passages_of(revisions):
            built = self.build(revisions)
            self.put(release, built)
            index = built.index
        return _opened(release, revisions, index)

    def _kept(self, release: str) -> Index | None:
        try:
            return Index.load(self._folder / release, self._embedder, self._lay)
        except IndexUnreadable:
            return None


def _opened(release: str, revisions: Sequence[Told], index: Index) -> OpenRelease:
    titles = {one.document: parse(f"{one.document}.md", one.markdown).title for one in revisions}
    approvers = {(one.document, str(one.number)): ", ".join(one.approvers) for one in revisions}
    return OpenRelease(release, index, titles, approvers)


def passages_of(revisions: Sequence[Told]) -> list[Passage]:
    """Raises DocumentError."""
    return [
        passage for one in revisions for passage in parse(f"{one.document}.md", one.markdown).passages(str(one.number))
    ]
