"""What one patient's voice and face have shown so far: readings in on the session's clock, findings out. Pure.

It raises questions and never answers them: a finding may buy time, one gentle question, or a nurse's look when both senses
agree for a while. What the patient says is wrong counts for less from then on; nothing here takes back what words have done.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from perception.finding import AbsenceKind, Finding, Observable
from perception.fusion.absence import Absence, Line
from perception.fusion.accumulator import Accumulator
from perception.fusion.baseline import Baseline, Flags, VoiceUsual
from perception.fusion.calibration import Calibration
from perception.fusion.latest import Latest, Taken
from perception.fusion.mismatch import Mismatch, SaidOk
from perception.fusion.model import EvidenceModel
from perception.fusion.raising import Raising
from perception.fusion.strip import Strip, Timeline
from perception.fusion.table import SCORED
from perception.reading import Cue, Modality, Presence, Reading


@dataclass(frozen=True)
class Dispute:
    """The patient said that what was noticed is wrong."""

    at: float
    observable: Observable
    score: float
    """What it was when they said so."""


class PerceptionSession:
    """One patient in one call. Feed it in the order of time, step it some five times a second."""

    def __init__(
        self, model: EvidenceModel, calibration: Calibration | None = None, usual: VoiceUsual | None = None
    ) -> None:
        table = model.table
        self._table = table
        self._model = model
        self._baseline = Baseline(table, usual)
        self._latest = Latest(table)
        self._accumulator = Accumulator(model, calibration or Calibration.prior(table.evidence))
        self._mismatch = Mismatch(table)
        self._absence = Absence(table.absence, table.absence.presence_stale)
        self._raising = Raising(table.levels)
        self._strip = Strip(table)
        self._shifts = dict.fromkeys(Observable, 0.0)
        self._withdrawn: set[Modality] = set()
        self._crowded = False
        self._action = np.array([row.action for row in table.cues])
        self._pitch = table.index(Cue.PITCH_ANGLE)
        self._now: float | None = None
        self._kind: AbsenceKind = "thinking"

    def __reduce__(self) -> NoReturn:
        """Neither pickled nor copied."""
        raise TypeError("a face baseline never leaves its call; take voice_usual()")

    @property
    def baseline_suspect(self) -> bool:
        """Whether the patient was far from other people's usual from the start."""
        return self._baseline.suspect

    def feed(self, readings: Iterable[Reading]) -> None:
        """Measurements of voice and face; those of a sense that was withdrawn are dropped."""
        for reading in readings:
            if reading.cue.modality not in self._withdrawn:
                self._latest.add(reading)

    def presence(self, presence: Presence) -> None:
        """Who the camera sees. With two faces nobody can say whose is judged, so neither is."""
        if "face" not in self._withdrawn:
            self._crowded = presence.faces > 1
            self._absence.see(presence)

    def line(self, line: Line) -> None:
        """Microphone and camera were switched."""
        self._absence.line = Line(line.muted, line.camera and "face" not in self._withdrawn)

    def arrived(self, at: float) -> None:
        """Media came from the patient's device."""
        self._absence.arrive(at)

    def heard(self, at: float) -> None:
        """Patient or persona could be heard."""
        self._absence.hear(at)

    def spoken_to(self, at: float, *, on: bool) -> None:
        """The persona began, or ended, to speak: while it does, nobody owes an answer."""
        self._absence.spoken_to = on
        self._absence.hear(at)

    def turn(self, *, said_ok: SaidOk | None = None) -> None:
        """The patient's turn is over and its readings are fed; `said_ok` where its words say that all is well."""
        taught = self._latest.end_turn()
        self._baseline.learn(self._latest.value, self._latest.quality, taught, quiet=self._quiet)
        if said_ok is not None:
            self._mismatch.say(said_ok)

    def step(self, now: float) -> tuple[Finding, ...]:
        """Lets time pass up to `now`; what has newly risen. The same moment again, or an earlier one, changes nothing."""
        dt = 0.0 if self._now is None else now - self._now
        if dt < 0 or now == self._now:
            return ()
        self._now = now
        taken = self._latest.take(now, dt, self._unknown())
        self._accumulator.step(taken, self._baseline, self._latest, dt)
        self._learn_face(taken)
        self._notice_mismatch(now, sees=bool((taken.quality * self._baseline.known)[~self._table.voice].any()))
        self._strip.add(now, self._accumulator.contributions, self._accumulator.scores)
        self._kind, absent = self._absence.likeliest(now, self._shifts[Observable.ABSENCE])
        raised = [
            observable
            for observable, score, both in self._scores(now)
            if self._raising.raises(observable, now, score, both=both)
        ]
        raised += [Observable.ABSENCE] * self._raising.raises(self._kind, now, absent, both=False)
        return self._found(raised)

    def current(self, observable: Observable) -> Finding | None:
        """As of the last step, raised or not; None before the first, or where there is no mismatch."""
        now = self._now
        if now is None:
            return None
        if observable is Observable.MISMATCH:
            return self._mismatch.finding(now, self._shifts[observable])
        if observable is Observable.ABSENCE:
            return self._absence.finding(self._kind, now, self._model.name, self._shifts[observable])
        return self._accumulator.finding(observable, now, suspect=self.baseline_suspect)

    def raised(self) -> tuple[Finding, ...]:
        """Everything that has risen and not fallen since."""
        return self._found(one for one in Observable if self._raising.is_up(self._key(one)))

    def lasting(self) -> tuple[Finding, ...]:
        """What both senses agree on, at the level that a nurse may be asked to look at, for as long as that takes."""
        return self._found(one for one in Observable if self._raising.lasts(self._key(one), self._now or 0.0))

    def timeline(self) -> Timeline:
        """The last seconds, for the nurse."""
        return self._strip.timeline(self._now or 0.0)

    def dispute(self, observable: Observable) -> Dispute:
        """The patient says that it is wrong: it counts for less in this call. What is returned is for the record."""
        numbers, finding = self._table.dispute, self.current(observable)
        dispute = Dispute(self._now or 0.0, observable, finding.score if finding else 0.0)
        self._shifts[observable] = max(-numbers.most, self._shifts[observable] + numbers.shift)
        self._accumulator.shift = np.array([self._shifts[scored] for scored in SCORED])
        return dispute

    def withdraw(self, modality: Modality) -> None:
        """The patient no longer wants to be looked at, or listened to in this way: what it said and taught is gone."""
        self._withdrawn.add(modality)
        voice = self._table.voice
        self._latest.forget(voice if modality == "voice" else ~voice)
        self._accumulator.forget(modality)
        self._mismatch.forget()
        self._strip.forget()
        self._baseline.forget(modality)
        if modality == "face":
            self._absence.forget_face()

    def allow(self, modality: Modality) -> None:
        """The patient allows it, again or for the first time: it begins anew."""
        self._withdrawn.discard(modality)

    def voice_usual(self) -> VoiceUsual:
        """How this patient times their speech, for the next check-in; of the face there is nothing to keep."""
        return self._baseline.voice_usual()

    @property
    def _quiet(self) -> bool:
        return bool((self._accumulator.scores < self._table.levels.quiet).all())

    def _unknown(self) -> Flags:
        """[F] what says nothing now: every face while there are two, movements of one that is nodded."""
        if self._crowded:
            return ~self._table.voice
        angle, quality = self._latest.value[self._pitch], self._latest.quality[self._pitch]
        usual, known = self._baseline.mu[self._pitch], self._baseline.known[self._pitch]
        nodded = quality > 0 and known >= 1 and abs(angle - usual) > self._table.evidence.pose
        unknown: Flags = self._action & nodded
        return unknown

    def _learn_face(self, taken: Taken) -> None:
        self._baseline.learn(taken.value, taken.quality, taken.amount, quiet=self._quiet)

    def _notice_mismatch(self, now: float, *, sees: bool) -> None:
        rise = self._accumulator.contributions - self._strip.before(now - self._table.mismatch.look_back)
        suspect = self.baseline_suspect
        self._mismatch.step(
            now,
            rise,
            lambda observable, parts: self._accumulator.finding(observable, now, parts, suspect=suspect),
            sees=sees,
        )

    def _scores(self, now: float) -> Iterable[tuple[Observable, float, bool]]:
        """Each with whether both senses agree."""
        yield from zip(SCORED, self._accumulator.scores.tolist(), self._accumulator.agreed(), strict=True)
        mismatch = self._mismatch.finding(now, self._shifts[Observable.MISMATCH])
        if mismatch is not None:
            yield Observable.MISMATCH, mismatch.score, len(mismatch.modalities) > 1

    def _key(self, observable: Observable) -> Observable | AbsenceKind:
        return self._kind if observable is Observable.ABSENCE else observable

    def _found(self, observables: Iterable[Observable]) -> tuple[Finding, ...]:
        return tuple(finding for observable in observables if (finding := self.current(observable)) is not None)
