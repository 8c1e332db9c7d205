"""One conversation's speech: a livekit-agents AgentSession over a call's sound, with the gate before the voice.

The session hears and speaks; what to say comes from a `Mind`, and no sentence reaches the voice that `Mind.judge` has
not passed.
"""

import asyncio
import logging
from collections.abc import AsyncIterable, AsyncIterator
from typing import Any, Literal, Protocol

from livekit import rtc
from livekit.agents import Agent, AgentSession, inference, llm
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS, NOT_GIVEN, APIConnectOptions, NotGivenOr
from livekit.agents.utils import shortuuid
from livekit.agents.voice import ModelSettings
from livekit.agents.voice.events import (
    AgentStateChangedEvent,
    CloseEvent,
    ErrorEvent,
    UserInputTranscribedEvent,
    UserStateChangedEvent,
)

from server.media.call import Call
from server.record.privacy import log
from server.speech.audio import CallInput, CallOutput
from server.speech.captions import Captions
from server.speech.ear import Ear
from server.speech.listener import Listener, TurnEnd
from server.speech.recognizer import Recognizer
from server.speech.voice import SENTENCE_END, Voice
from server.vocabulary.speech import Receipt

_logger = logging.getLogger(__name__)

_INTERRUPT_AFTER = 0.2
"""Seconds of the patient's voice that stop the persona (research/speech.md §3: 250 ms p50 at this value)."""
_FALSE_INTERRUPTION = 1.2
"""Seconds without words after which an interruption counts as noise and the persona goes on; must exceed the recognizer."""

_HUSH_SECONDS = 1.0
"""Longest wait for the voice to fall silent; the patient's words must not wait for one that hangs."""


class Mind(Protocol):
    """What a conversation decides; the conductor implements it."""

    async def turn_completed(self, text: str) -> None:
        """The patient finished a turn. Everything durable about it is done when this returns."""
        ...

    def reply(self) -> AsyncIterator[str]:
        """The sentences that answer the last completed turn, each as soon as it is known."""
        ...

    def judge(self, sentence: str) -> Receipt:
        """The output gate; called for every sentence on its way to the voice."""
        ...

    def overheard(self, text: str) -> None:
        """Words of a turn that is not finished yet."""
        ...

    def state_changed(self, state: str) -> None:
        """The persona is now listening, thinking or speaking; the patient's side is `patient_speaking` or `patient_quiet`."""
        ...

    def timed(self, end: TurnEnd, first_frame: float) -> None:
        """A reply's first sound was made at loop time `first_frame` for the turn that ended so."""
        ...

    def failed(self, code: str) -> None:
        """Speech cannot go on; the check-in must fail safe."""
        ...


class SpeechKit:
    """The models all conversations of a process share."""

    def __init__(self, recognizer: Recognizer | None, voice: Voice, detector: inference.TurnDetector | None) -> None:
        self.recognizer = recognizer
        """None where the model could not be had: patients type."""
        self.voice = voice
        self.detector = detector

    async def rest(self) -> None:
        """Give back the memory that a conversation took."""
        if self.recognizer is not None:
            await self.recognizer.rest()

    async def close(self) -> None:
        """Stop the recognizer's threads and the voice's process."""
        if self.recognizer is not None:
            self.recognizer.close()
        await self.voice.process.close()


