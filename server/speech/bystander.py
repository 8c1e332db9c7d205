"""What somebody besides the patient says, written down as they speak: captions for those who cannot hear a nurse.

Only shown: nothing of it is judged, answered or kept.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from livekit import rtc
from livekit.agents import inference, stt

from server.media.intake import Intake
from server.record.privacy import log
from server.speech.listener import Listener
from server.speech.recognizer import SAMPLE_RATE, Recognizer

_logger = logging.getLogger(__name__)
_SHOWN = {stt.SpeechEventType.INTERIM_TRANSCRIPT: False, stt.SpeechEventType.FINAL_TRANSCRIPT: True}
"""Event to whether its words are final."""


class Bystander:
    """One voice beside the conversation; costs nothing while nobody speaks but voice activity."""

    def __init__(self, recognizer: Recognizer, show: Callable[[str, bool], None]) -> None:
        """`show` gets words, and whether they are final; called on the event loop."""
        self._intake = Intake()
        self._show = show
        listener = Listener(recognizer, inference.VAD(min_silence_duration=0.25), None, lambda end: None)
        self._stream = listener.stream()
        self._tasks = [
            asyncio.create_task(self._feed(), name="bystander-feed"),
            asyncio.create_task(self._read(), name="bystander-read"),
        ]
        for task in self._tasks:
            task.add_done_callback(_ended)

    def hear(self, pcm: bytes) -> None:
        """16 kHz mono, 16-bit; what comes while five seconds wait is dropped, the oldest first."""
        self._intake.push(pcm)

    async def close(self) -> None:
        """Stop; words that are not recognized yet are not shown any more."""
        self._intake.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(Exception):  # it may have failed already, which was logged
            await self._stream.aclose()

    async def _feed(self) -> None:
        while (pcm := await self._intake.pull()) is not None:
            self._stream.push_frame(rtc.AudioFrame(pcm, SAMPLE_RATE, 1, len(pcm) // 2))

    async def _read(self) -> None:
        async for event in self._stream:
            final = _SHOWN.get(event.type)
            if final is not None and event.alternatives and (text := event.alternatives[0].text):
                self._show(text, final)


def _ended(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log(_logger, logging.ERROR, "nurse_captions_failed", error=type(error).__name__)
