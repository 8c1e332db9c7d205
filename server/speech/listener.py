"""The listener: voice activity, recognizer and end-of-turn judgment as one streaming STT for livekit-agents.

Emits START_OF_SPEECH, INTERIM, PREFLIGHT, FINAL, END_OF_SPEECH strictly in this order ("stt" turn mode); with the
framework's own detector a turn could be committed before its last words arrived (research/speech.md §5.2).
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Literal

from livekit import rtc
from livekit.agents import inference, stt, vad
from livekit.agents.language import LanguageCode
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS, NOT_GIVEN, APIConnectOptions, NotGivenOr
from livekit.agents.utils import AudioBuffer, shortuuid

from server.speech.ear import Ear
from server.speech.readings import unfinished_share
from server.speech.recognizer import SAMPLE_RATE, Hypothesis, Recognizer
from server.speech.turn import WINDOW_SECONDS, Action, Turn

_KEPT_BEFORE = 14
"""Windows (0.45 s) kept from before the first voiced one, so that no onset is lost."""
_TAIL_WINDOWS = 3
"""Silent windows handed to the recognizer after the last voiced one."""
_FORGET_TOKENS = 2
"""Tokens dropped from an earlier hypothesis before it is offered as known: its end was cut mid-word."""


@dataclass(frozen=True)
class TurnEnd:
    """How one turn was ended, for timing; all on the event loop's clock, in seconds."""

    voice_ended: float
    silence_met: float
    """When the silence needed had passed."""
    recognized: float
    """When the words were known, equal to `silence_met` where they were there before."""


class Listener(stt.STT[Literal["listener"]]):
    """Hears one patient. Not shared between check-ins: it carries this conversation's patience."""

    def __init__(
        self,
        recognizer: Recognizer,
        activity: inference.VAD,
        detector: inference.TurnDetector | None,
        on_turn_end: Callable[[TurnEnd], None],
        ear: Ear | None = None,
    ) -> None:
        """`ear`: who else listens."""
        super().__init__(
            capabilities=stt.STTCapabilities(streaming=True, interim_results=True, offline_recognize=False)
        )
        self.recognizer = recognizer
        self.activity = activity
        self.detector = detector
        self.on_turn_end = on_turn_end
        self.ear = ear
        self.turn = Turn()

    @property
    def model(self) -> str:
        return "moonshine-tiny-en"

    @property
    def provider(self) -> str:
        return "embedded"

    async def _recognize_impl(
        self, buffer: AudioBuffer, *, language: NotGivenOr[str] = NOT_GIVEN, conn_options: APIConnectOptions
    ) -> stt.SpeechEvent:
        raise NotImplementedError("the listener only streams")

    def stream(
        self,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    ) -> stt.RecognizeStream:
        return _ListenerStream(stt=self, conn_options=conn_options, sample_rate=SAMPLE_RATE)


