"""What crosses between the service and the process that looks: one JSON line, and after a frame's line its pixels."""

import json
from dataclasses import dataclass
from typing import Any

from perception.face.watch import FACE_CUES, Seen
from perception.reading import Presence, Reading


@dataclass(frozen=True)
class FrameLine:
    """Announces one frame of one session; `height * width * 3` bytes follow."""

    session: str
    at: float
    spoke: float | None
    height: int
    width: int

    @property
    def size(self) -> int:
        """Bytes that follow."""
        return self.height * self.width * 3


@dataclass(frozen=True)
class EndLine:
    """A session is over."""

    session: str


def pack(line: FrameLine | EndLine) -> bytes:
    """The line with its end."""
    return json.dumps(vars(line)).encode() + b"\n"


def unpack(line: bytes) -> FrameLine | EndLine:
    """Raises ValueError for anything else."""
    fields: dict[str, Any] = json.loads(line)
    return FrameLine(**fields) if "at" in fields else EndLine(**fields)


def pack_seen(seen: Seen, took: float) -> bytes:
    """The answer to a frame; `took` is seconds of work."""
    presence = seen.presence
    numbers = [[reading.value, reading.quality, reading.seconds] for reading in seen.readings]
    return _line(
        at=presence.at, readings=numbers, presence=[presence.faces, presence.dark, presence.eyes_closed], took=took
    )


def pack_refused() -> bytes:
    """The answer to a frame that MediaPipe would not take."""
    return _line(refused=True)


def unpack_seen(line: bytes) -> tuple[Seen, float] | None:
    """None for a frame that was refused; raises ValueError for what is no answer, an empty line included."""
    try:
        fields: dict[str, Any] = json.loads(line)
        if "refused" in fields:
            return None
        at = fields["at"]
        numbers = zip(FACE_CUES, fields["readings"], strict=True)
        readings = tuple(Reading(cue, at, value, quality, seconds) for cue, (value, quality, seconds) in numbers)
        return Seen(readings, Presence(at, *fields["presence"])), fields["took"]
    except (KeyError, TypeError):
        raise ValueError("not an answer to a frame") from None


def pack_ready(problem: str | None) -> bytes:
    """The first line: whether it can look, and if not why."""
    return _line(problem=problem)


def unpack_ready(line: bytes) -> str | None:
    """The problem, None for none; raises ValueError for anything else."""
    try:
        problem: str | None = json.loads(line)["problem"]
    except (KeyError, TypeError):
        raise ValueError("not the line a process starts with") from None
    return problem


def unknown(at: float) -> tuple[Reading, ...]:
    """Readings that say nothing, for a frame nobody could look at."""
    return tuple(Reading(cue, at, 0.0, 0.0, 0.0) for cue in FACE_CUES)


def _line(**fields: object) -> bytes:
    return json.dumps(fields).encode() + b"\n"
