"""The commands `oncall …`: who is on call when. Times are those of each person's own zone, and every gap is named."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

import aiohttp
import typer

from server.commands.records import in_records
from server.commands.terminal import DataOption, fail, note, run, settings_of, tell
from server.config import Settings
from server.escalation import oncall as records
from server.escalation.calendar_feed import Feed, Named, read_feed
from server.escalation.ladder import CATCH_ALL
from server.escalation.rota import Period, Rotation, Schedule, Shift, Source
from server.installation import load_packs
from server.paging import Site, read_site
from server.persona.source import PackError
from server.record import staff as accounts
from server.record.transaction import Transaction
from server.vocabulary.principals import Service, Staff

T = TypeVar("T")

_COMMAND = Service("command")
_FAR = timedelta(days=400)
"""How much of a calendar is taken: a year, and the time until somebody imports it again."""
_LARGEST_FEED = 4_000_000

oncall = typer.Typer(name="oncall", no_args_is_help=True)

Role = Annotated[str, typer.Argument(help="An on-call role of the escalation policies, for example nurse.")]


@oncall.callback()
def about() -> None:
    """Who is on call: rotations, a calendar's shifts, overrides and swaps."""


@oncall.command()
def show(
    days: Annotated[int, typer.Option(min=1, max=366, help="How far to look ahead.")] = 14, data: DataOption = None
) -> None:
    """Print who is on call, and every gap in which nobody is; exits with 1 if there is one."""
    settings = settings_of(data)
    site, roles = _site(settings), _wanted(settings)
    schedule, people, now = run(in_records(settings, _look))
    gaps = 0
    for role in sorted({*roles, *schedule.roles}):
        tell(role)
        for period in schedule.periods(role, now, now + timedelta(days=days)):
            gaps += not period.staff
            tell(f"  {_line(period, people, site)}")
    if gaps:
        note(f"{gaps} gaps: pages of that time ring the catch-all")
        raise typer.Exit(1)


@oncall.command()
def rotate(
    role: Role,
    members: Annotated[list[str], typer.Argument(help="E-mail addresses, in the order in which they take a week.")],
    first: Annotated[str, typer.Option("--from", help="Day of the first handover, for example 2027-01-04.")],
    at: Annotated[str, typer.Option(help="Local time of the handover.")] = "08:00",
    zone: Annotated[str, typer.Option(help="Time zone of the handover; unset: the site's.")] = "",
    data: DataOption = None,
) -> None:
    """Let staff take a role in turn, a week each, from now on."""
    settings = settings_of(data)
    site = _site(settings)
    day, handover = _parsed(date.fromisoformat, first, "--from"), _parsed(time.fromisoformat, at, "--at")
    where = _parsed(ZoneInfo, zone, "--zone") if zone else site.zone

    def change(tx: Transaction) -> None:
        turn = tuple(_member(tx, email).id for email in members)
        records.rotate(tx, _COMMAND, Rotation(role, where, day, handover, turn))

    run(in_records(settings, change))
    note(f"{role}: {len(members)} people, a week each, from {day} {handover:%H:%M} {where.key}")


@oncall.command(name="import")
def import_(
    role: Role,
    feed: Annotated[str, typer.Argument(help="An iCalendar file or its https:// address.")],
    data: DataOption = None,
) -> None:
    """Take a calendar's shifts in place of those of the last import; overrides stay."""
    settings = settings_of(data)
    site, remote = _site(settings), feed.startswith(("http://", "https://"))
    text = run(_fetched(feed)) if remote else _parsed(lambda path: Path(path).read_text("utf-8"), feed, "FEED")

    def change(tx: Transaction) -> Feed:
        people = {
            email: Named(member.id, site.zone_of(email), member.name)
            for email, member in accounts.enabled(tx, _COMMAND).items()
        }
        found = read_feed(text, role, people, tx.now, tx.now + _FAR)
        records.import_calendar(tx, _COMMAND, role, found.shifts)
        return found

    found = run(in_records(settings, change))
    note(f"{role}: {len(found.shifts)} shifts taken")
    for title in found.unknown:
        note(f"about nobody who may sign in, left out: {title}")


