"""Brings a folder into the library, as often as one likes: what is the same stays the same revision, ids never change.

What somebody wrote here is not written over by a file, and what was retired here does not come back with one.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from server.knowledge import golden, library
from server.knowledge.folder import Folder
from server.knowledge.library import Dossier
from server.knowledge.revisions import RevisionState, digest
from server.record.audit import actor
from server.record.database import Database
from server.record.transaction import Transaction
from server.vocabulary.principals import Service

_AT_ONCE = 20
"""Documents in one transaction: a running service waits for it, and may do so for 5 s."""

Tell = Callable[[str], None]


@dataclass
class Imported:
    """What became of each document, by id."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    written_here: list[str] = field(default_factory=list)
    """Somebody has written a revision here since the last import: left as it is."""
    retired_here: list[str] = field(default_factory=list)
    """Retired: left as it is."""
    retired: list[str] = field(default_factory=list)
    """No longer in the folder, and retired for it."""
    waits: bool = False
    """Whether people must approve before any of it can be published."""
    goldens: int = 0

    def lines(self) -> Iterator[str]:
        """For people."""
        counts = (
            (self.new, "new"),
            (self.changed, "changed"),
            (self.unchanged, "unchanged"),
            (self.retired, "retired"),
        )
        shown = ", ".join(f"{len(names)} {what}" for names, what in counts if names or what != "retired")
        yield f"{shown}; {self.goldens} golden questions"
        for name in self.written_here:
            yield f"{name}: left alone, since a revision was written here; export it first, or import with --over"
        for name in self.retired_here:
            yield f"{name}: left alone, since it was retired here; bring it back there"
        if self.waits and (self.new or self.changed):
            yield "in review: two people must stand behind a document, and a pharmacist behind doses, before it is told"


async def import_folder(
    database: Database, principal: Service, folder: Folder, note: str, tell: Tell, *, over: bool, retire_missing: bool
) -> Imported:
    """`over`: also what was written here; `retire_missing`: what the folder no longer has, of what was imported before."""
    done = Imported(waits=not await database.run(library.is_scratch))
    every = sorted(folder.texts)
    for begin in range(0, len(every), _AT_ONCE):
        batch = {name: folder.texts[name] for name in every[begin : begin + _AT_ONCE]}
        for name, fate in await database.run(lambda tx, batch=batch: _take(tx, principal, batch, note, over=over)):  # type: ignore[misc]
            getattr(done, fate).append(name)
        if len(every) > _AT_ONCE:
            tell(f"  {begin + len(batch)} of {len(every)} documents")
    await database.run(lambda tx: _replace_goldens(tx, principal, folder))
    done.goldens = len(folder.goldens)
    if retire_missing:
        done.retired = await database.run(lambda tx: _retire_missing(tx, principal, folder))
    return done


def _take(
    tx: Transaction, principal: Service, texts: Mapping[str, str], note: str, *, over: bool
) -> list[tuple[str, str]]:
    return [(name, _one(tx, principal, name, text, note, over=over)) for name, text in texts.items()]


def _one(tx: Transaction, principal: Service, name: str, text: str, note: str, *, over: bool) -> str:
    """The list of `Imported` it belongs to."""
    found = library.find(tx, name)
    if found is not None and found.retired_at is not None:
        return "retired_here"
    if found is not None and _has_own_words(found, text, actor(principal)) and not over:
        return "written_here"
    made = library.write(tx, principal, name, text, note)
    if made.state is RevisionState.DRAFT:
        made = library.submit(tx, principal, name)
    if made.state is RevisionState.IN_REVIEW and library.is_scratch(tx):
        library.approve_alone(tx, principal, name, made.number)
    if found is None:
        return "new"
    return "unchanged" if made.number == found.newest.number else "changed"


def _has_own_words(found: Dossier, text: str, importer: str) -> bool:
    """Whether the newest text is neither the file's nor an import's."""
    return found.newest.author != importer and found.newest.sha256 != digest(text)


def _replace_goldens(tx: Transaction, principal: Service, folder: Folder) -> None:
    """Those that an import brought are the folder's; those that people wrote here stay."""
    for kept in golden.kept(tx, principal):
        mine = kept.author == actor(principal) and kept.golden.document in folder.texts
        if mine and kept.golden not in folder.goldens:
            golden.remove(tx, principal, kept.id)
    for one in folder.goldens:
        golden.add(tx, principal, one)


def _retire_missing(tx: Transaction, principal: Service, folder: Folder) -> list[str]:
    gone = [
        one.id
        for one in library.documents(tx, principal)
        if one.retired_at is None and one.newest.author == actor(principal) and one.id not in folder.texts
    ]
    for name in gone:
        library.retire(tx, principal, name)
    return gone
