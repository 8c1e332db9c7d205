"""A connection without sound: drains the persona's voice in real time so that captions keep their pace."""

import asyncio

from server.media.playout import FRAME_SAMPLES, SAMPLE_RATE
from server.media.voices import Sound


class SilentDrain:
    """Reads what a patient would hear at the speed of speech and throws it away; used when only typing is possible."""

    def __init__(self, sound: Sound) -> None:
        self._sound = sound
        self._task = asyncio.create_task(self._run(), name="silent-drain")

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        started, frames = loop.time(), 0
        while True:
            self._sound.pull(frames * FRAME_SAMPLES)
            frames += 1
            await asyncio.sleep(max(0.0, started + frames * FRAME_SAMPLES / SAMPLE_RATE - loop.time()))

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
