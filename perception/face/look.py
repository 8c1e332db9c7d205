"""What one look at a patient's face came to."""

from dataclasses import dataclass

from perception.reading import Presence, Reading


@dataclass(frozen=True)
class Look:
    """The answer to one frame."""

    at: float
    """The frame's own media time, seconds on the session's clock."""
    readings: tuple[Reading, ...]
    """One for each face cue; quality 0 where nothing can be said."""
    presence: Presence | None
    """None: nobody could look."""
    took_ms: float
    """Milliseconds from the frame handed in to this answer."""
