"""The way between a patient's call and a nurse who has joined it: who hears and sees whom, and from when on.

The nurse hears both sides mixed; the patient hears the persona and, once the floor is hers, the nurse. The persona's
playout is read exactly once, by the patient's track, so the positions of the heard-word ledger stay what they are.
"""

from collections.abc import Callable

import av

from server.media.intake import Intake
from server.media.pictures import Pictures
from server.media.playout import SAMPLE_RATE, Playout
from server.media.voices import SILENCE, Voice, mixed


class Bridge:
    """One call's way to a nurse; costs nothing while nobody is on it."""

    def __init__(self, playout: Playout) -> None:
        self._playout = playout
        self.occupied = False
        """A nurse hears and sees the patient."""
        self.open = False
        """The patient hears and sees the nurse."""
        self.written: Callable[[bytes], None] | None = None
        """Gets what a nurse with the floor says, 16 kHz, to be written down."""
        self.patient, self.persona, self.nurse = Voice(), Voice(), Voice()
        self.of_patient, self.of_nurse = Pictures(), Pictures()
        self.listen(on=False)

    def listen(self, *, on: bool) -> None:
        """Let a nurse hear and see, or nobody; either way the patient hears only the persona."""
        self.occupied = on
        self.of_patient.show(on=on)
        self.speak(on=False)
        for voice in (self.patient, self.persona):
            voice.clear()

    def speak(self, *, on: bool) -> None:
        """Give the nurse the floor, with the persona silent whatever it still wants to say; or give it back."""
        self.open = self._playout.silenced = on
        self.of_nurse.show(on=on)
        self.nurse.clear()


class ToPatient:
    """What the patient hears."""

    def __init__(self, playout: Playout, bridge: Bridge) -> None:
        self._playout = playout
        self._bridge = bridge

    def pull(self, at: int) -> bytes | None:
        """See `Sound.pull`."""
        said, bridge = self._playout.pull(at), self._bridge
        if bridge.occupied:
            bridge.persona.push(said or SILENCE)
        return mixed((said, bridge.nurse.pull())) if bridge.open else said


class ToNurse:
    """What the nurse hears."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge

    def pull(self, at: int) -> bytes | None:
        """See `Sound.pull`."""
        return mixed((self._bridge.patient.pull(), self._bridge.persona.pull()))


class PatientEar:
    """Takes the patient's sound in: for the listener always, for a nurse while there is one."""

    def __init__(self, intake: Intake, bridge: Bridge) -> None:
        self._intake = intake
        self._bridge = bridge
        self._to_listener = av.AudioResampler(format="s16", layout="mono", rate=16_000)
        self._to_nurse = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)

    def hear(self, frame: av.AudioFrame) -> None:
        """One decoded frame."""
        for piece in self._to_listener.resample(frame):
            self._intake.push(_samples(piece))
        if self._bridge.occupied and not self._intake.muted:
            for piece in self._to_nurse.resample(frame):
                self._bridge.patient.push(_samples(piece))


class NurseEar:
    """Takes the nurse's sound in."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
        self._to_captions = av.AudioResampler(format="s16", layout="mono", rate=16_000)

    def hear(self, frame: av.AudioFrame) -> None:
        """One decoded frame."""
        written = self._bridge.written
        if written is not None and self._bridge.open:
            for piece in self._to_captions.resample(frame):
                written(_samples(piece))
        for piece in self._resampler.resample(frame):
            self._bridge.nurse.push(_samples(piece))


def _samples(frame: av.AudioFrame) -> bytes:
    return bytes(frame.planes[0])[: frame.samples * 2]
