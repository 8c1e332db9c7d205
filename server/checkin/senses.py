"""What a check-in needs of whatever watches voice and face for it; `perception` has it, behind `server.checkin.perceiver`.

All times are seconds into the check-in, on one clock. What is not known stays unknown: without a camera, a consent or a voice
there are simply fewer readings, and never a finding that all is well.
"""

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from perception.finding import Finding
from perception.fusion.baseline import VoiceUsual

Sense = Literal["voice", "camera"]
"""What a patient may allow to be measured, each by itself."""


class Senses(Protocol):
    """One patient's voice and face in one call. All but `settle` and `close` return at once and never raise."""

    def allow(self, sense: Sense, on: bool) -> None:
        """The patient allowed or withdrew it; after a withdrawal what it said and taught is gone."""
        ...

    def levels(self, trusted: bool) -> None:
        """Whether the patient's device leaves the loudness alone; false until it says so."""
        ...

    def sound(self, at: float, samples: npt.NDArray[np.int16], probability: float) -> None:
        """512 samples, 16 kHz mono, that ended at `at`, and the probability that they hold a voice. About 31 a second."""
        ...

    def turn_began(self, at: float) -> None:
        """The patient's voice began at `at`."""
        ...

    def turn_ended(self, at: float, text: str, says_fine: bool) -> None:
        """The voice ended at `at` and these were its words; `says_fine`: they say that all is well or understood."""
        ...

    def persona_speaks(self, at: float, *, on: bool) -> None:
        """The persona's sound begins, or has ended, to be played."""
        ...

    def picture(self, at: float, rgb: npt.NDArray[np.uint8]) -> None:
        """A frame of the patient's camera, at most 480 pixels long; handed over only while the patient allows it."""
        ...

    def line(self, at: float, *, muted: bool, camera: bool, connected: bool) -> None:
        """What is known of the patient's device."""
        ...

    def dispute(self, observable: str) -> None:
        """The patient says that this is not right."""
        ...

    def voice_usual(self) -> VoiceUsual:
        """How the patient times their speech, earlier check-ins included; no turns where it may not be known."""
        ...

    async def settle(self) -> Sequence[Finding]:
        """What is found as of the turn that just ended, its voice included. May be cancelled."""
        ...

    async def close(self) -> None:
        """Let go of everything; nothing is found any more."""
        ...


class Perception(Protocol):
    """The process's perception, shared by all check-ins."""

    @property
    def frames_every(self) -> float:
        """Seconds of media between two frames that a check-in hands over."""
        ...

    def watch(
        self, found: Callable[[Finding], None], stopped: Callable[[float], None], usual: VoiceUsual | None
    ) -> Senses:
        """A new patient, whose speech was timed as `usual` in earlier check-ins; what is not known any more is left out.

        `found` is called on the event loop with what has newly risen; `stopped`, before `Senses.sound` returns, when the voice
        has just stopped on a filler, with its length in seconds.
        """
        ...
