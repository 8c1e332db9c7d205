"""What voice and face show, on its way from the call to the conversation, and what the patient allows of it.

Owns one check-in's senses: hands them sound, turns and pictures, only with consent and never in the way of the sound; what
they find becomes events. Holds no rule: what a finding means is the conversation's.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import get_args

import numpy as np

from perception.finding import Evidence, Finding
from perception.fusion.baseline import VoiceUsual
from perception.reading import Cue
from server.checkin.senses import Sense, Senses
from server.checkin.setting import Setting
from server.media.playout import PlayoutEvent
from server.media.sight import Picture, Sight
from server.record.privacy import log
from server.vocabulary import events as e
from server.vocabulary.findings import CueEvidence, CueUsual

_logger = logging.getLogger(__name__)

_SETTLED_WITHIN = 0.15
"""Seconds that a turn waits for what its voice showed: a third of what the classifier is given, and longer than ten seconds of
speech take to measure (research/perception.md section 3: 5 ms a second)."""
_MOST_EVIDENCE = 8
"""Measurements kept of a finding, the strongest first."""
SENSES: tuple[Sense, ...] = get_args(Sense)


class Noticing:
    """Implements speech's `Ear`."""

    def __init__(
        self,
        setting: Setting,
        sight: Sight,
        says_fine: Callable[[str], bool],
        seen: Callable[[e.CueNoticed], None],
        stopped: Callable[[float], None],
        past: Sequence[e.Event],
    ) -> None:
        """`says_fine`: whether words say that all is well; `seen`: called with what was found outside of a turn; `stopped`:
        with the length of the filler that the voice has just stopped on; `past`: says what the patient allowed so far."""
        perception = setting.perception
        self._zero = asyncio.get_running_loop().time() - setting.elapsed
        self._every = perception.frames_every if perception is not None else None
        self._sight = sight
        self._says_fine = says_fine
        self._seen = seen
        self._senses: Senses | None = None
        if perception is not None:
            self._senses = perception.watch(self._found, stopped, timing_of(setting.voice_usual))
        self._heard_turns = False
        """The patient was listened to in this check-in."""
        self._allowed: dict[Sense, bool] = dict.fromkeys(SENSES, False)
        self._line = {"muted": False, "camera": False, "connected": False}
        self._broken = False
        """They failed once, and are told nothing more."""
        self._looking: asyncio.Task[None] | None = None
        self._take_up(past)

    def now(self) -> float:
        """Seconds into the check-in."""
        return asyncio.get_running_loop().time() - self._zero

    def allow(self, sense: Sense, on: bool) -> None:
        """The patient allows or withdraws it; at once."""
        self._allowed[sense] = on
        if sense == "camera" and self._senses is not None:
            self._sight.look(self._every if on else None)
            self._looking = self._looking or asyncio.create_task(self._look(), name="noticing-look")
        self._give(lambda senses: senses.allow(sense, on))

    def _take_up(self, past: Sequence[e.Event]) -> None:
        """Where the journal left it: the last word on each consent."""
        said = {event.what: event.allowed for event in past if isinstance(event, e.ConsentChanged)}
        self._line["camera"] = said.get("camera", False)
        for sense in SENSES:
            if said.get("voice_cues" if sense == "voice" else "camera_cues", False):
                self.allow(sense, on=True)

    # Ear

    def window(self, sound: bytes, probability: float) -> None:
        """See `Ear.window`."""
        if self._allowed["voice"]:
            self._give(lambda senses: senses.sound(self.now(), np.frombuffer(sound, np.int16), probability))

    def turn_began(self, ago: float) -> None:
        """See `Ear.turn_began`."""
        if self._allowed["voice"]:
            self._give(lambda senses: senses.turn_began(self.now() - ago))

    def turn_ended(self, text: str, silence: float) -> None:
        """See `Ear.turn_ended`."""
        if self._allowed["voice"]:
            self._heard_turns = True
            self._give(lambda senses: senses.turn_ended(self.now() - silence, text, self._says_fine(text)))

    # The call

    def on_playout(self, event: PlayoutEvent) -> None:
        """Follow the persona's sound."""
        if event.what in ("started", "finished", "cut"):
            self._give(lambda senses: senses.persona_speaks(self.now(), on=event.what == "started"))

    def line(self, **changes: bool) -> None:
        """What changed of `muted`, `camera` and `connected`."""
        self._line |= changes
        self._give(lambda senses: senses.line(self.now(), **self._line))

    def levels(self, trusted: bool) -> None:
        """Whether the patient's device leaves the loudness alone."""
        self._give(lambda senses: senses.levels(trusted))

    def dispute(self, observable: str) -> None:
        """The patient says that this is not right."""
        self._give(lambda senses: senses.dispute(observable))

    async def of_turn(self) -> list[e.CueNoticed]:
        """What was found in the turn that just ended, as far as it is known in time."""
        if self._senses is None or self._broken:
            return []
        try:
            async with asyncio.timeout(_SETTLED_WITHIN):
                return [noticed(finding, "turn") for finding in await self._senses.settle()]
        except TimeoutError:
            log(_logger, logging.WARNING, "noticing_late")
        except Exception as error:  # noqa: BLE001  whatever befalls the senses, the turn is judged
            self._failed(error)
        return []

    def learned(self) -> e.VoiceTimingLearned | None:
        """How the patient times their speech, to start the next check-in from; None unless they allow it to the end."""
        if self._senses is None or self._broken or not (self._allowed["voice"] and self._heard_turns):
            return None
        try:
            usual = self._senses.voice_usual()
        except Exception as error:  # noqa: BLE001  whatever befalls the senses, the check-in can end
            self._failed(error)
            return None
        cues = tuple(CueUsual(cue.value, usual.centers[cue], usual.spreads[cue]) for cue in usual.centers)
        return e.VoiceTimingLearned(usual.turns, cues) if usual.turns and cues else None

    def _give(self, hand: Callable[[Senses], None]) -> None:
        """Hand something to the senses; a failure of theirs ends them, and neither the sound nor the check-in."""
        if self._senses is None or self._broken:
            return
        try:
            hand(self._senses)
        except Exception as error:  # noqa: BLE001  the root of what the senses are told: hearing must go on
            self._failed(error)

    def _failed(self, error: Exception) -> None:
        if not self._broken:
            log(_logger, logging.ERROR, "noticing_failed", error=type(error).__name__)
        self._broken = True
        self._sight.look(None)

    async def close(self) -> None:
        """Look and listen no more."""
        self._sight.look(None)
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        if self._senses is not None:
            await self._senses.close()

    def _found(self, finding: Finding) -> None:
        self._seen(noticed(finding, "speaking"))

    async def _look(self) -> None:
        while True:
            self._see(await self._sight.next())

    def _see(self, picture: Picture) -> None:
        if self._allowed["camera"]:
            self._give(lambda senses: senses.picture(picture.at - self._zero, picture.rgb))