class SpeechSession:
    """Owns the AgentSession of one check-in from start to close."""

    def __init__(self, call: Call, kit: SpeechKit, mind: Mind, ear: Ear | None = None) -> None:
        """`ear`: who else listens to the patient's sound."""
        self._call = call
        self._mind = mind
        self._ended: TurnEnd | None = None
        self._closing = False
        self._captions: Captions | None = None
        """In the place of a session that has ended by itself."""
        self.listener: Listener | None = None
        if kit.recognizer is not None:
            activity = inference.VAD(min_silence_duration=0.25)
            self.listener = Listener(kit.recognizer, activity, kit.detector, self._turn_ended, ear)
        self._session: AgentSession[None] = AgentSession(
            stt=self.listener or NOT_GIVEN,
            vad=inference.VAD(min_silence_duration=0.16, min_speech_duration=0.05) if self.listener else None,
            llm=_Decided(mind),
            tts=kit.voice,
            turn_handling={
                "turn_detection": "stt" if self.listener else "manual",
                "endpointing": {"mode": "fixed", "min_delay": 0.0, "max_delay": 0.0},
                "interruption": {
                    "enabled": True,
                    "mode": "vad",
                    "min_duration": _INTERRUPT_AFTER,
                    "min_words": 0,
                    "resume_false_interruption": True,
                    "false_interruption_timeout": _FALSE_INTERRUPTION,
                },
                "preemptive_generation": {"enabled": False},
            },
            aec_warmup_duration=None,
            user_away_timeout=None,
            session_close_transcript_timeout=0.0,
            tts_text_transforms=None,
        )

    async def start(self) -> None:
        """Begin to listen; nothing is said until `say`."""
        self._session.on("user_input_transcribed", self._on_transcribed)
        self._session.on("agent_state_changed", self._on_agent_state)
        self._session.on("user_state_changed", self._on_user_state)
        self._session.on("error", self._on_error)
        self._session.on("close", self._on_close)
        if self.listener is not None:
            self._session.input.audio = CallInput(self._call.intake)
        self._session.output.audio = CallOutput(self._call.playout, self._on_first_frame)
        await self._session.start(_GatedAgent(self._mind), record=False)

    @property
    def voiceless(self) -> bool:
        """Whether the voice has failed for good; then nobody fetches a reply, and what is said is shown."""
        return self._captions is not None

    def silence(self) -> float:
        """Seconds since the patient's last sound in the turn under way; 0 where none is."""
        turn = self.listener.turn if self.listener is not None else None
        return turn.silence if turn is not None and turn.active else 0.0

    def say(self, sentences: AsyncIterator[str]) -> None:
        """Speak sentences of our own accord, one at least; queued behind what is being said."""
        if self._captions is None:
            try:
                self._session.say(_stream(sentences), add_to_chat_ctx=True)
                return
            except RuntimeError:
                self._captions = self._fall_back()
        self._captions.say(sentences)

    def expect(self, answer: str) -> None:
        """What kind of answer comes next; some take longer to think of."""
        if self.listener is not None:
            self.listener.turn.expects = answer

    def hold(self, seconds: float) -> None:
        """The patient holds the floor: the turn under way ends so much later."""
        if self.listener is not None and seconds > 0:
            self.listener.turn.hold(seconds)

    def linger(self, seconds: float) -> None:
        """The patient stopped in the middle: this silence ends the turn under way so much later."""
        if self.listener is not None:
            self.listener.turn.linger(seconds)

    async def hush(self) -> None:
        """Stop speaking at once and drop what was queued; never fails, and never takes long."""
        if self._captions is not None:
            self._captions.hush()
            return
        try:
            async with asyncio.timeout(_HUSH_SECONDS):
                await self._session.interrupt(force=True)
        except (RuntimeError, TimeoutError) as error:
            log(_logger, logging.WARNING, "speech_not_hushed", error=type(error).__name__)

    async def close(self) -> None:
        """End the session and every task of it."""
        self._closing = True
        if self._captions is not None:
            await self._captions.close()
        await self._session.aclose()

    def _turn_ended(self, end: TurnEnd) -> None:
        self._ended = end

    def _on_first_frame(self) -> None:
        end, self._ended = self._ended, None
        if end is not None:
            self._mind.timed(end, asyncio.get_running_loop().time())

    def _on_transcribed(self, event: UserInputTranscribedEvent) -> None:
        if not event.is_final and event.transcript:
            self._mind.overheard(event.transcript)

    def _on_agent_state(self, event: AgentStateChangedEvent) -> None:
        self._mind.state_changed(event.new_state)

    def _on_user_state(self, event: UserStateChangedEvent) -> None:
        self._mind.state_changed("patient_speaking" if event.new_state == "speaking" else "patient_quiet")

    def _on_error(self, event: ErrorEvent) -> None:
        if not getattr(event.error, "recoverable", True):
            self._mind.failed("speech_failed")

    def _on_close(self, _event: CloseEvent) -> None:
        if self._captions is None and not self._closing:
            self._captions = self._fall_back()

    def _fall_back(self) -> Captions:
        """The session gave up after too many errors: the patient reads and types, and hears why."""
        self._call.playout.paused = False
        self._mind.failed("speech_ended")
        return Captions(self._call.playout, self._mind.judge, self._mind.state_changed)


class _GatedAgent(Agent):
    """Hands finished turns to the mind and every sentence to the gate."""

    def __init__(self, mind: Mind) -> None:
        super().__init__(instructions="")
        self._mind = mind

    async def on_user_turn_completed(self, turn_ctx: llm.ChatContext, new_message: llm.ChatMessage) -> None:
        await self._mind.turn_completed(new_message.text_content or "")

    async def tts_node(self, text: AsyncIterable[str], model_settings: ModelSettings) -> AsyncIterator[rtc.AudioFrame]:
        async for frame in Agent.default.tts_node(self, self._gated(text), model_settings):
            yield frame

    async def _gated(self, text: AsyncIterable[str]) -> AsyncIterator[str]:
        pending = ""
        async for piece in text:
            pending += piece
            *whole, pending = pending.split(SENTENCE_END)
            for sentence in whole:
                if self._passes(sentence):
                    yield sentence + SENTENCE_END
        if self._passes(pending):
            yield pending + SENTENCE_END

    def _passes(self, sentence: str) -> bool:
        return bool(sentence.strip()) and self._mind.judge(sentence.strip()).allowed


class _Decided(llm.LLM[Literal["decided"]]):
    """Streams what the mind has already decided; has no opinion of its own and no side effect."""

    def __init__(self, mind: Mind) -> None:
        super().__init__()
        self._mind = mind

    @property
    def model(self) -> str:
        return "deterministic-policy"

    @property
    def provider(self) -> str:
        return "embedded"

    def chat(
        self,
        *,
        chat_ctx: llm.ChatContext,
        tools: list[llm.Tool] | None = None,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
        parallel_tool_calls: NotGivenOr[bool] = NOT_GIVEN,
        tool_choice: NotGivenOr[llm.ToolChoice] = NOT_GIVEN,
        extra_kwargs: NotGivenOr[dict[str, Any]] = NOT_GIVEN,
    ) -> llm.LLMStream:
        return _DecidedStream(self, self._mind.reply(), chat_ctx, tools or [], conn_options)


class _DecidedStream(llm.LLMStream):
    def __init__(
        self,
        decided: _Decided,
        sentences: AsyncIterator[str],
        chat_ctx: llm.ChatContext,
        tools: list[llm.Tool],
        conn_options: APIConnectOptions,
    ) -> None:
        super().__init__(decided, chat_ctx=chat_ctx, tools=tools, conn_options=conn_options)
        self._sentences = sentences

    async def _run(self) -> None:
        request = shortuuid()
        async for sentence in self._sentences:
            delta = llm.ChoiceDelta(role="assistant", content=sentence + SENTENCE_END)
            self._event_ch.send_nowait(llm.ChatChunk(id=request, delta=delta))


async def _stream(sentences: AsyncIterator[str]) -> AsyncIterator[str]:
    async for sentence in sentences:
        yield sentence + SENTENCE_END
