"""How many patients one machine holds: check-ins by voice at once, each a real WebRTC peer that answers what it is asked.

The patients run in this process, on the same machine as the service, and take their share of it; both shares are printed.
Prints figures and judges nothing.
"""

import asyncio
import itertools
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import numpy as np
import psutil

from tests.fakes.easy_patient import ANSWERS, GOODBYE, asked, easy_answer, prepare
from tests.fakes.patient import SimulatedPatient
from tests.fakes.peer import PatientPeer, Pcm
from tests.fakes.service import Service
from tests.fakes.speakers import Speaker
from tests.fakes.timing import pause

PERSONA = "post-discharge"
VOICES = (("flite", "slt"), ("flite", "rms"))
APART = 1.5
"""Seconds between two patients' arrivals: nobody's first greeting hides behind another's."""
SECONDS = 90.0
"""Of full load, from the last arrival on."""
FRAMES_A_SECOND = 50
"""Opus packets of the persona's track, sent also while it is silent."""


@dataclass
class Seen:
    """What one run of so many check-ins showed."""

    delivered: list[float] = field(default_factory=list)
    """Share of the persona's sound that arrived, each patient."""
    replies: list[float] = field(default_factory=list)
    """Milliseconds from the end of a patient's words to the persona's first sound."""
    answers: list[float] = field(default_factory=list)
    """Milliseconds in which the service answered `GET /healthz`, which waits for its event loop."""
    captioned: int = 0
    """Utterances of the persona that arrived as captions."""


async def main(sessions: int) -> None:
    """Run the benchmark and print it."""
    prepare(PERSONA)
    async with AsyncExitStack() as stack:
        sounds = await _answers(stack)
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        service = await stack.enter_async_context(Service(Path(folder), {"NIGHTLIGHT_MAX_CHECKINS": str(sessions)}))
        print(f"load average before: {os.getloadavg()[0]:.2f} on {os.cpu_count()} processors")
        links = [(await service.new_link(persona=PERSONA))[1] for _ in range(sessions)]
        alone = _megabytes(service)
        seen = Seen()
        talking = [asyncio.create_task(_talk(service, link, sounds, seen, n)) for n, link in enumerate(links)]
        await pause(APART * sessions)
        used, began = _used(service), time.monotonic()
        watching = asyncio.create_task(_watch(service, seen))
        await pause(SECONDS)
        shares = [(now - before) / (time.monotonic() - began) for now, before in zip(_used(service), used, strict=True)]
        full = _megabytes(service)
        watching.cancel()
        await asyncio.gather(*talking, watching, return_exceptions=True)
        failed = [task.exception() for task in talking if not task.cancelled() and task.exception() is not None]
        _print(seen, sessions, shares, (full - alone) / sessions, failed)


async def _answers(stack: AsyncExitStack) -> list[dict[str, Pcm]]:
    """Every answer of an easy patient, prepared in each voice: while it is measured, nobody synthesizes."""
    speakers = [await stack.enter_async_context(Speaker(*voice)) for voice in VOICES]
    texts = {*ANSWERS.values(), easy_answer("")}
    return [{text: await speaker.say(text) for text in texts} for speaker in speakers]


async def _talk(service: Service, link: str, sounds: list[dict[str, Pcm]], seen: Seen, number: int) -> None:
    """One patient: arrives, answers until the goodbye or the end of the measurement."""
    loop = asyncio.get_running_loop()
    await pause(APART * number)
    voice: Iterator[dict[str, Pcm]] = itertools.cycle(sounds[number % len(sounds) :] + sounds[: number % len(sounds)])
    async with SimulatedPatient(service.address, link.split("#")[1]) as patient:
        await patient.enter()
        await patient.connect(PatientPeer())
        await patient.until_listening()
        began, frames = loop.time(), len(patient.peer.heard)
        until = began + SECONDS
        while loop.time() < until and GOODBYE not in (said := patient.captions()[-1]):
            ended = await patient.speak(next(voice)[easy_answer(asked(PERSONA, said))])
            first = await patient.first_sound_after(ended)
            if first is not None:
                seen.replies.append((first - ended) * 1000)
            await patient.until_listening()
        seen.captioned += len(patient.captions())
        seen.delivered.append((len(patient.peer.heard) - frames) / ((loop.time() - began) * FRAMES_A_SECOND))


async def _watch(service: Service, seen: Seen) -> None:
    async with aiohttp.ClientSession() as session:
        while True:
            asked_at = time.monotonic()
            async with session.get(f"{service.address}/healthz") as answer:
                await answer.read()
            seen.answers.append((time.monotonic() - asked_at) * 1000)
            await pause(0.25)


def _family(service: Service) -> list[psutil.Process]:
    if service.process is None:
        raise RuntimeError("start it first")
    parent = psutil.Process(service.process.pid)
    return [parent, *parent.children(recursive=True)]


def _used(service: Service) -> tuple[float, float]:
    """Processor seconds of the service with its children, and of the patients."""
    return sum(sum(one.cpu_times()[:2]) for one in _family(service)), sum(psutil.Process().cpu_times()[:2])


def _megabytes(service: Service) -> float:
    return sum(one.memory_info().rss for one in _family(service)) / 1e6


def _print(
    seen: Seen, sessions: int, shares: list[float], megabytes: float, failed: list[BaseException | None]
) -> None:
    serving, talking = shares
    print(f"{sessions} check-ins at once, {len(seen.delivered)} of them to the end, clients on the same machine")
    for error in failed:
        print(f"  a patient failed: {type(error).__name__}: {error}")
    if not seen.delivered or not seen.replies:
        return
    print(
        f"  audio delivered       {100 * min(seen.delivered):.1f} % at least, {100 * np.mean(seen.delivered):.1f} % on average"
    )
    p50, p95 = np.percentile(seen.replies, [50, 95])
    print(f"  response              p50 {p50:.0f} ms, p95 {p95:.0f} ms of {len(seen.replies)} turns")
    print(f"  persona's captions    {seen.captioned}")
    p50, p95 = np.percentile(seen.answers, [50, 95])
    print(f"  event loop answers    p50 {p50:.0f} ms, p95 {p95:.0f} ms")
    print(
        f"  cores                 service {serving:.2f} ({serving / sessions:.3f} a check-in), patients {talking:.2f}"
    )
    print(f"  memory a check-in     {megabytes:.1f} MB")
    print(f"load average after: {os.getloadavg()[0]:.2f}")
