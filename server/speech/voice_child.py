"""The voice's own process: one JSON line with a sentence in, one JSON line with timings and the sound out.

Run as `python -m server.speech.voice_child ENGINE VOICE`. It reads nothing but its standard input, writes nothing but its
standard output, and ends when its parent does.
"""

import json
import sys
from typing import Any, BinaryIO

import numpy as np

from server.speech.engines import Spoken, load

_QUIET = 200
"""Samples below this (of 32,768) count as the silence that engines put around a sentence."""
_LEAD_SECONDS = 0.02
"""Silence kept before the first sound, so that no onset is cut."""
_TAIL_SECONDS = 0.06


def trim(spoken: Spoken) -> Spoken:
    """Drop the silence an engine puts around a sentence and move the timings accordingly: flite opens with 0.2 s of it."""
    samples = np.frombuffer(spoken.pcm, np.int16)
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > _QUIET)
    if not len(loud):
        return spoken
    first = max(0, int(loud[0]) - int(_LEAD_SECONDS * spoken.rate))
    last = min(len(samples), int(loud[-1]) + int(_TAIL_SECONDS * spoken.rate))
    cut, length = first / spoken.rate, (last - first) / spoken.rate

    def moved(at: float) -> float:
        return min(max(0.0, at - cut), length)

    return Spoken(
        samples[first:last].tobytes(),
        spoken.rate,
        [(text, moved(start), moved(end)) for text, start, end in spoken.words],
        [(phone, moved(start), stressed) for phone, start, stressed in spoken.phones],
    )


def serve(engine: str, voice: str, source: BinaryIO, sink: BinaryIO) -> None:
    """Answer requests until the input ends; a sentence that fails is answered with an `error`."""
    synthesizer = load(engine, voice)
    _write(sink, {"ready": True}, b"")
    for line in source:
        try:
            spoken = trim(synthesizer.speak(json.loads(line)["text"]))
        except (RuntimeError, ValueError, KeyError) as error:
            _write(sink, {"error": type(error).__name__}, b"")
            continue
        header = {"rate": spoken.rate, "words": spoken.words, "phones": spoken.phones, "bytes": len(spoken.pcm)}
        _write(sink, header, spoken.pcm)


def _write(sink: BinaryIO, header: dict[str, Any], body: bytes) -> None:
    sink.write(json.dumps(header).encode() + b"\n" + body)
    sink.flush()


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2], sys.stdin.buffer, sys.stdout.buffer)
