"""The commands `backup` and `restore`: a whole installation into one sealed file, and out of it again."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import delete, make_url, select

from server.commands.records import opened
from server.commands.terminal import DataOption, fail, note, run, settings_of, tell
from server.config import Settings
from server.installation import witness_of
from server.record import audit as chain
from server.record import backup as files
from server.record import passwords, rotation
from server.record.access import Permission, require
from server.record.audit import AuditAction
from server.record.backup import Manifest, Place
from server.record.chain import Head
from server.record.master_key import MasterKey, MasterKeyError
from server.record.proof import Finding
from server.record.schema import audit, staff_session
from server.record.sealed_file import Secret
from server.record.tombstones import Tombstones
from server.record.transaction import Transaction
from server.vocabulary.clock import SystemClock
from server.vocabulary.principals import Service

_COMMAND = Service("command")

RecoveryOption = Annotated[
    Path | None, typer.Option("--recovery-key", help="A file with 32 bytes in base64, instead of a passphrase.")
]
StdinOption = Annotated[
    bool, typer.Option("--passphrase-stdin", help="Read the passphrase from standard input, one line, without asking.")
]


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; there must be none of this name.")],
    recovery_key: RecoveryOption = None,
    from_stdin: StdinOption = False,
    data: DataOption = None,
) -> None:
    """Write records, keys and the site's files into one sealed file, while the service runs."""
    settings = settings_of(data)
    secret = _secret(recovery_key, from_stdin=from_stdin, anew=True)
    told = run(_backup(settings, secret, file))
    tell(f"{file}: {file.stat().st_size} bytes, as of {_of(told)}")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `nightlight backup` wrote.")],
    recovery_key: RecoveryOption = None,
    from_stdin: StdinOption = False,
    forgotten: Annotated[
        Path | None,
        typer.Option(help="The log of forgotten patients of the machine that is lost, DATA/audit/forgotten.jsonl."),
    ] = None,
    data: DataOption = None,
) -> None:
    """Bring an installation back into an empty data folder; refuses to write over anything."""
    settings = settings_of(data)
    secret = _secret(recovery_key, from_stdin=from_stdin, anew=False)
    known = Tombstones(forgotten) if forgotten is not None else None
    if known is not None and not known.path.is_file():
        fail("--forgotten: there is no such file")
    told, again, found = run(_restore(settings, secret, file, known))
    tell(f"restored as of {_of(told)}")
    for patient in again:
        tell(f"forgotten once more: {patient}")
    if known is None and not again:
        note(
            f"whoever was forgotten after {told.at:%Y-%m-%d %H:%M} UTC is in it again: give --forgotten, or forget anew"
        )
    for one in found:
        tell(f"row {one.seq}: {one.what}")
    if found:
        note("the audit chain is NOT whole")
        raise typer.Exit(1)


def _of(told: Manifest) -> str:
    return f"{told.at:%Y-%m-%d %H:%M:%S} UTC, audit row {told.audit_seq} {told.audit_hash}"


async def _backup(settings: Settings, secret: Secret, file: Path) -> Manifest:
    clock = SystemClock()
    async with opened(settings, clock) as database:
        head = await database.run(_backed_up)
        key = MasterKey.load(settings.data, may_create=False)
        if not await database.run(lambda tx: rotation.is_over(tx, _COMMAND, key.kid)):
            fail("the master key is being changed: finish that first (nightlight keys rotate)")
        return files.write(_place(settings), key, secret, file, (head.seq, head.hash), clock.now())


def _backed_up(tx: Transaction) -> Head:
    require(_COMMAND, Permission.RECORDS_KEEP)
    tx.audit(_COMMAND, AuditAction.RECORDS_BACKED_UP)
    return chain.head(tx)


async def _restore(
    settings: Settings, secret: Secret, file: Path, known: Tombstones | None
) -> tuple[Manifest, list[str], list[Finding]]:
    require(_COMMAND, Permission.RECORDS_KEEP)
    told = files.restore(file, _place(settings), secret, MasterKey.from_environment())
    if known is not None:
        witness_of(settings).tombstones.add(known.read())
    # Whoever was forgotten since is forgotten by the opening itself, before anything can be read.
    async with opened(settings) as database:
        found = await database.examine()
        return told, await database.run(lambda tx: _restored(tx, told)), found


def _restored(tx: Transaction, told: Manifest) -> list[str]:
    """Nobody stays signed in by an older copy; returns who was forgotten by its opening."""
    tx.connection.execute(delete(staff_session))
    detail = {"at": told.at.isoformat(timespec="seconds")}
    tx.audit(_COMMAND, AuditAction.RECORDS_RESTORED, detail=detail)
    again = select(audit.c.patient).where(audit.c.action == AuditAction.PATIENT_FORGOTTEN.value)
    return [str(one) for one in tx.connection.scalars(again.where(audit.c.seq > told.audit_seq))]


def _place(settings: Settings) -> Place:
    beside = {"escalation.yaml": settings.escalation} if settings.escalation is not None else {}
    return Place(settings.data, make_url(settings.records_url), beside)


def _secret(recovery_key: Path | None, *, from_stdin: bool, anew: bool) -> Secret:
    if recovery_key is not None:
        try:
            return Secret.recovery_key(recovery_key)
        except MasterKeyError as error:
            fail(f"--recovery-key: {error}")
        except OSError as error:
            fail(f"--recovery-key: {error.strerror}")
    words = sys.stdin.readline().rstrip("\r\n") if from_stdin else _asked(anew=anew)
    if anew and (problem := passwords.problem(words)):
        fail(f"passphrase: {problem}")
    return Secret.passphrase(words)


def _asked(*, anew: bool) -> str:
    again = "The same passphrase again" if anew else False
    answer: str = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=again, err=True)
    return answer