@oncall.command()
def override(
    role: Role,
    member: Annotated[str, typer.Argument(help="E-mail address of whoever is on call instead.")],
    start: Annotated[str, typer.Argument(help="Their local time, for example 2027-01-04T19:00.")],
    end: Annotated[str, typer.Argument(help="Their local time.")],
    data: DataOption = None,
) -> None:
    """Put one person on call instead of everybody else for a while; prints the override's id."""
    settings = settings_of(data)
    zone = _site(settings).zone_of(member.casefold())
    began, ended = _moment(start, zone, "START"), _moment(end, zone, "END")
    if ended <= began:
        fail("END: must be later than START")
    tell(
        run(in_records(settings, lambda tx: records.override(tx, _COMMAND, role, _member(tx, member).id, began, ended)))
    )


@oncall.command()
def swap(
    role: Role,
    first: Annotated[str, typer.Argument(help="A moment in one person's time on call, for example 2027-01-04T19:00.")],
    second: Annotated[str, typer.Argument(help="A moment in the other's.")],
    data: DataOption = None,
) -> None:
    """Let two people take each other's time on call; times are the site's. Prints the ids of the two overrides."""
    settings = settings_of(data)
    zone = _site(settings).zone
    moments = (_moment(first, zone, "FIRST"), _moment(second, zone, "SECOND"))

    def change(tx: Transaction) -> tuple[str, str]:
        schedule = records.schedule(tx, _COMMAND)
        one, other = (_turn(schedule, role, moment, tx.now) for moment in moments)
        return records.swap(tx, _COMMAND, one, other)

    for added in run(in_records(settings, change)):
        tell(added)


@oncall.command()
def cancel(
    shift: Annotated[str, typer.Argument(help="The override's id, sh_…")],
    data: DataOption = None,
) -> None:
    """Take an override back."""
    run(in_records(settings_of(data), lambda tx: records.cancel(tx, _COMMAND, shift)))


def _wanted(settings: Settings) -> set[str]:
    """The roles that the ladders name: one that nobody holds is a gap without end."""
    steps = (
        step for pack in load_packs(settings).values() for tier in pack.escalation.tiers.values() for step in tier.steps
    )
    return {who for step in steps for who in step.who if "@" not in who and who != CATCH_ALL}


def _site(settings: Settings) -> Site:
    try:
        return read_site(settings.escalation)
    except PackError as error:
        fail(*error.complaints)


def _look(tx: Transaction) -> tuple[Schedule, dict[str, tuple[str, Staff]], datetime]:
    people = {member.id: (email, member) for email, member in accounts.enabled(tx, _COMMAND).items()}
    return records.schedule(tx, _COMMAND), {str(key): value for key, value in people.items()}, tx.now


def _line(period: Period, people: dict[str, tuple[str, Staff]], site: Site) -> str:
    if not period.staff:
        gap = f"{_shown(period, site.zone)}  GAP: nobody is on call"
        return typer.style(gap, fg=typer.colors.RED)
    found = [people[member] for member in period.staff]
    return "; ".join(f"{_shown(period, site.zone_of(email))}  {member.name}" for email, member in found)


def _shown(period: Period, zone: ZoneInfo) -> str:
    start, end = period.start.astimezone(zone), period.end.astimezone(zone)
    return f"{start:%a %Y-%m-%d %H:%M} to {end:%a %Y-%m-%d %H:%M} {zone.key}"


def _turn(schedule: Schedule, role: str, moment: datetime, now: datetime) -> Shift:
    around = schedule.periods(role, now, moment + timedelta(days=8))
    found = [period for period in around if period.start <= moment < period.end and len(period.staff) == 1]
    if not found:
        fail(f"nobody, or more than one person, is on call for {role} at {moment:%Y-%m-%d %H:%M} UTC")
    return Shift(role, found[0].staff[0], found[0].start, found[0].end, Source.OVERRIDE)


def _member(tx: Transaction, email: str) -> Staff:
    found = accounts.enabled(tx, _COMMAND).get(email.strip().casefold())
    if found is None:
        fail(f"{email}: nobody who may sign in has this address; nightlight staff add adds somebody")
    return found


def _moment(text: str, zone: ZoneInfo, name: str) -> datetime:
    moment = _parsed(datetime.fromisoformat, text, name)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def _parsed(parse: Callable[[str], T], text: str, name: str) -> T:
    try:
        return parse(text)
    except (ValueError, KeyError, OSError):
        fail(f"{name}: cannot be read; docs/how-to/run-on-call.md has examples")


async def _fetched(feed: str) -> str:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session, session.get(feed) as answer:
        if answer.status != 200:
            fail(f"FEED: its server answers {answer.status}")
        return (await answer.content.read(_LARGEST_FEED)).decode("utf-8")
