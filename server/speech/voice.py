"""The persona's voice: gated sentences in, sound with word and mouth timings out, as a livekit-agents TTS.

Synthesis runs in a child process (`voice_child`). Sentences of the persona pack are prepared once, so that most replies
start without waiting for any synthesis.
"""

import asyncio
import json
import logging
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import av
from livekit.agents import APIError, tts
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS, APIConnectOptions, TimedString
from livekit.agents.utils import shortuuid

from server.record.privacy import log
from server.speech.pronunciation import fold, spoken_text
from server.speech.visemes import viseme_of, weight_of
from server.vocabulary.errors import ServiceError
from server.vocabulary.speech import VisemeTiming, WordTiming

_logger = logging.getLogger(__name__)

OUTPUT_RATE = 48_000
_GAP_SECONDS = 0.35
"""Pause after each sentence; clinical.md §3: 400 to 700 ms with the engine's own tail, instead of slower speech."""
_ANSWER_SECONDS = 10.0
"""Longest wait for one sentence; eSpeak needs 3 ms and flite 60 ms."""
SENTENCE_END = "\n"
"""Separates gated sentences on their way from the gate to the voice."""


class VoiceFailed(ServiceError):
    """The voice's process died or refused a sentence twice."""

    code = "voice_failed"
    retryable = True


@dataclass(frozen=True)
class Sentence:
    """One sentence as sound."""

    pcm: bytes
    """16-bit mono 48 kHz, its closing pause included."""
    words: tuple[WordTiming, ...]
    visemes: tuple[VisemeTiming, ...]


class SpokenWord(TimedString):
    """A caption word on its way through livekit-agents; carries the mouth shapes along with it."""

    visemes: tuple[VisemeTiming, ...]
    opens: bool


class VoiceProcess:
    """The child process, started when first needed and again after a crash; one sentence at a time."""

    def __init__(self, engine: str, voice: str) -> None:
        self.engine = engine
        self.voice = voice
        self._process: asyncio.subprocess.Process | None = None
        self._lock = asyncio.Lock()
        self._prepared: dict[str, Sentence] = {}
        self._work: set[asyncio.Task[Sentence]] = set()

    async def prepare(self, sentences: Iterable[str]) -> None:
        """Synthesize fixed sentences ahead of time; they stay in memory, so none may hold a patient's data."""
        for sentence in sentences:
            if sentence not in self._prepared:
                self._prepared[sentence] = await self._synthesize(sentence)

    async def speak(self, sentence: str) -> Sentence:
        """The sentence as sound; raises `VoiceFailed` after two tries."""
        if (ready := self._prepared.get(sentence)) is not None:
            return ready
        # Who is interrupted stops waiting, but the child's answer is read to its end: what is left in the pipe would be
        # taken for the next sentence's sound.
        work = asyncio.create_task(self._synthesize(sentence), name="voice-sentence")
        self._work.add(work)
        work.add_done_callback(self._work_ended)
        return await asyncio.shield(work)

    def _work_ended(self, work: asyncio.Task[Sentence]) -> None:
        self._work.discard(work)
        if not work.cancelled():
            work.exception()  # whoever still waits for it gets it; nobody else must hear of it

    async def _synthesize(self, sentence: str) -> Sentence:
        async with self._lock:
            for _ in range(2):
                try:
                    return await asyncio.wait_for(self._ask(sentence), _ANSWER_SECONDS)
                except (OSError, EOFError, ValueError, TimeoutError):
                    log(_logger, logging.WARNING, "voice_restarted", provider=self.engine)
                    await self._stop()
        raise VoiceFailed("the voice process failed twice; see `nightlight doctor`")

    async def _ask(self, sentence: str) -> Sentence:
        process = self._process or await self._start()
        if process.stdin is None or process.stdout is None:
            raise EOFError
        process.stdin.write(json.dumps({"text": spoken_text(sentence)}).encode() + b"\n")
        await process.stdin.drain()
        header = json.loads(await process.stdout.readline() or b"null")
        if not header or "error" in header:
            raise EOFError
        pcm = await process.stdout.readexactly(header["bytes"])
        words = [WordTiming(text, start, end) for text, start, end in header["words"]]
        return _sentence(sentence, pcm, header["rate"], words, header["phones"])

    async def _start(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server.speech.voice_child", self.engine, self.voice),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            # What an engine prints about a sentence may quote it, and would go around the log's own formatter.
            stderr=asyncio.subprocess.DEVNULL,
            limit=1 << 24,
        )
        self._process = process
        if process.stdout is None or not await process.stdout.readline():
            raise EOFError
        return process

    async def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        await process.wait()

    async def close(self) -> None:
        """End the child process."""
        async with self._lock:
            await self._stop()