def timing_of(learned: e.VoiceTimingLearned | None) -> VoiceUsual | None:
    """What an earlier check-in put on record; measurements that are not known any more are left out."""
    if learned is None:
        return None
    known = [one for one in learned.cues if one.cue in {cue.value for cue in Cue}]
    return VoiceUsual(
        learned.turns, {Cue(one.cue): one.center for one in known}, {Cue(one.cue): one.spread for one in known}
    )


def noticed(finding: Finding, moment: e.CueMoment) -> e.CueNoticed:
    """A finding as an event; the conversation gives it the name of its cue."""
    evidence = tuple(_evidence(one) for one in finding.evidence[:_MOST_EVIDENCE])
    return e.CueNoticed(
        cue=finding.observable.value,
        score=round(finding.score, 6),
        at=round(finding.at, 2),
        moment=moment,
        observable=finding.observable.value,
        confidence=round(finding.confidence, 3),
        absence=finding.absence or "",
        evidence=evidence,
        bias=round(finding.bias + sum(one.contribution for one in finding.evidence[_MOST_EVIDENCE:]), 6),
        baseline_suspect=finding.baseline_suspect,
        model=finding.model,
        calibration=finding.calibration,
    )


def _evidence(one: Evidence) -> CueEvidence:
    return CueEvidence(
        one.cue.value,
        round(one.end, 2),
        round(one.value, 4),
        round(one.usual, 4),
        round(one.deviation, 3),
        round(one.contribution, 6),
    )
