"""What a nurse in a call costs and how late she hears: processor time of the service's side, and the way of a sound through it.

Run `python -m tests.bench.joined`. The three peers share one process, so the cost is the difference of the same call with the
bridge shut and open; both devices send a camera of 320x180 at 10 frames a second and hum all the time.
"""

import asyncio
import time

import numpy as np

from tests.fakes.peer import PatientPeer
from tests.fakes.sound import AUDIBLE, tone
from tests.fakes.timing import pause
from tests.peers.test_media_bridge import LEVEL, NURSE, PATIENT, Three, join

SECONDS = 10.0
SOUNDS = 20


async def main() -> None:
    three = await join(cameras=True)
    bridge = three.call.bridge
    await cost("nobody has joined", three)
    bridge.listen(on=True)
    await cost("a nurse listens and sees", three)
    bridge.speak(on=True)
    await cost("a nurse talks and is seen", three)
    for name, heard, said in (
        ("patient to nurse", three.nurse, three.patient),
        ("nurse to patient", three.patient, three.nurse),
    ):
        delays = [await delay(heard, said) for _ in range(SOUNDS)]
        print(
            f"{name}: p50 {np.percentile(delays, 50):.0f} ms, p95 {np.percentile(delays, 95):.0f} ms of {SOUNDS} sounds"
        )
    await three.close()


async def cost(what: str, three: Three) -> None:
    """Processor seconds a second, in percent of one core."""
    three.patient.microphone.play(tone(SECONDS, LEVEL, PATIENT))
    three.nurse.microphone.play(tone(SECONDS, LEVEL, NURSE))
    began, used = time.monotonic(), time.process_time()
    await pause(SECONDS)
    print(f"{what}: {100 * (time.process_time() - used) / (time.monotonic() - began):.1f} % of a core")
    await pause(1.0)


async def delay(heard: PatientPeer, said: PatientPeer) -> float:
    """Milliseconds from the last sample of a sound to the last frame in which it is heard."""
    ended = await said.microphone.play(tone(0.3, LEVEL, 600.0))
    await pause(1.0)
    frames = [at for at, samples in heard.heard[-200:] if np.abs(samples.astype(np.int32)).max() > AUDIBLE]
    return (frames[-1] - ended) * 1000


if __name__ == "__main__":
    asyncio.run(main())
