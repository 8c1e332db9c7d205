"""The demo's library: the packs' own documents, which its invented people wrote, approved and published."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from server.curation import Curation
from server.knowledge import convert, golden, library, releases
from server.knowledge.folder import Folder, read_folder
from server.knowledge.releases import Override
from server.knowledge.revisions import RevisionState
from server.record import staff
from server.record.database import Database
from server.record.transaction import Transaction
from server.vocabulary.principals import Role, Service, Staff

_COMMAND = Service("command")
_REASON = "The seed of the demo: its documents are drafts until a clinic signs them."


async def publish(
    library_of: Curation, database: Database, personas: Path, today: date, tell: Callable[[str], None]
) -> None:
    """Once; a library that was published before, or that somebody has written in, is left alone."""
    if not await database.run(_is_untouched):
        return
    tell("Publishing the demo's library (once)")
    folders = [read_folder(folder, convert.ENDINGS, convert.to_markdown) for folder in _folders(personas)]
    clinician = await database.run(lambda tx: _write(tx, folders, library_of.has_doses))
    proposal = await library_of.publisher.propose(clinician, today)
    await library_of.publisher.publish(clinician, proposal, Override(clinician, _REASON))
    await library_of.room.look()


def _folders(personas: Path) -> list[Path]:
    return [folder for folder in sorted(personas.glob("*/knowledge")) if folder.is_dir()]


def _is_untouched(tx: Transaction) -> bool:
    return releases.current(tx) is None and not library.documents(tx, _COMMAND)


def _write(tx: Transaction, folders: list[Folder], has_doses: Callable[[str], bool]) -> Staff:
    """Brought in, and approved by the clinician, where there are doses by the pharmacist too; returns the clinician."""
    people = list(staff.enabled(tx, _COMMAND).values())
    clinician = next(one for one in people if one.role is Role.CLINICIAN)
    pharmacist = next(one for one in people if one.role is Role.PHARMACIST)
    for name, text in [pair for folder in folders for pair in folder.texts.items()]:
        made = library.write(tx, _COMMAND, name, text, "the seed of the demo")
        made = library.submit(tx, _COMMAND, name)
        for approver in (clinician, pharmacist):
            if made.state is RevisionState.IN_REVIEW:
                made, _ = library.approve(tx, approver, name, made.number, has_doses=has_doses)
    for one in [one for folder in folders for one in folder.goldens]:
        golden.add(tx, _COMMAND, one)
    return clinician
