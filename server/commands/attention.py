"""The commands `attention …`: nurses' verdicts propose thresholds, a clinician or charge nurse accepts; there is a way back.

Must print counts and numbers only, nothing of any patient; and never moves what calls somebody at once.
"""

import math
from collections.abc import Iterable
from typing import Annotated

import typer

from server.commands.records import opened
from server.commands.terminal import DataOption, fail, note, run, settings_of, tell
from server.config import Settings
from server.escalation import oncall
from server.installation import load_packs, open_records
from server.oversight.budget import Judged, Proposal, propose
from server.persona.tuning import NONE, SAME_DAY, Tuning, TuningFolder, thresholds
from server.record import journal, staff
from server.record.audit import AuditAction
from server.record.transaction import Transaction
from server.vocabulary.clock import SystemClock
from server.vocabulary.events import CueJudged, EscalationClosed, PatientTurn, TriggerFired
from server.vocabulary.findings import Tier
from server.vocabulary.ids import is_drill
from server.vocabulary.principals import Role, Service, Staff

_COMMAND = Service("command")
_FROM_NEXT_START = "the service uses it from its next start on"

Budget = Annotated[float, typer.Option(min=0.01, max=1, help="Share of pages and questions that are to be useful.")]
By = Annotated[str, typer.Option(help="E-mail of the clinician or charge nurse who decides.")]

attention = typer.Typer(name="attention", no_args_is_help=True)


@attention.callback()
def about() -> None:
    """The attention budget: thresholds of cues and same-day findings that nurses' verdicts propose to move."""


@attention.command(name="propose")
def propose_(budget: Budget = 0.5, data: DataOption = None) -> None:
    """Say which thresholds would keep the budget, and what each would cost; changes nothing."""
    settings = settings_of(data)
    for one in _proposals(settings, budget):
        tell(_line(one))


@attention.command()
def accept(by: By, budget: Budget = 0.5, data: DataOption = None) -> None:
    """Take the proposals for this budget into use, as a new version."""
    settings = settings_of(data)
    folder = TuningFolder(settings.tuning)
    moved = {one.what: one.after for one in _proposals(settings, budget) if one.after is not None}
    if not moved:
        note("there is nothing to accept")
        raise typer.Exit(1)
    before, version = folder.in_use(), max(folder.versions(), default=0) + 1
    made = SystemClock().now().date().isoformat()
    cues = {**before.cues, **{name: least for name, least in moved.items() if name != SAME_DAY}}
    member = run(_decided(settings, by, version))
    folder.use(
        Tuning(
            version=version,
            made=made,
            by=member.id,
            budget=budget,
            after=before.version,
            same_day=moved.get(SAME_DAY, before.same_day),
            cues=cues,
        )
    )
    note(f"version {version} is in use in place of {before.version}; {_FROM_NEXT_START}")


@attention.command()
def versions(data: DataOption = None) -> None:
    """List every version that was accepted, with what it moves, and which one is in use."""
    folder = TuningFolder(settings_of(data).tuning)
    in_use = folder.in_use().version
    for version in (NONE.version, *folder.versions()):
        one = folder.read(version)
        moves = {SAME_DAY: one.same_day} if one.same_day is not None else {}
        moves |= dict(one.cues)
        told = ", ".join(f"{name} {least:g}" for name, least in moves.items()) or "the packs as they are"
        tell(f"{'*' if version == in_use else ' '} {version}  {told}" + (f"  made {one.made}" if one.made else ""))


@attention.command()
def roll_back(by: By, data: DataOption = None) -> None:
    """Go back to the version before the one in use."""
    settings = settings_of(data)
    folder = TuningFolder(settings.tuning)
    in_use = folder.in_use()
    if in_use.version == NONE.version:
        note("nothing is tuned; there is nothing before it")
        raise typer.Exit(1)
    run(_decided(settings, by, in_use.after))
    folder.use(folder.read(in_use.after))
    note(f"version {in_use.after} is in use in place of {in_use.version}; {_FROM_NEXT_START}")


def _proposals(settings: Settings, budget: float) -> tuple[Proposal, ...]:
    now: dict[str, float] = {}
    for pack in load_packs(settings).values():
        # One threshold for all packs: the highest is where the verdicts come from.
        now = {name: max(least, now.get(name, 0.0)) for name, least in {**now, **thresholds(pack)}.items()}
    return propose(run(_judged(settings)), now, budget)


async def _judged(settings: Settings) -> list[Judged]:
    async with opened(settings) as database:
        return await database.run(lambda tx: [*_cues(tx), *_same_day(tx)])


def _cues(tx: Transaction) -> Iterable[Judged]:
    """Each finding by its last verdict; one that cannot be told says nothing."""
    last = {
        (checkin, entry.event.cue, entry.event.at): entry.event
        for checkin, entry in journal.find(tx, _COMMAND, "cue_judged")
        if isinstance(entry.event, CueJudged)
    }
    for event in last.values():
        if event.verdict != "cannot_tell":
            yield Judged(event.cue, 1 / (1 + math.exp(-event.log_odds)), event.verdict == "right")


def _same_day(tx: Transaction) -> Iterable[Judged]:
    """Closed same-day pages that the classifier alone asked for, with its probability."""
    for checkin, entry in journal.find(tx, _COMMAND, "escalation_closed"):
        event = entry.event
        if not isinstance(event, EscalationClosed) or event.tier is not Tier.SAME_DAY or is_drill(event.escalation):
            continue
        events = [one.event for one in journal.read(tx, _COMMAND, checkin)]
        turns = {
            one.turn
            for one in events
            if isinstance(one, TriggerFired) and one.trigger == event.trigger and one.rule == "classifier"
        }
        likely = [
            like.probability
            for one in events
            if isinstance(one, PatientTurn) and one.turn in turns
            for like in one.likenesses or ()
            if like.trigger == event.trigger
        ]
        if likely:
            yield Judged(SAME_DAY, max(likely), event.worth == "useful")


async def _decided(settings: Settings, email: str, version: int) -> Staff:
    """Who decides, audited."""
    database = await open_records(settings, SystemClock())

    def decide(tx: Transaction) -> Staff | None:
        member = staff.enabled(tx, _COMMAND).get(email.strip().casefold())
        if member is None or not (member.role is Role.CLINICIAN or oncall.in_charge(tx, member)):
            return None
        tx.audit(member, AuditAction.TUNING_CHANGED, subject=str(version), detail={"version": version})
        return member

    try:
        member = await database.run(decide)
    finally:
        await database.close()
    if member is None:
        fail(f"--by: {email} is neither a clinician nor the charge nurse of the hour")
    return member


def _line(one: Proposal) -> str:
    measured = f"{one.what}: {one.precision:.0%} of {one.judged} useful at {one.before:g}"
    if one.after is None:
        return f"{measured}; not moved: {one.why_not}"
    return f"{measured}; {one.after:g} would make it {one.precision_after:.0%} and lose {one.useful_lost} useful"
