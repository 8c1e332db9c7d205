"""How long a patient waits: end of their words to the persona's first sound at the client, and how often they are cut off.

The service runs as a child process and the patient is a real WebRTC peer, both on this machine. The patient answers what was
asked, because how long a pause may last depends on the question; sentences and voices are our own. `End of their words` is
the last sample above 1 % of the peak. Prints figures and judges nothing.
"""

import asyncio
import itertools
import json
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.easy_patient import GOODBYE, asked, easy_answer, prepare
from tests.fakes.patient import SimulatedPatient
from tests.fakes.service import Service
from tests.fakes.speakers import Speaker
from tests.fakes.timing import pause

VOICES = (("espeak", "en-us"), ("flite", "rms"), ("espeak", "en-us+f3"), ("flite", "slt"))
PERSONA = "post-discharge"
PAUSED = (
    ("I took the water pill and", "then I went back to bed."),
    ("It hurts a little when I", "turn my head to the left."),
    ("My daughter comes over on", "Tuesdays and Fridays."),
    ("I have been sleeping in the", "chair by the window."),
    ("I feel better because", "the swelling went down."),
    ("The nurse told me to", "walk every day."),
    ("I weigh myself in the morning but", "the scale is broken."),
    ("Sometimes I forget the", "evening tablet."),
    ("I had some soup with", "my neighbor last night."),
    ("My left foot is", "still a bit sore."),
    ("I would like to know if", "I can drive again."),
    ("After breakfast I", "usually read the paper."),
    ("I was going to ask about my", "next appointment."),
    ("I can climb the stairs, but", "not very fast."),
    ("They gave me a new", "pair of stockings."),
)
PAUSE_SECONDS = 1.2
INTERRUPTIONS = 12


@dataclass(frozen=True)
class Reply:
    """One measured turn, milliseconds."""

    total: float
    parts: dict[str, float]


async def main(turns: int) -> None:
    """Run the benchmark and print it."""
    prepare(PERSONA)
    async with AsyncExitStack() as stack:
        speakers = [await stack.enter_async_context(Speaker(*voice)) for voice in VOICES]
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        service = await stack.enter_async_context(Service(Path(folder)))
        print(f"load average before: {os.getloadavg()[0]:.2f} on {os.cpu_count()} processors")
        _print_replies(await _replies(service, speakers, turns))
        await _print_cuts(service, speakers)
        await _print_interruptions(service, speakers)
        print(f"load average after: {os.getloadavg()[0]:.2f}")


async def _replies(service: Service, speakers: list[Speaker], wanted: int) -> list[Reply]:
    replies: list[Reply] = []
    voices = itertools.cycle(speakers)
    while len(replies) < wanted:
        checkin, link = await service.new_link(persona=PERSONA)
        async with SimulatedPatient(service.address, link.split("#")[1]) as patient:
            await patient.enter()
            await patient.connect()
            totals = [total async for total in _talk(patient, voices, wanted - len(replies))]
        timings = await _timings(service, checkin)
        measured = [total for total in totals if total is not None]
        replies += [_reply(total, timing) for total, timing in zip(measured, timings, strict=False)]
    return replies


async def _talk(patient: SimulatedPatient, voices: Iterator[Speaker], most: int) -> AsyncIterator[float | None]:
    """Answer every question, until the goodbye or `most` answers; the milliseconds each reply took."""
    await patient.until_listening()
    for _ in range(most):
        if GOODBYE in (said := patient.captions()[-1]):
            return
        script = asked(PERSONA, said)
        text = easy_answer(script)
        total = await _ask(patient, next(voices), text)
        _progress(f"{script or 'no question known'}: {text}", total)
        yield total
        await patient.until_listening()


async def _ask(patient: SimulatedPatient, speaker: Speaker, text: str) -> float | None:
    ended = await patient.speak(await speaker.say(text))
    first = await patient.first_sound_after(ended)
    return None if first is None else (first - ended) * 1000


async def _timings(service: Service, checkin: str) -> list[dict[str, float]]:
    lines = (await service.command("journal", checkin, "--json")).splitlines()
    return [entry for entry in map(json.loads, lines) if entry["kind"] == "turn_timed"]


def _reply(total: float, timing: dict[str, float]) -> Reply:
    names = ("end_of_turn_ms", "recognizer_ms", "policy_ms", "voice_ms", "playout_ms")
    parts = {name.removesuffix("_ms"): timing[name] for name in names}
    parts["network"] = total - sum(parts.values())
    return Reply(total, parts)


async def _print_cuts(service: Service, speakers: list[Speaker]) -> None:
    """Sentences with a pause inside: was the pause taken for the end?"""
    cut = 0
    voices = itertools.cycle(speakers)
    for start in range(0, len(PAUSED), 5):
        _, link = await service.new_link(persona=PERSONA)
        async with SimulatedPatient(service.address, link.split("#")[1]) as patient:
            await patient.enter()
            await patient.connect()
            for first, second in PAUSED[start : start + 5]:
                await patient.until_listening()
                cut += await _was_cut(patient, next(voices), first, second)
    print(f"\npause of {PAUSE_SECONDS} s inside a sentence taken for its end: {cut} of {len(PAUSED)}")


async def _print_interruptions(service: Service, speakers: list[Speaker]) -> None:
    """The patient speaks while the persona does: how soon is it silent?"""
    waits = []
    for speaker in itertools.islice(itertools.cycle(speakers), INTERRUPTIONS):
        _, link = await service.new_link(persona=PERSONA)
        async with SimulatedPatient(service.address, link.split("#")[1]) as patient:
            await patient.enter()
            await patient.connect()
            await patient.first_sound_after(0.0)
            await pause(2.0)
            waits.append(await _silenced(patient, speaker))
            print(f"  {waits[-1]:7.0f} ms  to silence", flush=True)
    print(f"\nthe patient's first sound over the persona's voice → silence at the client, {len(waits)} times (ms)")
    print(f"  {'':<12} {'p50':>7} {'p95':>7}")
    _row("barge-in", waits)


async def _silenced(patient: SimulatedPatient, speaker: Speaker) -> float:
    sound = await speaker.say("Wait a moment, please, I have a question.")
    began = asyncio.get_running_loop().time()
    await patient.speak(sound)
    return (patient.silent_since(began) - began) * 1000


async def _was_cut(patient: SimulatedPatient, speaker: Speaker, first: str, second: str) -> bool:
    """Whether the persona began to speak before the second half was over."""
    sound = await speaker.say_with_pause(first, second, PAUSE_SECONDS)
    began = asyncio.get_running_loop().time()
    ended = await patient.speak(sound)
    early = await patient.first_sound_after(began, timeout=0.05)
    was_cut = early is not None and early < ended
    _progress(f"{first} … {second}", None if was_cut else 0.0)
    await patient.first_sound_after(ended, timeout=4.0)
    return was_cut


def _progress(text: str, milliseconds: float | None) -> None:
    shown = "  cut/none" if milliseconds is None else f"{milliseconds:7.0f} ms"
    print(f"  {shown}  {text}", flush=True)


def _print_replies(replies: list[Reply]) -> None:
    print(f"\nend of the patient's words → first sound of the persona at the client, {len(replies)} turns (ms)")
    print(f"  {'':<12} {'p50':>7} {'p95':>7}")
    _row("total", [reply.total for reply in replies])
    for name in replies[0].parts:
        _row(name, [reply.parts[name] for reply in replies])


def _row(name: str, values: list[float]) -> None:
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    print(f"  {name.replace('_', ' '):<12} {ordered[len(ordered) // 2]:7.0f} {p95:7.0f}")
