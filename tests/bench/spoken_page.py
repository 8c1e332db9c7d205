"""How long a page takes from the patient's last word: to a console that is open, and to the first channel outside.

The service is a child process with its models; the patient is a real WebRTC peer with a synthetic voice; the console is on the
live stream and asks for what it shows as the page does; the channel outside is a webhook on this machine, through Apprise. What
is said are turns of the evaluation sets that must page as an emergency. Some are paged before the last word: those times are
negative.
"""

import asyncio
import itertools
import json
import os
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from server.demo import PASSWORD, STAFF
from server.installation import PERSONAS
from server.workbench.cases import read_cases
from tests.fakes.open_console import OpenConsole
from tests.fakes.patient import SimulatedPatient
from tests.fakes.receiver import Receiver
from tests.fakes.service import Service
from tests.fakes.speakers import Speaker

PERSONA = "post-discharge"
VOICES = (("espeak", "en-us"), ("flite", "rms"), ("espeak", "en-us+f3"), ("flite", "slt"))
PATIENTS = (("Maria", (3, 14)), ("Joseph", (11, 2)))
_SENTENCE = 5
"""Words from which a turn is understood without the question before it."""
PATIENCE = 12.0
"""Seconds after the last word until a page that has not come counts as none."""


@dataclass(frozen=True)
class Timed:
    """One page, seconds after the last sample of the patient's words."""

    recorded: float
    noticed: float
    shown: float
    outside: float


async def measure(turns: int) -> None:
    """Measure so many spoken emergencies, each in a check-in of its own, and print them."""
    async with AsyncExitStack() as stack:
        speakers = [await stack.enter_async_context(Speaker(*voice)) for voice in VOICES]
        receiver = await stack.enter_async_context(Receiver())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings = {"NIGHTLIGHT_ESCALATION": str(_site(folder, receiver.address))}
        service = await stack.enter_async_context(Service(folder / "data", settings))
        nurse = STAFF[0][0]
        console = await stack.enter_async_context(OpenConsole(service.address, nurse, PASSWORD))
        print(f"load average before: {os.getloadavg()[0]:.2f} on {os.cpu_count()} processors")
        said = zip(_emergencies(turns), itertools.cycle(speakers), itertools.cycle(PATIENTS), strict=False)
        found = [await _speak(service, console, receiver, *one) for one in said]
        print(f"load average after: {os.getloadavg()[0]:.2f}")
    _show([one for one in found if one is not None], turns)


def _emergencies(wanted: int) -> Iterator[str]:
    """The last words of cases that page for them, where they are a sentence by themselves; the same ones every time."""
    cases = [
        case for case in read_cases(PERSONAS / PERSONA / "evaluation") if case.family == "emergency" and not case.at
    ]
    last = [case.turns[-1] for case in cases if case.expect.page_by_turn in (None, len(case.turns))]
    spoken = [words for words in last if not words.startswith("@") and len(words.split()) >= _SENTENCE]
    return itertools.islice(itertools.cycle(random.Random(1).sample(spoken, len(spoken))), wanted)


def _site(folder: Path, address: str) -> Path:
    """The site's file: whoever catches everything has a webhook."""
    file = folder / "escalation.yaml"
    line = {"channel": "chat", "url": address.replace("http://", "json://")}
    file.write_text(json.dumps({"catch_all": [line]}))
    file.chmod(0o600)
    return file


async def _speak(
    service: Service,
    console: OpenConsole,
    receiver: Receiver,
    text: str,
    speaker: Speaker,
    who: tuple[str, tuple[int, int]],
) -> Timed | None:
    name, birth = who
    checkin, link = await service.new_link(name, PERSONA)
    sound = await speaker.say(text)
    async with SimulatedPatient(service.address, link.split("#")[1], birth) as patient:
        await patient.enter()
        await patient.connect()
        await patient.until_listening()
        ended = await patient.speak(sound)
        wall = time.time() - (time.monotonic() - ended)
        row = await console.row(checkin, PATIENCE)
        timed = None
        if row is not None:
            page, shown = row
            outside = await _outside(receiver, page)
            recorded = _recorded(service.data, page) - wall
            noticed = min(at for at, told in console.noticed if told == checkin and at - ended >= recorded) - ended
            timed = Timed(recorded, noticed, shown - ended, outside - ended)
            await console.claim(checkin, page)
        patient.peer.send({"k": "end"})
        await patient.peer.until(lambda message: message.get("k") == "end")
    told = "no page" if timed is None else f"{timed.shown:6.2f} s shown  {timed.outside:6.2f} s outside"
    print(f"  {told:<34}  {text}", flush=True)
    return timed


async def _outside(receiver: Receiver, page: str) -> float:
    """When the first message of a page was taken."""
    async with asyncio.timeout(PATIENCE):
        while not (taken := [at for at, key in receiver.taken if f":{page}:" in key]):
            receiver.arrived.clear()
            await receiver.arrived.wait()
    return taken[0]


def _recorded(data: Path, page: str) -> float:
    """The wall clock's time at which the page was put on record."""
    with sqlite3.connect(f"file:{data / 'records.db'}?mode=ro", uri=True) as records:
        (moment,) = records.execute("SELECT requested_at FROM escalation WHERE id = ?", (page,)).fetchone()
    return datetime.fromisoformat(moment).timestamp()


def _show(found: list[Timed], wanted: int) -> None:
    print(f"\nspoken emergencies: {wanted}, paged: {len(found)}; milliseconds")
    if not found:
        return
    print(f"  {'':<44}{'p50':>8}{'p95':>8}{'longest':>9}")
    _row("last word to the row on an open console", [one.shown for one in found])
    _row("last word to the first channel outside", [one.outside for one in found])
    print("  of it")
    _row("  last word to the page on record", [one.recorded for one in found])
    _row("  on record to the notice on the live stream", [one.noticed - one.recorded for one in found])
    _row("  the notice to the row, asked for and read", [one.shown - one.noticed for one in found])
    _row("  on record to the first channel outside", [one.outside - one.recorded for one in found])


def _row(name: str, seconds: list[float]) -> None:
    ordered = sorted(1000 * one for one in seconds)
    p50, p95 = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    print(f"  {name:<44}{p50:>8.0f}{p95:>8.0f}{ordered[-1]:>9.0f}")
