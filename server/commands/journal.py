"""The command `journal`: everything that happened in a check-in."""

import dataclasses
import json
from typing import Annotated

import typer

from server.commands.records import opened
from server.commands.terminal import DataOption, run, settings_of, tell
from server.config import Settings
from server.record import journal as records
from server.record.journal import Entry
from server.vocabulary.ids import CheckInId
from server.vocabulary.principals import Service


def journal(
    checkin: Annotated[str, typer.Argument(help="The check-in's id, ci_…")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    data: DataOption = None,
) -> None:
    """Print everything that happened in a check-in. Shows patient data; the reading is audited."""
    run(_journal(settings_of(data), CheckInId(checkin), as_json))


async def _journal(settings: Settings, checkin: CheckInId, as_json: bool) -> None:
    async with opened(settings) as database:
        entries = await database.run(lambda tx: records.read(tx, Service("command"), checkin))
    for entry in entries:
        tell(_json_line(entry) if as_json else _plain_line(entry))


def _json_line(entry: Entry) -> str:
    return json.dumps({"seq": entry.seq, "at": entry.at.isoformat(), **dataclasses.asdict(entry.event)})


def _plain_line(entry: Entry) -> str:
    fields = {key: value for key, value in dataclasses.asdict(entry.event).items() if key != "kind"}
    shown = "  ".join(f"{key}={value!r}" for key, value in fields.items())
    return f"{entry.seq:4}  {entry.at:%H:%M:%S.%f}"[:-3] + f"  {entry.event.kind:<22} {shown}"
