"""Adapters between a call's sound and livekit-agents: `Intake` becomes an AudioInput, `Playout` an AudioOutput."""

import time
from collections.abc import Callable

from livekit import rtc
from livekit.agents.types import USERDATA_TIMED_TRANSCRIPT
from livekit.agents.voice import io

from server.media.intake import SAMPLE_RATE as INPUT_RATE
from server.media.intake import Intake
from server.media.playout import SAMPLE_RATE as OUTPUT_RATE
from server.media.playout import Playout, PlayoutEvent
from server.speech.voice import SpokenWord
from server.vocabulary.speech import VisemeTiming, WordTiming


class CallInput(io.AudioInput):
    """The patient's sound as livekit-agents reads it."""

    def __init__(self, intake: Intake) -> None:
        super().__init__(label="call", source=None)
        self._intake = intake

    async def __anext__(self) -> rtc.AudioFrame:
        pcm = await self._intake.pull()
        if pcm is None:
            raise StopAsyncIteration
        return rtc.AudioFrame(pcm, INPUT_RATE, 1, len(pcm) // 2)


class CallOutput(io.AudioOutput):
    """The persona's sound as livekit-agents writes it; every written segment reports its end exactly once."""

    def __init__(self, playout: Playout, on_first_frame: Callable[[], None]) -> None:
        super().__init__(label="call", capabilities=io.AudioOutputCapabilities(pause=True), sample_rate=OUTPUT_RATE)
        self._playout = playout
        self._on_first_frame = on_first_frame
        self._capturing = False
        self._segments = 0
        """Written and not ended; the call's captions may go on without us."""
        playout.listen(self._on_playout)

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        await super().capture_frame(frame)
        if not self._capturing:
            self._capturing = True
            self._segments += 1
            self._on_first_frame()
        words: list[WordTiming] = []
        visemes: list[VisemeTiming] = []
        for word in frame.userdata.get(USERDATA_TIMED_TRANSCRIPT, []):
            start = word.start_time if isinstance(word.start_time, float) else 0.0
            end = word.end_time if isinstance(word.end_time, float) else start
            opens = isinstance(word, SpokenWord) and word.opens
            words.append(WordTiming(str(word), start, end, opens))
            if isinstance(word, SpokenWord):
                visemes += word.visemes
        self._playout.write(bytes(frame.data), words, visemes)

    def flush(self) -> None:
        super().flush()
        self._capturing = False
        self._playout.finish_writing()

    def clear_buffer(self) -> None:
        self._capturing = False
        self._playout.clear()

    def pause(self) -> None:
        super().pause()
        self._playout.paused = True

    def resume(self) -> None:
        super().resume()
        self._playout.paused = False

    def _on_playout(self, event: PlayoutEvent) -> None:
        if not self._segments:
            return
        if event.what == "started":
            self.on_playback_started(created_at=time.time())
        elif event.what in ("finished", "cut"):
            self._segments -= 1
            utterance = event.utterance
            self.on_playback_finished(
                playback_position=utterance.played,
                interrupted=event.what == "cut",
                synchronized_transcript=utterance.heard() or None,
            )
