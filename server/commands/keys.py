"""The command `keys rotate`: another master key, while the service runs."""

import typer

from server.commands.records import opened
from server.commands.terminal import DataOption, fail, note, run, settings_of, tell
from server.config import Settings
from server.record import key_ring, master_key, rotation
from server.record.database import Database
from server.record.master_key import OLD_VARIABLE, VARIABLE, MasterKey
from server.vocabulary.principals import Service

_COMMAND = Service("command")

keys = typer.Typer(name="keys", no_args_is_help=True)


@keys.callback()
def about() -> None:
    """The master key, which wraps the key of every patient."""


@keys.command()
def rotate(data: DataOption = None) -> None:
    """Wrap every patient's key with another master key and remove the old one; killed, it goes on when called again."""
    kid, count = run(_rotate(settings_of(data)))
    tell(f"master key {kid} in use, {count} keys wrapped anew")


async def _rotate(settings: Settings) -> tuple[str, int]:
    # Opened first: records that have no key yet get one here, and those of another key are refused.
    async with opened(settings) as database:
        given = MasterKey.from_environment()
        new = given or master_key.following(settings.data)
        before = await database.run(lambda tx: key_ring.in_use(tx.connection))
        if given is not None and before == given.kid and not MasterKey.from_environment(name=OLD_VARIABLE):
            fail(f"{VARIABLE} is the key in use: set it to the new one, and {OLD_VARIABLE} to this one")
        count = await _wrap_all(database, new.kid)
    if given is None:
        master_key.adopt(settings.data)
    else:
        note(f"{OLD_VARIABLE} is not needed any more")
    return new.kid, count


async def _wrap_all(database: Database, kid: str) -> int:
    await database.run(lambda tx: rotation.begin(tx, _COMMAND, kid))
    count = 0
    while wrapped := await database.run(lambda tx: rotation.wrap_some(tx, _COMMAND, kid)):
        count += wrapped
    await database.run(lambda tx: rotation.finish(tx, _COMMAND, kid))
    return count
