"""The commands `perception …`: nurses' verdicts become this site's calibration, and there is always a way back.

Must print counts and numbers of a fit only, nothing that was noticed of anybody.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

import typer

from perception.finding import Observable
from perception.fusion.calibration import PRIOR, Calibration, CalibrationFolder, Fit
from perception.fusion.recalibration import Disposition, TooFewDispositions, Verdict, recalibrate
from perception.fusion.table import SCORED, load_table
from server.commands.records import opened
from server.commands.terminal import DataOption, fail, note, run, settings_of, tell
from server.config import Settings
from server.record import journal
from server.vocabulary import dispositions
from server.vocabulary.clock import SystemClock
from server.vocabulary.events import CueJudged
from server.vocabulary.ids import CheckInId
from server.vocabulary.principals import Service

T = TypeVar("T")

_COMMAND = Service("command")
_VERDICTS: dict[dispositions.Verdict, Verdict] = {
    "right": "warranted",
    "not_right": "not_warranted",
    "cannot_tell": "unsure",
}
_FROM_NEXT_START = "the service uses it from its next start on"

perception = typer.Typer(name="perception", no_args_is_help=True)


@perception.callback()
def about() -> None:
    """What nurses made of findings, and the calibrations made from it."""


@perception.command(name="recalibrate")
def recalibrate_(data: DataOption = None) -> None:
    """Fit a new calibration to every verdict in the records; take it into use only where it judges better."""
    settings, table = settings_of(data), load_table()
    folder, today = _folder(settings), SystemClock().now().date().isoformat()
    judged = run(_verdicts(settings))
    in_use, prior = _readable(folder.in_use), Calibration.prior(table.evidence)
    found = list(dispositions_of(judged, folder))
    try:
        made = recalibrate(table.recalibration, found, in_use, prior, name=folder.next_name(), made=today)
    except TooFewDispositions as error:
        note(str(error))
        raise typer.Exit(1) from None
    folder.keep(made)
    for fit in made.fits:
        tell(_line(fit))
    if any(fit.adopted for fit in made.fits):
        folder.use(made.name)
        note(f"{made.name} is in use in place of {in_use.name}; {_FROM_NEXT_START}")
    else:
        note(f"{made.name} is kept to look at; {in_use.name} stays in use")


@perception.command()
def calibrations(data: DataOption = None) -> None:
    """List every version that was made, how each was fitted, and which one is in use."""
    folder = _folder(settings_of(data))
    in_use = _readable(folder.in_use).name
    for name in (PRIOR, *folder.names()):
        version = _readable(lambda name=name: folder.read(name))  # type: ignore[misc]
        made = f"  made {version.made} beside {version.after}" if version.made else ""
        tell(f"{'*' if name == in_use else ' '} {name}{made}")
        for fit in version.fits:
            tell(f"    {_line(fit)}")


@perception.command()
def roll_back(data: DataOption = None) -> None:
    """Go back to the version that the one in use was fitted beside."""
    folder = _folder(settings_of(data))
    before = _readable(folder.in_use).name
    now = _readable(folder.roll_back)
    if now.name == before:
        note(f"{before} is in use; there is nothing before it")
        raise typer.Exit(1)
    note(f"{now.name} is in use in place of {before}; {_FROM_NEXT_START}")


def dispositions_of(judged: Iterable[tuple[CheckInId, CueJudged]], folder: CalibrationFolder) -> Iterable[Disposition]:
    """The last verdict on each finding that is scored, with its evidence before the calibration it was made with.

    Left out is what a calibration judged that is not in the folder any more: its evidence cannot be told.
    """
    last = {(checkin, event.cue, event.at): event for checkin, event in judged}
    known = {PRIOR, *folder.names()}
    versions = {
        event.calibration: folder.read(event.calibration) for event in last.values() if event.calibration in known
    }
    for event in last.values():
        if event.observable in list(SCORED) and event.calibration in versions:
            observable = Observable(event.observable)
            line = versions[event.calibration].lines[observable]
            yield Disposition(observable, (event.log_odds - line.bias) / line.slope, _VERDICTS[event.verdict])


async def _verdicts(settings: Settings) -> list[tuple[CheckInId, CueJudged]]:
    async with opened(settings) as database:
        found = await database.run(lambda tx: journal.find(tx, _COMMAND, "cue_judged"))
    return [(checkin, entry.event) for checkin, entry in found if isinstance(entry.event, CueJudged)]


def _folder(settings: Settings) -> CalibrationFolder:
    return CalibrationFolder(settings.calibrations, load_table().evidence)


def _readable(read: Callable[[], T]) -> T:
    try:
        return read()
    except (OSError, KeyError, TypeError, ValueError) as error:
        fail(f"a calibration cannot be read ({type(error).__name__}): {error}")


def _line(fit: Fit) -> str:
    numbers = f"slope {fit.posterior.slope:.2f}, bias {fit.posterior.bias:.2f}"
    losses = f"log loss {fit.log_loss_before:.3f} before, {fit.log_loss_left_out:.3f} after"
    what = f"{'adopted' if fit.adopted else 'kept'}: {fit.why}"
    return f"{fit.observable}  {fit.dispositions} verdicts  {numbers}  {losses}  {what}"
