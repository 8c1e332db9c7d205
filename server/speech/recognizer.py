"""Moonshine tiny-en run by plain ONNX Runtime: one utterance of 16 kHz sound in, its words out.

One thread and no spinning (research/speech.md §4: a second, preempted thread turned 65 ms into 2 s).
"""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from server.speech.hallucination import without_invention
from server.speech.readings import BACK, Reading, Scores, search

SAMPLE_RATE = 16_000
_WORKERS = 2
"""A final result never waits for a partial one."""
_BEGIN, _END = 1, 2
_TOKENS_PER_FRAME = 0.35
"""Most tokens per encoder frame; guards against loops (moonshine's own bound is 6.5 tokens a second)."""
_SAMPLES_PER_FRAME = 384
"""The decoder takes its mask at the sound's own rate and keeps every 384th: the strides 64, 3 and 2 of the convolutions
before the encoder. A mask of one entry a frame fits only up to 384 frames, 9.2 s."""
_EMPTY_CACHE = (1, 8, 0, 36)
"""Shape of an empty key/value cache of tiny-en: batch, heads, length, head size."""

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Heard:
    """What a decode leaves behind for reading its end again."""

    context: dict[str, Any]
    past: dict[str, Any]
    """Keys and values of the start token and of every token."""


@dataclass(frozen=True)
class Hypothesis:
    """What was recognized."""

    text: str
    tokens: tuple[int, ...]
    """For the next, longer decode of the same utterance, which starts by checking them in one pass."""
    heard: Heard | None = field(default=None, compare=False, repr=False)


class Moonshine:
    """The model; thread-safe, blocking."""

    def __init__(self, folder: Path) -> None:
        self._encoder = _session(folder / "encoder_model.ort")
        self._decoder = _session(folder / "decoder_model_merged.ort")
        self._vocabulary = _read_vocabulary((folder / "tokenizer.bin").read_bytes())
        self._past = [item.name for item in self._decoder.get_inputs() if item.name.startswith("past_key")]
        self._presents = [item.name for item in self._decoder.get_outputs()][1:]
        self._encoder_masked = "attention_mask" in {item.name for item in self._encoder.get_inputs()}
        self._decoder_inputs = {item.name for item in self._decoder.get_inputs()}

    def decode(self, samples: Samples, known: tuple[int, ...] = ()) -> Hypothesis:
        """Greedy decoding of mono 16 kHz samples in -1..1; `known` tokens are kept only while the model agrees."""
        tokens, heard = self._generate(self._encode(samples), known)
        return Hypothesis(self._text(tokens), tuple(tokens), heard)

    def rest(self) -> None:
        """Give back the memory that long utterances took: ONNX Runtime's arena grows with the longest one and shrinks only
        when a run asks for it (138 MB after one of 20 s, docs/measurements.md)."""
        options = onnxruntime.RunOptions()
        options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        context, past = _beginning(self._encode(np.zeros(SAMPLE_RATE, np.float32), options), self._past)
        self._decoder.run(None, self._feed(context, past, [[_BEGIN]], cached=False), options)

    def readings(self, hypothesis: Hypothesis) -> list[Reading]:
        """Other readings of the last words, likeliest first; none where there are too few words to tell."""
        kept = list(hypothesis.tokens[: max(1, len(hypothesis.tokens) - BACK)])
        if hypothesis.heard is None or not kept:
            return []
        context = hypothesis.heard.context
        past = {name: _upto(name, value, len(kept)) for name, value in hypothesis.heard.past.items()}
        first, past = self._continue(context, past, [kept[-1:]])

        def step(rows: list[int], tokens: list[int]) -> Scores:
            nonlocal past
            wide = {name: _repeated(value, len(rows)) for name, value in context.items()}
            chosen = {name: _rows(name, value, rows) for name, value in past.items()}
            scores, past = self._continue(wide, chosen, [[token] for token in tokens])
            return np.asarray(scores[:, -1], np.float32)

        found = search(first[0, -1], step, _END)
        return [Reading(self._text([*kept, *ending]), share) for share, ending in found]

    def _encode(self, samples: Samples, options: onnxruntime.RunOptions | None = None) -> Samples:
        """Hidden states (1, frames, 288)."""
        feed: dict[str, Any] = {"input_values": samples[None]}
        if self._encoder_masked:
            feed["attention_mask"] = np.ones((1, len(samples)), np.int64)
        return np.asarray(self._encoder.run(None, feed, options)[0])

    def _generate(self, hidden: npt.NDArray[np.float32], known: tuple[int, ...]) -> tuple[list[int], Heard]:
        most = int(hidden.shape[1] * _TOKENS_PER_FRAME) + 6
        context, past = _beginning(hidden, self._past)
        tokens, past, token = self._verify(context, past, known)
        while token != _END and len(tokens) < most:
            tokens.append(token)
            logits, past = self._continue(context, past, [[token]])
            token = int(logits[0, -1].argmax())
        return tokens, Heard(context, past)

    def _verify(
        self, context: dict[str, Any], past: dict[str, Any], known: tuple[int, ...]
    ) -> tuple[list[int], dict[str, Any], int]:
        """Run the start token and `known` in one pass; returns the agreed tokens, their cache, and the next token."""
        logits, present = self._step(context, past, [[_BEGIN, *known]], cached=False)
        best, agreed = logits[0].argmax(-1), 0
        while agreed < len(known) and int(best[agreed]) == known[agreed]:
            agreed += 1
        kept = {
            name: present[name][:, :, : agreed + 1] if ".decoder." in name else present[name] for name in self._past
        }
        return list(known[:agreed]), kept, int(best[agreed])

    def _continue(
        self, context: dict[str, Any], past: dict[str, Any], tokens: list[list[int]]
    ) -> tuple[npt.NDArray[np.float32], dict[str, Any]]:
        logits, present = self._step(context, past, tokens, cached=True)
        return logits, {name: present[name] if ".decoder." in name else past[name] for name in self._past}

    def _step(
        self, context: dict[str, Any], past: dict[str, Any], tokens: list[list[int]], *, cached: bool
    ) -> tuple[npt.NDArray[np.float32], dict[str, Any]]:
        """Scores (batch, tokens, vocabulary) and the new keys and values, for `tokens` of one or more beams."""
        logits, *rest = self._decoder.run(None, self._feed(context, past, tokens, cached=cached))
        named = dict(zip(self._presents, rest, strict=True))
        present = {name: named[name.replace("past_key_values", "present")] for name in self._past}
        return logits, present

    def _feed(
        self, context: dict[str, Any], past: dict[str, Any], tokens: list[list[int]], *, cached: bool
    ) -> dict[str, Any]:
        feed = {**context, "input_ids": np.array(tokens, np.int64), **past, "use_cache_branch": np.array([cached])}
        return {name: value for name, value in feed.items() if name in self._decoder_inputs}

    def _text(self, tokens: list[int]) -> str:
        raw = b"".join(self._vocabulary[token] for token in tokens if token > _END)
        return raw.decode("utf-8", "ignore").replace("\u2581", " ").strip()