class _ListenerStream(stt.RecognizeStream):
    def __init__(self, *, stt: Listener, conn_options: APIConnectOptions, sample_rate: int) -> None:
        super().__init__(stt=stt, conn_options=conn_options, sample_rate=sample_rate)
        self._listener = stt
        self._turn = stt.turn
        self._before: list[bytes] = []
        self._sound: list[bytes] = []
        self._known: tuple[int, ...] = ()
        self._work: set[asyncio.Task[None]] = set()
        self._generation = 0
        self._interim_busy = False
        self._interim = ""
        self._failure: BaseException | None = None
        self._vote_stream = stt.detector.stream() if stt.detector is not None else None

    async def _run(self) -> None:
        activity = self._listener.activity.stream()
        feeding = asyncio.create_task(self._feed(activity), name="listener-feed")
        try:
            async for event in activity:
                if event.type is vad.VADEventType.INFERENCE_DONE:
                    sound = b"".join(bytes(frame.data) for frame in event.frames)
                    if self._listener.ear is not None:
                        self._listener.ear.window(sound, event.probability)
                    await self._hear(sound, event.probability)
            await feeding
        finally:
            feeding.cancel()
            for task in self._work:
                task.cancel()
            await asyncio.gather(feeding, *self._work, return_exceptions=True)
            await activity.aclose()
            if self._vote_stream is not None:
                await self._vote_stream.aclose()

    async def _feed(self, activity: vad.VADStream) -> None:
        async for item in self._input_ch:
            if isinstance(item, rtc.AudioFrame):
                activity.push_frame(item)
                if self._vote_stream is not None:
                    self._vote_stream.push_audio(item)
        activity.end_input()

    async def _hear(self, window: bytes, probability: float) -> None:
        if self._failure is not None:
            raise self._failure
        if self._turn.active:
            self._sound.append(window)
        else:
            self._before.append(window)
            del self._before[:-_KEPT_BEFORE]
        for action in self._turn.hear(probability):
            await self._act(action)

    async def _act(self, action: Action) -> None:
        match action:
            case Action.START:
                self._start()
            case Action.INTERIM:
                if not self._interim_busy:
                    self._spawn(self._decode_interim(self._turn.windows, self._generation))
            case Action.SPECULATE:
                self._spawn(self._speculate(self._turn.voiced, self._generation))
            case Action.VOTE:
                if self._vote_stream is not None:
                    self._spawn(self._ask_vote(self._turn.voiced, self._generation))
            case Action.CARRY:
                await self._carry()
            case Action.COMMIT:
                await self._commit()

    def _start(self) -> None:
        self._sound = list(self._before)
        self._turn.began(len(self._sound))
        self._before.clear()
        self._known = ()
        self._interim = ""
        if self._listener.ear is not None:
            self._listener.ear.turn_began(self._turn.timings.start_windows * WINDOW_SECONDS)
        event = stt.SpeechEvent(type=stt.SpeechEventType.START_OF_SPEECH)
        event.speech_start_time = time.time() - self._turn.timings.start_windows * WINDOW_SECONDS
        self._event_ch.send_nowait(event)

    async def _recognize(self, windows: int) -> Hypothesis:
        pcm = b"".join(self._sound[:windows])
        hypothesis = await self._listener.recognizer.recognize(pcm, self._known)
        self._known = hypothesis.tokens[:-_FORGET_TOKENS]
        return hypothesis

    async def _decode_interim(self, windows: int, generation: int) -> None:
        self._interim_busy = True
        try:
            hypothesis = await self._recognize(windows)
        finally:
            self._interim_busy = False
        text = f"{self._turn.carried} {hypothesis.text}".strip()
        if generation == self._generation and text and text != self._interim and self._turn.silence == 0:
            self._interim = text
            self._send(stt.SpeechEventType.INTERIM_TRANSCRIPT, text)

    async def _speculate(self, voiced: int, generation: int) -> None:
        hypothesis = await self._recognize(min(len(self._sound), voiced + _TAIL_WINDOWS))
        if generation != self._generation:
            return
        self._turn.recognized(voiced, hypothesis.text, weighing=True)
        if voiced == self._turn.voiced and self._turn.text:
            self._send(stt.SpeechEventType.PREFLIGHT_TRANSCRIPT, self._turn.text)
        if self._turn.worth_weighing:
            readings = await self._listener.recognizer.readings(hypothesis)
            if generation == self._generation:
                self._turn.weighed(voiced, unfinished_share(readings))

    async def _ask_vote(self, voiced: int, generation: int) -> None:
        if self._vote_stream is None:
            return
        event = await self._vote_stream.predict()
        if generation == self._generation and event.inference_duration is not None:
            self._turn.voted(voiced, event.end_of_turn_probability)

    async def _carry(self) -> None:
        generation = self._generation
        windows = self._turn.windows
        hypothesis = await self._recognize(windows)
        if generation == self._generation:
            self._generation += 1
            self._known = ()
            self._sound = self._sound[windows:]
            self._turn.carry(hypothesis.text)
            self._turn.began(len(self._sound))

    async def _commit(self) -> None:
        loop = asyncio.get_running_loop()
        silence_met, silence = loop.time(), self._turn.silence
        if not self._turn.known:
            hypothesis = await self._recognize(min(len(self._sound), self._turn.voiced + _TAIL_WINDOWS))
            self._turn.recognized(self._turn.voiced, hypothesis.text)
        text = self._turn.text
        self._generation += 1
        self._turn.end()
        self._sound.clear()
        if self._listener.ear is not None:
            self._listener.ear.turn_ended(text, silence)
        self._listener.on_turn_end(TurnEnd(silence_met - silence, silence_met, loop.time()))
        self._send(stt.SpeechEventType.FINAL_TRANSCRIPT, text)
        self._event_ch.send_nowait(
            stt.SpeechEvent(type=stt.SpeechEventType.END_OF_SPEECH, speech_end_time=time.time() - silence)
        )

    def _send(self, kind: stt.SpeechEventType, text: str) -> None:
        data = stt.SpeechData(language=LanguageCode("en"), text=text, confidence=1.0)
        self._event_ch.send_nowait(stt.SpeechEvent(type=kind, request_id=shortuuid(), alternatives=[data]))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._work.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._work.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failure = error
