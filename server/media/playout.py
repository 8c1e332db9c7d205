"""The persona's sound on its way out: buffered by utterance, drained in real time, positions known to the sample.

What this buffer has handed to the wire is what the patient can have heard; the heard-word ledger rests on it.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from server.vocabulary.speech import VisemeTiming, WordTiming

SAMPLE_RATE = 48_000
"""Hertz, mono: the clock rate of Opus over RTP (RFC 7587 §4)."""
FRAME_SAMPLES = 960
"""20 ms, one Opus frame."""
_FRAME_BYTES = FRAME_SAMPLES * 2


@dataclass
class Utterance:
    """One reply of the persona: everything between two flushes."""

    number: int
    pcm: bytearray = field(default_factory=bytearray)
    read: int = 0
    """Bytes handed to the wire."""
    complete: bool = False
    """No more sound will be added."""
    starts_at: int | None = None
    """Sample of the outgoing track at which it began, None before that."""
    words: list[WordTiming] = field(default_factory=list)
    visemes: list[VisemeTiming] = field(default_factory=list)

    @property
    def played(self) -> float:
        """Seconds of it handed to the wire."""
        return self.read / 2 / SAMPLE_RATE

    def heard(self) -> str:
        """The words whose sound has begun to play."""
        return "".join(word.text for word in self.words if word.start < self.played).strip()

    def sentences(self) -> tuple[str, ...]:
        """The sentences synthesized for it so far."""
        found: list[str] = []
        for word in self.words:
            if word.opens or not found:
                found.append("")
            found[-1] += word.text
        return tuple(sentence.strip() for sentence in found)


@dataclass(frozen=True)
class PlayoutEvent:
    """Something the wire did to an utterance."""

    what: Literal["started", "word", "visemes", "finished", "cut"]
    utterance: Utterance
    visemes: tuple[VisemeTiming, ...] = ()
    """For `visemes`: the mouth shapes that became known."""


class Playout:
    """The outgoing buffer of a call; one writer (the voice), one reader (the track), many listeners."""

    def __init__(self) -> None:
        self._queue: deque[Utterance] = deque()
        self._writing: Utterance | None = None
        self._count = 0
        self._listeners: list[Callable[[PlayoutEvent], None]] = []
        self._shown = ""
        self.paused = False
        self.silenced = False
        """True while a nurse has the floor: whatever is written is cut off before a sample of it is handed on."""

    def listen(self, listener: Callable[[PlayoutEvent], None]) -> None:
        """Call `listener` on the event loop for everything that happens from now on."""
        self._listeners.append(listener)

    def number_after(self, used: int) -> None:
        """Number utterances from `used` + 1 on: a page that outlived the server must not see a number twice."""
        self._count = used

    @property
    def busy(self) -> bool:
        """Whether anything is queued or playing."""
        return bool(self._queue)

    def write(self, pcm: bytes, words: list[WordTiming], visemes: list[VisemeTiming]) -> None:
        """Add sound (16-bit mono 48 kHz) with the timings that became known, in seconds from the utterance's start."""
        utterance = self._writing
        if utterance is None:
            self._count += 1
            utterance = self._writing = Utterance(self._count)
            self._queue.append(utterance)
        utterance.pcm += pcm
        utterance.words += words
        utterance.visemes += visemes
        if visemes and utterance.starts_at is not None:
            self._tell(PlayoutEvent("visemes", utterance, tuple(visemes)))

    def finish_writing(self) -> None:
        """The utterance being written is complete."""
        if self._writing is not None:
            self._writing.complete = True
            self._writing = None

    def clear(self) -> None:
        """Barge-in: drop everything not yet handed to the wire, at once."""
        dropped, self._queue = list(self._queue), deque()
        self._writing = None
        for utterance in dropped:
            self._tell(PlayoutEvent("cut", utterance))

    def pull(self, at: int) -> bytes | None:
        """20 ms of sound for track sample `at`, or None for silence."""
        if self.silenced and self._queue:
            self.clear()
        while self._queue and not self.paused:
            utterance = self._queue[0]
            frame = bytes(utterance.pcm[utterance.read : utterance.read + _FRAME_BYTES])
            if len(frame) < _FRAME_BYTES and not utterance.complete:
                return None
            if frame:
                self._advance(utterance, len(frame), at)
            if utterance.complete and utterance.read >= len(utterance.pcm):
                self._queue.popleft()
                self._tell(PlayoutEvent("finished", utterance))
            if frame:
                return frame.ljust(_FRAME_BYTES, b"\0")
        return None

    def _advance(self, utterance: Utterance, size: int, at: int) -> None:
        if utterance.starts_at is not None and at < utterance.starts_at + utterance.read // 2:
            utterance.starts_at = at - utterance.read // 2  # a new track counts its samples from 0 again
        utterance.read += size
        if utterance.starts_at is None:
            utterance.starts_at = at
            self._tell(PlayoutEvent("started", utterance))
            self._tell(PlayoutEvent("visemes", utterance, tuple(utterance.visemes)))
        heard = utterance.heard()
        if heard != self._shown:
            self._shown = heard
            self._tell(PlayoutEvent("word", utterance))

    def _tell(self, event: PlayoutEvent) -> None:
        for listener in self._listeners:
            listener(event)
