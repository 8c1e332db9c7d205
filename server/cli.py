"""The command `nightlight`: serve, invite, journal, doctor, models, bench, and the commands that try things on files."""

import asyncio
import dataclasses
import importlib
import json
import signal
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

import typer

from server import demo, language, lessons, logs, perceiving
from server.app import PERSONAS, load_packs, open_records, other_parts, running
from server.commands import evaluation, gate, perceive, personas, simulate, triage
from server.commands.installation import pack_of
from server.commands.oncall import oncall as oncall_commands
from server.commands.patients import patients as patient_commands
from server.commands.perception import perception as perception_commands
from server.commands.staff import staff as staff_commands
from server.commands.terminal import DataOption, fail, run, settings_of, tell
from server.config import Settings
from server.invitation import store
from server.knowledge import kit as knowledge
from server.model_store import ModelStore
from server.persona.pack import Pack
from server.record import journal as records
from server.record import patients
from server.record.database import Database
from server.record.journal import Entry
from server.record.patients import PatientCard
from server.record.transaction import Transaction
from server.speech import kit as speech
from server.vocabulary.clock import SystemClock
from server.vocabulary.ids import CheckInId
from server.vocabulary.parts import Part
from server.vocabulary.principals import Service

commands = typer.Typer(
    name="nightlight",
    help="Live check-ins with patients by a persona, with a nurse one page away.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
_COMMAND = Service("command")
_BENCHES = ("latency", "policy", "escalation", "perception")
_MARKS = {"live": "ok", "fallback": "fallback", "missing": "MISSING", "off": "off"}


@commands.command()
def serve(
    with_demo: Annotated[bool, typer.Option("--demo", help="Seed invented people once and print their links.")] = False,
    data: DataOption = None,
) -> None:
    """Serve patients and staff until Ctrl-C or SIGTERM."""
    run(_serve(settings_of(data), with_demo))


@commands.command()
def invite(
    patient: Annotated[str, typer.Argument(help="The patient's id, or part of the name.")],
    persona: Annotated[str, typer.Option(help="Persona pack.")] = "post-discharge",
    data: DataOption = None,
) -> None:
    """Order a check-in and print its link; this is the only time the link is shown."""
    run(_invite(settings_of(data), patient, persona))


@commands.command()
def journal(
    checkin: Annotated[str, typer.Argument(help="The check-in's id, ci_…")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    data: DataOption = None,
) -> None:
    """Print everything that happened in a check-in. Shows patient data; the reading is audited."""
    run(_journal(settings_of(data), CheckInId(checkin), as_json))


@commands.command()
def doctor(data: DataOption = None) -> None:
    """Say which implementation of each part would run here and what is missing."""
    run(_doctor(settings_of(data)))


@commands.command()
def models(data: DataOption = None) -> None:
    """Fetch the model files and train the sentence classifier, once; every later start finds them in the cache."""
    run(_models(settings_of(data)))


@commands.command()
def bench(
    what: Annotated[str, typer.Argument(help="latency, policy, escalation or perception")],
    turns: Annotated[int, typer.Option(min=1, help="Turns or pages to measure, for latency and escalation.")] = 24,
) -> None:
    """Measure the service on this machine, from a checkout of the project."""
    if what not in _BENCHES:
        fail(f"no benchmark named {what!r}; there are: {', '.join(_BENCHES)}")
    try:
        module = importlib.import_module(f"tests.bench.{what}")
    except ImportError as error:
        fail(f"benchmarks need the project's checkout and its development packages (make setup): {error.name}")
    run(module.main(turns))


commands.command()(simulate.simulate)
commands.command()(evaluation.evaluate)
commands.command()(gate.gate)
commands.command()(triage.triage)
commands.command()(perceive.perceive)
commands.add_typer(personas.personas)
commands.add_typer(patient_commands)
commands.add_typer(staff_commands)
commands.add_typer(oncall_commands)
commands.add_typer(perception_commands)


def main() -> None:
    """Entry point of the console script."""
    commands()


async def _serve(settings: Settings, with_demo: bool) -> None:
    logs.set_up()
    if with_demo and not settings.on_loopback:
        fail("--demo seeds accounts with a known password and only works on loopback: unset NIGHTLIGHT_HOST")
    began = time.monotonic()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(wanted, stop.set)
    async with running(settings, tell) as application:
        if with_demo:
            clock = SystemClock()
            lifetime = timedelta(hours=settings.link_hours)
            address = application.address
            shown = await demo.seed(application.database, settings.data, address, lifetime, clock.now().date())
            tell(f"\n  Patient link   {shown.link}\n                 birth month and day: {shown.birth}")
            tell(f"  Staff          {application.address}/staff/")
            for email, _, role in demo.STAFF:
                tell(f"                 {role:<11} {email}  password {demo.PASSWORD}")
            tell("")
        _show(application.parts)
        tell(f"\nServing on {application.address} after {time.monotonic() - began:.1f} s. Ctrl-C stops.")
        await stop.wait()
        tell("Stopping: letting every check-in go; their pages come back to the next start.")
    tell("Stopped.")


async def _invite(settings: Settings, wanted: str, persona: str) -> None:
    pack = pack_of(settings, persona)
    database = await open_records(settings, SystemClock())
    try:
        card = _chosen(await database.run(lambda tx: patients.find_all(tx, _COMMAND)), wanted)
        lifetime = timedelta(hours=settings.link_hours)
        invitation = await database.run(lambda tx: store.create(tx, _COMMAND, card.id, pack.id, lifetime))
    finally:
        await database.close()
    tell(f"check-in {invitation.checkin}, link good until {invitation.expires_at:%Y-%m-%d %H:%M} UTC")
    tell(f"{settings.origin}/c#{invitation.token}")


def _chosen(cards: list[PatientCard], wanted: str) -> PatientCard:
    found = [card for card in cards if card.id == wanted or wanted.casefold() in card.name.casefold()]
    if len(found) != 1:
        listed = "".join(f"\n  {card.id}  {card.name}" for card in cards) or "\n  (none yet)"
        fail(f"patient: {len(found) or 'nobody'} found for {wanted!r}; give an id or a name that fits one of:{listed}")
    return found[0]


async def _journal(settings: Settings, checkin: CheckInId, as_json: bool) -> None:
    database = await open_records(settings, SystemClock())
    try:
        entries = await database.run(lambda tx: records.read(tx, _COMMAND, checkin))
    finally:
        await database.close()
    for entry in entries:
        tell(_json_line(entry) if as_json else _plain_line(entry))


def _json_line(entry: Entry) -> str:
    return json.dumps({"seq": entry.seq, "at": entry.at.isoformat(), **dataclasses.asdict(entry.event)})


def _plain_line(entry: Entry) -> str:
    fields = {key: value for key, value in dataclasses.asdict(entry.event).items() if key != "kind"}
    shown = "  ".join(f"{key}={value!r}" for key, value in fields.items())
    return f"{entry.seq:4}  {entry.at:%H:%M:%S.%f}"[:-3] + f"  {entry.event.kind:<22} {shown}"


async def _doctor(settings: Settings) -> None:
    packs = load_packs()
    parts = await _prepared(settings, packs)
    database: Database = await open_records(settings, SystemClock())
    await database.run(_look)
    await database.close()
    async with language.models(settings) as (_, language_part):
        _show([*parts, language_part, *other_parts(settings)])
    tell(f"personas: {', '.join(f'{pack.id} {pack.version} ({pack.status})' for pack in packs.values())}")


async def _models(settings: Settings) -> None:
    _show(await _prepared(settings, load_packs()))


async def _prepared(settings: Settings, packs: Mapping[str, Pack]) -> list[Part]:
    """What hears, speaks, recognizes paraphrases and looks here, after everything it needs was fetched and trained."""
    store_of_models = ModelStore(settings.model_cache, settings.model_mirror, tell)
    kit, parts = await speech.build(store_of_models, settings.voice, [], end_of_turn_model=settings.end_of_turn_model)
    await kit.close()
    classifier, triage_part = await knowledge.classifier(store_of_models, lessons.examples(PERSONAS, packs))
    if classifier is not None:
        classifier.close()
    async with perceiving.perception(store_of_models, settings.calibrations) as (_, perception_part):
        return [*parts, triage_part, perception_part]


def _look(tx: Transaction) -> None:
    tx.connection.exec_driver_sql("select 1")


def _show(parts: list[Part]) -> None:
    for part in parts:
        tell(f"  {part.name:<12} {_MARKS[part.state]:<9} {part.what}")
