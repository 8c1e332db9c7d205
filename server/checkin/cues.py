"""From what was noticed to what the check-in does about it: more time, a gentle question, or only a line on record.

Everything that moves the conversation goes through the check-in's worker, like a turn.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from server.checkin.noticing import Noticing
from server.checkin.senses import Sense
from server.checkin.setting import Setting
from server.checkin.thread import Thread
from server.checkin.worker import Worker
from server.conversation.cues import moment_of
from server.conversation.state import Decision
from server.media.sight import Sight
from server.speech.session import SpeechSession
from server.vocabulary import events as e


@dataclass(frozen=True)
class Deeds:
    """What the check-in does for its cues."""

    post: Callable[[e.Event], object]
    """Put on record."""
    tell: Callable[[Decision, e.Event], Awaitable[None]]
    """Put on record and say."""
    speech: Callable[[], SpeechSession]
    """Where the end of a turn can be put off."""
    silence: Callable[[], float | None]
    """Seconds for which nobody has spoken."""


class Cues:
    """One check-in's."""

    def __init__(
        self, setting: Setting, sight: Sight, past: Sequence[e.Event], thread: Thread, worker: Worker, deeds: Deeds
    ) -> None:
        self.noticing = Noticing(setting, sight, thread.says_fine, self._found, self._stopped, past)
        self._pack = setting.pack
        self._thread = thread
        self._worker = worker
        self._deeds = deeds

    def allow(self, sense: Sense, on: bool) -> None:
        """The patient allows voice or face to be measured, or withdraws it: from now on, not from when it is recorded."""
        self.noticing.allow(sense, on)
        self._deeds.post(e.ConsentChanged("voice_cues" if sense == "voice" else "camera_cues", on))

    def dispute(self, cue: str, at: float) -> "asyncio.Future[None]":
        """The patient says that what was noticed at `at` is not right."""
        return self._worker.do("dispute", lambda: self._dispute(cue, at))

    def learned(self) -> tuple[e.VoiceTimingLearned, ...]:
        """What is kept at the end: how the patient times their speech, if they allow it."""
        found = self.noticing.learned()
        return (found,) if found is not None else ()

    async def of_turn(self) -> None:
        """Take in what was found in the turn that is about to be judged. Only for a step of the worker."""
        for found in await self.noticing.of_turn():
            await self._take(found)

    def _found(self, found: e.CueNoticed) -> None:
        if self._thread.recognized(found) is not None:  # most of what is found is nothing new
            self._worker.do("cue", lambda: self._take(self._now(found)))

    def _stopped(self, filler: float) -> None:
        """At once, and not on record: the turn may end with the next window, and this changes nothing but when."""
        self._deeds.speech().linger(self._thread.holds_after(filler))

    def _now(self, found: e.CueNoticed) -> e.CueNoticed:
        return replace(found, moment=moment_of(self._pack, self._deeds.silence()))

    async def _take(self, found: e.CueNoticed) -> None:
        seen = self._thread.recognized(found)
        if seen is None or self._thread.state.mode == "ended":
            return
        decision = self._thread.cue(seen)
        self._deeds.speech().hold(decision.holds)
        if decision.lines:
            await self._deeds.tell(decision, seen)
        else:
            self._deeds.post(seen)

    async def _dispute(self, cue: str, at: float) -> None:
        if cue in dict(self._thread.state.noticed.last):
            self._thread.disputed(cue)
            self.noticing.dispute(self._pack.cues[cue].observable or cue)
            self._deeds.post(e.CueDisputed(cue, at))
