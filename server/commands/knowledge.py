"""The commands `knowledge …`: bring documents in, see where they stand, publish them, and take them out again."""

from pathlib import Path
from typing import Annotated

import typer

from server import curation
from server.commands import knowledge_trials
from server.commands.records import in_records, opened
from server.commands.terminal import DataOption, fail, note, run, settings_of, tell
from server.config import Settings
from server.installation import PERSONAS, load_packs
from server.knowledge import convert, golden, library, releases
from server.knowledge.folder import read_folder, write_folder
from server.knowledge.golden import Golden
from server.knowledge.importing import Imported, import_folder
from server.knowledge.publishing import Proposal
from server.knowledge.releases import Override
from server.record import staff as accounts
from server.record.database import Database
from server.record.transaction import Transaction
from server.vocabulary.clock import SystemClock
from server.vocabulary.principals import Service

_COMMAND = Service("command")

knowledge = typer.Typer(name="knowledge", no_args_is_help=True)


@knowledge.callback()
def about() -> None:
    """The library: what the persona may say to a patient's question."""


@knowledge.command(name="import")
def import_(
    folder: Annotated[
        Path, typer.Argument(help="Documents, and golden questions in files that end with golden.jsonl.")
    ],
    over: Annotated[bool, typer.Option("--over", help="Also write over what was written here since.")] = False,
    retire_missing: Annotated[
        bool, typer.Option("--retire-missing", help="Retire what an earlier import brought and the folder lacks now.")
    ] = False,
    data: DataOption = None,
) -> None:
    """Take a folder's documents into the library; as often as one likes. Nothing is told before it is published."""
    settings = settings_of(data)
    done = run(_import(settings, folder, over=over, retire_missing=retire_missing))
    for line in done.lines():
        tell(line)


@knowledge.command()
def publish(
    override_by: Annotated[
        str,
        typer.Option("--override-by", help="E-mail of the clinician who publishes although a golden question is red."),
    ] = "",
    reason: Annotated[str, typer.Option(help="Why, for whoever asks later.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
    data: DataOption = None,
) -> None:
    """Build and check a release of everything approved, show what it changes, and tell it from now on."""
    run(_publish(settings_of(data), override_by, reason, dry_run=dry_run))


@knowledge.command()
def status(data: DataOption = None) -> None:
    """Print every document with where it stands, and the release that is told."""
    run(_status(settings_of(data)))


@knowledge.command()
def retire(
    document: Annotated[str, typer.Argument(help="The document's name: its file without the ending.")],
    data: DataOption = None,
) -> None:
    """Tell nothing of a document any more, in running check-ins too."""
    run(in_records(settings_of(data), lambda tx: library.retire(tx, _COMMAND, document)))
    note(f"{document}: retired; within a minute nobody is told of it")


@knowledge.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Where to write the documents; existing ones are written over.")],
    data: DataOption = None,
) -> None:
    """Write every document's newest text, and its golden questions, as `import` reads them."""
    written = run(_export(settings_of(data), folder))
    note(f"{written} documents written to {folder}")


knowledge.command()(knowledge_trials.ask)
knowledge.command()(knowledge_trials.evaluate)


async def _import(settings: Settings, root: Path, *, over: bool, retire_missing: bool) -> Imported:
    found = read_folder(root, convert.ENDINGS, convert.to_markdown)
    async with opened(settings) as database:
        about = f"imported from {root.name}"
        return await import_folder(database, _COMMAND, found, about, note, over=over, retire_missing=retire_missing)


async def _publish(settings: Settings, override_by: str, reason: str, *, dry_run: bool) -> None:
    clock = SystemClock()
    async with opened(settings, clock) as database:
        override = await _override(database, override_by, reason)
        packs = load_packs().values()
        publisher = (await curation.opened(settings, database, PERSONAS, packs, clock, note)).publisher
        proposal = await publisher.propose(_COMMAND, clock.now().date(), curation.progress(note))
        _show(proposal)
        if dry_run:
            return
        made = await publisher.publish(_COMMAND, proposal, override)
        tell(f"published {made}: {len(proposal.revisions)} documents")


def _show(proposal: Proposal) -> None:
    for line in proposal.radius.lines():
        note(line)
    if proposal.scratch and proposal.radius.too_few:
        note("nobody has an account here, so that missing golden questions do not block")


async def _override(database: Database, email: str, reason: str) -> Override | None:
    if not email:
        return None
    found = (await database.run(lambda tx: accounts.enabled(tx, _COMMAND))).get(email.strip().casefold())
    if found is None:
        fail(f"--override-by: nobody who may sign in has the address {email}")
    return Override(found, reason)


async def _status(settings: Settings) -> None:
    every, current, told = await in_records(settings, _look)
    for one in every:
        newest = one.newest
        state = "retired" if one.retired_at else newest.state.value.replace("_", " ")
        live = f"told: revision {told[one.id]}" if one.id in told else "not told"
        tell(f"{one.id:<40} revision {newest.number} {state:<10} {live}")
    tell(f"release {current or 'none'}")


def _look(tx: Transaction) -> tuple[list[library.Dossier], str | None, dict[str, int]]:
    current = releases.current(tx)
    members = releases.told_in(tx, _COMMAND, current) if current else []
    gone = releases.retired_in(tx, _COMMAND, current) if current else frozenset()
    told = {one.document: one.number for one in members if (one.document, str(one.number)) not in gone}
    return library.documents(tx, _COMMAND), current, told


async def _export(settings: Settings, folder: Path) -> int:
    def read(tx: Transaction) -> tuple[dict[str, str], list[Golden]]:
        every = [one for one in library.documents(tx, _COMMAND) if one.retired_at is None]
        goldens = [kept.golden for kept in golden.kept(tx, _COMMAND)]
        return {one.id: one.newest.markdown for one in every}, goldens

    texts, goldens = await in_records(settings, read)
    write_folder(folder, texts, goldens)
    return len(texts)
