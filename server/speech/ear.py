"""Who else listens to the patient while speech does: told of every window, and of where turns begin and end."""

from typing import Protocol


class Ear(Protocol):
    """Called on the event loop between two windows of sound: every method returns at once and never raises."""

    def window(self, sound: bytes, probability: float) -> None:
        """One window of 512 samples, 16 kHz mono, 16-bit little-endian, and its probability of voice; 31 a second."""
        ...

    def turn_began(self, ago: float) -> None:
        """The patient's voice began `ago` seconds ago."""
        ...

    def turn_ended(self, text: str, silence: float) -> None:
        """The turn is over and these are its words; the voice ended `silence` seconds ago."""
        ...
