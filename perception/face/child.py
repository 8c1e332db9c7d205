"""The process that looks at faces: frames of all sessions in, numbers out. It must never keep, write or log a picture.

Run as `python -m perception.face.child MODEL`. It reads nothing but its standard input, writes nothing but its standard output
and ends when its parent does. It asks to be scheduled behind the service's own process, and so behind its sound.
"""

import contextlib
import os
import sys
import time
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

import numpy as np

from perception.face.landmarker import Detector, FaceUnavailable, Landmarker
from perception.face.watch import Watch
from perception.face.wire import EndLine, FrameLine, pack_ready, pack_refused, pack_seen, unpack

NICENESS = 5
"""Added to the parent's. A weight and no promise: it only tips who waits when both want the same processor, and how far
depends on the machine's scheduler and on what else runs. With 10, faces came to 1.2 frames a second instead of 2 on one busy
machine. That sound is not late rests on the child being another process, and on the pace, not on this."""


class Gaze:
    """One session: its landmarker, and what is known of the patient."""

    def __init__(self, model: Path, detector: Detector) -> None:
        self._landmarker = Landmarker(model, detector)
        self._watch = Watch()
        self._last = (0.0, 0, 0)

    def answer(self, line: FrameLine, pixels: bytearray) -> bytes:
        """What one frame came to, as a line; the pixels are gone afterwards."""
        began = time.perf_counter()
        self._last = (line.at, line.height, line.width)
        rgb = np.frombuffer(pixels, np.uint8).reshape(line.height, line.width, 3)
        try:
            sighting = self._landmarker.see(rgb, line.at)
        except (RuntimeError, ValueError):
            return pack_refused()
        finally:
            pixels[:] = bytes(len(pixels))
        return pack_seen(self._watch.step(sighting, line.at, line.spoke), time.perf_counter() - began)

    def close(self) -> None:
        """Give the landmarker back, and the memory of its last frame black."""
        at, height, width = self._last
        if height and width:
            with contextlib.suppress(RuntimeError, ValueError):
                self._landmarker.see(np.zeros((height, width, 3), np.uint8), at)
        self._landmarker.close()


def serve(model: Path, source: BufferedReader, sink: BinaryIO) -> None:
    """Answer frames until the input ends."""
    try:
        detector = Detector(model)
        Landmarker(model, detector).close()
    except FaceUnavailable as problem:
        _write(sink, pack_ready(str(problem)))
        return
    _write(sink, pack_ready(None))
    sessions: dict[str, Gaze] = {}
    for text in iter(source.readline, b""):
        match unpack(text):
            case FrameLine() as line:
                pixels = bytearray(line.size)
                if source.readinto(pixels) < line.size:
                    break
                gaze = sessions.get(line.session) or sessions.setdefault(line.session, Gaze(model, detector))
                _write(sink, gaze.answer(line, pixels))
            case EndLine(session):
                if (ended := sessions.pop(session, None)) is not None:
                    ended.close()
    for gaze in sessions.values():
        gaze.close()
    detector.close()


def _write(sink: BinaryIO, line: bytes) -> None:
    sink.write(line)
    sink.flush()


if __name__ == "__main__":
    os.nice(NICENESS)
    serve(Path(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer)  # type: ignore[arg-type]
