"""The commands `audit verify|export|who`: whether the chain is whole, all of it for another system, and who saw a patient."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, TextIO

import typer
from sqlalchemy import func, inspect, make_url, select
from sqlalchemy.exc import DBAPIError

from server.commands.patient_choice import chosen
from server.commands.records import opened
from server.commands.terminal import DataOption, JsonOption, fail, note, run, settings_of, tell
from server.config import Settings
from server.installation import key_ring, witness_of
from server.record import audit as chain
from server.record import audit_formats, audit_readings
from server.record.audit_formats import Format
from server.record.audit_readings import Sight, Wanted
from server.record.chain import AuditRow, Head
from server.record.engine import reading
from server.record.master_key import MasterKeyError
from server.record.proof import Finding
from server.record.schema import audit as table
from server.record.seal import Sealer
from server.record.transaction import Transaction
from server.vocabulary.ids import PatientId
from server.vocabulary.principals import Service

_COMMAND = Service("command")
_SHOWN = 20
"""Findings printed; a chain that was written anew has one for every row."""

audit = typer.Typer(name="audit", no_args_is_help=True)


@audit.callback()
def about() -> None:
    """Who did what to whose record: a chain of rows that shows what was done to it."""


@audit.command()
def verify(
    known: Annotated[
        str,
        typer.Option("--known", help="What was noted of the chain elsewhere, ROW:HASH, as the service's log has it."),
    ] = "",
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Say whether a row was changed, removed, moved, inserted or cut off; exit with 1 if so. Writes nothing."""
    settings = settings_of(data)
    try:
        rows, found = _examined(settings, [_head(known)] if known else [])
    except MasterKeyError as error:
        fail(f"{error.code}: {error}")
    except (OSError, DBAPIError):
        fail(f"no records can be read in {settings.data}")
    if as_json:
        tell(json.dumps({"rows": rows, "whole": not found, "findings": [vars(one) for one in found]}))
    else:
        for line in _verdict(rows, found):
            tell(line)
        if not witness_of(settings).kept.exists() and not known:
            note(
                "no audit/seals.jsonl lies beside these records: that all were put back to an earlier day would not show"
            )
    if found:
        raise typer.Exit(1)


@audit.command()
def export(
    as_: Annotated[Format, typer.Option("--format", help="jsonl: the rows themselves; fhir: AuditEvent (R4); cef.")],
    patient: Annotated[str, typer.Option(help="Only rows about this patient (id).")] = "",
    after: Annotated[int, typer.Option(help="Only rows after this number: where the last export ended.")] = 0,
    since: Annotated[str, typer.Option(help="From this day on, YYYY-MM-DD (UTC).")] = "",
    until: Annotated[str, typer.Option(help="Up to and with this day.")] = "",
    output: Annotated[Path | None, typer.Option(help="A file to write; otherwise standard output.")] = None,
    data: DataOption = None,
) -> None:
    """Write the chain for another system, one event a line, oldest first. The export is itself audited."""
    end = _start_of(until) + timedelta(days=1) if until else None
    wanted = Wanted(PatientId(patient) if patient else None, after, _start_of(since) if since else None, end)

    with _target(output) as file:
        last, count = run(
            _export(settings_of(data), wanted, lambda row: file.write(audit_formats.line(row, as_) + "\n"))
        )
    note(f"{count} rows; go on with --after {last}")


@audit.command()
def who(
    patient: Annotated[
        str, typer.Argument(help="The patient's id, also of one who was forgotten, or part of the name.")
    ],
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Print who touched a patient's record, how often, first and last; people before the service itself."""
    found = run(_who(settings_of(data), patient))
    if as_json:
        tell(json.dumps([vars(one) for one in found], default=str))
        return
    for one in found:
        who = f"{one.name} ({one.role})" if one.name else one.actor
        tell(f"{who:<32} {one.action:<24} {one.times:>5}  {one.first:%Y-%m-%d %H:%M} to {one.last:%Y-%m-%d %H:%M}")
    if not found:
        note("nobody touched this patient's record, or there is no such patient")


async def _who(settings: Settings, wanted: str) -> list[Sight]:
    async with opened(settings) as database:
        # An id is taken as it is: to look for it would be a row about every patient, and the forgotten are in no list.
        patient = PatientId(wanted) if wanted.startswith("pt_") else (await chosen(database, wanted)).id
        return await database.run(lambda tx: audit_readings.who_saw(tx, _COMMAND, patient))


async def _export(settings: Settings, wanted: Wanted, write: Callable[[AuditRow], object]) -> tuple[int, int]:
    """The last row that there was, and how many were written."""
    count = 0
    async with opened(settings) as database:
        last = await database.run(lambda tx: audit_readings.begin_export(tx, _COMMAND, wanted))
        while rows := await database.run(_page(wanted, last), alone=False):
            for row in rows:
                write(row)
            count += len(rows)
            wanted = replace(wanted, after=rows[-1].seq)
        return last, count


def _page(wanted: Wanted, last: int) -> Callable[[Transaction], list[AuditRow]]:
    return lambda tx: audit_readings.exported(tx, _COMMAND, wanted, last)


def _examined(settings: Settings, known: list[Head]) -> tuple[int, list[Finding]]:
    """How many rows there are, and what is wrong with them; the records are left as they are. Raises MasterKeyError."""
    url = make_url(settings.records_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise FileNotFoundError
    sealer, witness = Sealer(key_ring(settings, may_create=False).find), witness_of(settings)
    with reading(url) as connection:
        if not inspect(connection).has_table("audit_seal"):
            fail("these records have no seals yet: any other command of this version brings them up to date")
        found = chain.examine(connection, sealer, witness, known)
        return connection.scalar(select(func.count()).select_from(table)) or 0, found


def _verdict(rows: int, found: list[Finding]) -> Iterator[str]:
    for one in found[:_SHOWN]:
        yield f"row {one.seq}: {one.what}" if one.seq else one.what
    if len(found) > _SHOWN:
        yield f"… and {len(found) - _SHOWN} more"
    yield (
        f"{rows} rows, NOT whole: keep a copy of DATA and tell your security officer"
        if found
        else f"{rows} rows, whole"
    )


def _target(output: Path | None) -> AbstractContextManager[TextIO]:
    if output is None:
        return nullcontext(sys.stdout)
    try:
        return output.open("x", encoding="utf-8")
    except OSError as error:
        fail(f"--output: {error.strerror}")


def _head(text: str) -> Head:
    seq, _, hashed = text.partition(":")
    if not seq.isdecimal() or len(hashed) != 64:
        fail("--known: write it as 812:9f3c…, the row and the 64 digits of its hash")
    return Head(int(seq), hashed)


def _start_of(day: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(day), time(), UTC)
    except ValueError:
        fail(f"{day!r} is no day; write it as 2026-11-30")
