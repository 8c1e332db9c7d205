"""The commands `memory show|correct|forget`: what is remembered of a patient, put right or destroyed. All of it audited."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, TypeVar

import typer

from server.commands.patient_choice import chosen
from server.commands.records import opened
from server.commands.terminal import DataOption, JsonOption, fail, run, settings_of, tell
from server.config import Settings
from server.memory import memory as remembered
from server.memory.facts import Fact
from server.memory.timeline import Timeline, read_timeline
from server.record import forgetting
from server.record.forgetting import Certificate
from server.record.transaction import Transaction
from server.vocabulary.ids import PatientId
from server.vocabulary.principals import Service

T = TypeVar("T")

_COMMAND = Service("command")

memory = typer.Typer(name="memory", no_args_is_help=True)

PatientArgument = Annotated[str, typer.Argument(help="The patient's id, or part of the name.")]


@memory.callback()
def about() -> None:
    """What is remembered of a patient between check-ins."""


@memory.command()
def show(
    patient: PatientArgument,
    known_on: Annotated[
        str, typer.Option("--as-known-on", help="Day, YYYY-MM-DD (UTC): what was known at its end.")
    ] = "",
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Print facts, what is to be asked next, and what happened. Shows patient data; the reading is audited."""
    on = _end(_day(known_on)) if known_on else None
    found = run(_for(settings_of(data), patient, lambda tx, who: read_timeline(tx, _COMMAND, who, known_on=on)))
    if as_json:
        tell(json.dumps(asdict(found), default=str))
        return
    for line in _lines(found):
        tell(line)


@memory.command()
def correct(
    patient: PatientArgument,
    fact: Annotated[str, typer.Argument(help="The fact's id, mf_…")],
    value: Annotated[str | None, typer.Option(help="What it is instead.")] = None,
    aspect: Annotated[str | None, typer.Option(help="Which one, by its name in memory.yaml: left_foot.")] = None,
    since: Annotated[str, typer.Option(help="Day from which it holds, YYYY-MM-DD.")] = "",
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Vouch for it as it is: a proposal, or the patient's word.")
    ] = False,
    reject: Annotated[bool, typer.Option("--reject", help="It is not so.")] = False,
    delete: Annotated[bool, typer.Option("--delete", help="Keep nothing of what it is about.")] = False,
    data: DataOption = None,
) -> None:
    """Put one fact right, vouch for it, reject it or delete it; what was known before stays on record, but for a deletion."""
    from_day = datetime.combine(_day(since), time(), UTC) if since else None
    puts_right = value is not None or aspect is not None or from_day is not None
    if [puts_right, confirm, reject, delete].count(True) != 1:
        fail("give a correction (--value, --aspect, --since), or one of --confirm, --reject, --delete")

    def work(tx: Transaction, who: PatientId) -> str:
        if confirm:
            return remembered.confirm(tx, _COMMAND, who, fact)
        if reject:
            remembered.reject(tx, _COMMAND, who, fact)
            return "rejected"
        if delete:
            remembered.forget_fact(tx, _COMMAND, who, fact)
            return "deleted"
        return remembered.correct(tx, _COMMAND, who, fact, value=value, aspect=aspect, since=from_day)

    tell(run(_for(settings_of(data), patient, work)))


@memory.command()
def forget(
    patient: PatientArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; there is no way back.")] = False,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Destroy a patient's key, and with it all that is kept of them; prints the certificate of the audit chain."""
    if not yes:
        typer.confirm(f"Destroy everything that is kept of {patient!r}? There is no way back", abort=True)
    certificate = run(_forget(settings_of(data), patient))
    if as_json:
        tell(json.dumps(asdict(certificate), default=str))
        return
    tell(
        f"{certificate.patient} forgotten at {certificate.at:%Y-%m-%d %H:%M:%S} UTC: {certificate.keys} key(s) destroyed"
    )
    tell(
        f"  rows removed  {', '.join(f'{name} {count}' for name, count in certificate.rows.items() if count) or 'none'}"
    )
    tell(f"  keys          sha256 {certificate.key_hash}")
    tell(f"  audit chain   row {certificate.audit_seq}, {certificate.audit_hash}")


async def _forget(settings: Settings, wanted: str) -> Certificate:
    async with opened(settings) as database:
        who = (await chosen(database, wanted)).id
        certificate = await database.run(lambda tx: forgetting.forget(tx, _COMMAND, who))
        await database.scrub()
        return certificate


async def _for(settings: Settings, wanted: str, work: Callable[[Transaction, PatientId], T]) -> T:
    async with opened(settings) as database:
        who = (await chosen(database, wanted)).id
        return await database.run(lambda tx: work(tx, who))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(f"{text!r} is no day; write it as 2026-11-30")


def _end(day: date) -> datetime:
    return datetime.combine(day, time(), UTC) + timedelta(days=1)


def _lines(found: Timeline) -> list[str]:
    lines = ["facts"] + [f"  {_fact(fact)}" for fact in found.facts]
    lines += ["to ask about"]
    lines += [
        f"  {thread.id}  {thread.matter.rule} {thread.matter.subject} ({thread.matter.kind}), "
        f"since {thread.opened_at:%Y-%m-%d}"
        for thread in found.threads
    ]
    lines += ["check-ins"]
    for checkin, at, episode in found.episodes:
        met = sum(status == "met" for _, status in episode.objectives)
        pages = ", ".join(f"{trigger} ({tier})" for tier, trigger in episode.escalations) or "none"
        lines.append(
            f"  {checkin}  {at:%Y-%m-%d %H:%M}  {episode.end_reason}, {met} of {len(episode.objectives)} met, pages: {pages}"
        )
    return lines


def _fact(fact: Fact) -> str:
    claim = fact.claim
    said: dict[str, Any] = {"quote": claim.quote, "by": fact.confirmed_by}
    about = " ".join(part for part in (claim.subject, claim.predicate, claim.aspect) if part)
    until = f"{fact.valid_to:%Y-%m-%d}" if fact.valid_to else "now"
    more = "".join(f"  {name}={value!r}" for name, value in said.items() if value)
    return (
        f"{fact.id}  {about}: {claim.value} {claim.unit}".rstrip()
        + f"  [{fact.valid_from:%Y-%m-%d} to {until}]  {fact.state}, {fact.source}, {claim.confidence:.1f}{more}"
    )