class Recognizer:
    """The model behind two worker threads, shared by all check-ins of the process."""

    def __init__(self, folder: Path) -> None:
        self._model = Moonshine(folder)
        silence = np.zeros(SAMPLE_RATE, np.float32)
        self._workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="recognizer")
        # The first run allocates and the first use starts a thread; no patient should wait for either.
        ready = threading.Barrier(_WORKERS)
        list(self._workers.map(lambda _: (ready.wait(), self._model.decode(silence)), range(_WORKERS)))

    async def recognize(self, pcm: bytes, known: tuple[int, ...] = ()) -> Hypothesis:
        """The words of one utterance of 16-bit sound, at most about 30 s; empty where nothing was said."""
        samples = np.frombuffer(pcm, np.int16).astype(np.float32) / 32768.0
        loop = asyncio.get_running_loop()
        hypothesis = await loop.run_in_executor(self._workers, self._model.decode, samples, known)
        text = without_invention(hypothesis.text, len(samples) / SAMPLE_RATE)
        return replace(hypothesis, text=text)

    async def readings(self, hypothesis: Hypothesis) -> list[Reading]:
        """Other readings of the end of what was just recognized; about 20 ms (docs/measurements.md)."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._workers, self._model.readings, hypothesis)

    async def rest(self) -> None:
        """See `Moonshine.rest`; some 50 ms of a worker's time."""
        await asyncio.get_running_loop().run_in_executor(self._workers, self._model.rest)

    def close(self) -> None:
        """Stop the worker threads."""
        self._workers.shutdown(wait=False, cancel_futures=True)


def _beginning(hidden: Samples, past: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the decoder is told of the sound, and the empty cache of keys and values, by their names in `past`."""
    mask = np.ones((1, hidden.shape[1] * _SAMPLES_PER_FRAME), np.int64)
    context = {"encoder_hidden_states": hidden, "encoder_attention_mask": mask}
    return context, dict.fromkeys(past, np.zeros(_EMPTY_CACHE, np.float32))


def _upto(name: str, value: Samples, length: int) -> Samples:
    return value[:, :, :length] if ".decoder." in name else value


def _rows(name: str, value: Samples, rows: list[int]) -> Samples:
    return value[rows] if ".decoder." in name else _repeated(value, len(rows))


def _repeated(value: Samples, rows: int) -> Samples:
    return np.repeat(value[:1], rows, 0)


def _session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _read_vocabulary(data: bytes) -> list[bytes]:
    """The tokenizer file: byte strings, each behind its length in one byte, or two from 128 on."""
    vocabulary, at = [], 0
    while at < len(data):
        length = data[at]
        if length >= 128:
            at += 1
            length = data[at] * 128 + length - 128
        at += 1
        vocabulary.append(data[at : at + length])
        at += length
    return vocabulary