def _sentence(
    text: str, pcm: bytes, rate: int, words: list[WordTiming], phones: list[tuple[str, float, bool]]
) -> Sentence:
    visemes = []
    for phone, start, stressed in phones:
        viseme = viseme_of(phone)
        visemes.append(VisemeTiming(viseme, round(start, 3), weight_of(viseme, stressed)))
    seconds = len(pcm) / 2 / rate
    visemes.append(VisemeTiming("sil", round(seconds, 3), 1.0))
    sound = _resample(pcm, rate) + bytes(2 * int(_GAP_SECONDS * OUTPUT_RATE))
    return Sentence(sound, tuple(fold(text, words)), tuple(visemes))


def _resample(pcm: bytes, rate: int) -> bytes:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=OUTPUT_RATE)
    frame = av.AudioFrame(format="s16", layout="mono", samples=len(pcm) // 2)
    frame.planes[0].update(pcm)
    frame.sample_rate = rate
    pieces = [*resampler.resample(frame), *resampler.resample(None)]
    return b"".join(bytes(piece.planes[0])[: piece.samples * 2] for piece in pieces)


class Voice(tts.TTS[Literal["voice"]]):
    """The embedded voice behind the livekit-agents seam."""

    def __init__(self, process: VoiceProcess) -> None:
        super().__init__(
            capabilities=tts.TTSCapabilities(streaming=True, aligned_transcript=True),
            sample_rate=OUTPUT_RATE,
            num_channels=1,
        )
        self.process = process

    @property
    def model(self) -> str:
        return f"{self.process.engine}/{self.process.voice}"

    @property
    def provider(self) -> str:
        return "embedded"

    def synthesize(
        self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> tts.ChunkedStream:
        return self._synthesize_with_stream(text, conn_options=conn_options)

    def stream(self, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS) -> tts.SynthesizeStream:
        return _VoiceStream(tts=self, conn_options=conn_options, process=self.process)


class _VoiceStream(tts.SynthesizeStream):
    """Speaks each sentence as soon as it is whole."""

    def __init__(self, *, tts: Voice, conn_options: APIConnectOptions, process: VoiceProcess) -> None:
        super().__init__(tts=tts, conn_options=conn_options)
        self._process = process
        self._at = 0.0

    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        output_emitter.initialize(
            request_id=shortuuid(),
            sample_rate=OUTPUT_RATE,
            num_channels=1,
            mime_type="audio/pcm",
            frame_size_ms=100,
            stream=True,
        )
        output_emitter.start_segment(segment_id=shortuuid())
        pending = ""
        async for token in self._input_ch:
            pending += "" if isinstance(token, self._FlushSentinel) else token
            *whole, pending = pending.split(SENTENCE_END)
            for sentence in whole:
                await self._speak(sentence, output_emitter)
        await self._speak(pending, output_emitter)
        output_emitter.end_segment()

    async def _speak(self, text: str, output_emitter: tts.AudioEmitter) -> None:
        if not text.strip():
            return
        self._mark_started()
        try:
            sentence = await self._process.speak(text.strip())
        except VoiceFailed as error:
            # The only kind that livekit-agents reports and counts; any other leaves the patient in silence.
            raise APIError(error.code, retryable=False) from None
        output_emitter.push_timed_transcript(_timed(sentence, self._at))
        output_emitter.push(sentence.pcm)
        output_emitter.flush()
        self._at += len(sentence.pcm) / 2 / OUTPUT_RATE


def _timed(sentence: Sentence, at: float) -> list[TimedString]:
    """The sentence's words as livekit-agents carries them, `at` seconds into the utterance."""
    words: list[TimedString] = []
    for index, word in enumerate(sentence.words):
        spoken = SpokenWord(word.text, start_time=at + word.start, end_time=at + word.end)
        spoken.visemes = ()
        spoken.opens = index == 0
        if index == 0:
            spoken.visemes = tuple(VisemeTiming(v.viseme, at + v.start, v.weight) for v in sentence.visemes)
        words.append(spoken)
    return words
