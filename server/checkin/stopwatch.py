"""Where the time of a reply goes, from the patient's last sound to the persona's first."""

import asyncio
import itertools

from server.speech.listener import TurnEnd
from server.vocabulary.events import TurnTimed


class Stopwatch:
    """One check-in's; times one reply at a time."""

    def __init__(self) -> None:
        self._decided_at = 0.0
        self._begun: tuple[TurnEnd, float, float] | None = None

    def decided(self) -> None:
        """The reply to the turn that just ended is known."""
        self._decided_at = asyncio.get_running_loop().time()

    def voiced(self, end: TurnEnd, first_frame: float) -> None:
        """Its first sound was made at loop time `first_frame`."""
        self._begun = (end, self._decided_at, first_frame)

    def played(self, turn: int) -> TurnTimed | None:
        """Its first sound is on the wire now; None where this is no reply to a spoken turn."""
        if self._begun is None:
            return None
        (end, decided, first_frame), self._begun = self._begun, None
        now = asyncio.get_running_loop().time()
        times = (end.voice_ended, end.silence_met, end.recognized, decided, first_frame, now)
        end_of_turn, recognizer, policy, voice, playout = (
            round((after - before) * 1000, 1) for before, after in itertools.pairwise(times)
        )
        return TurnTimed(turn, end_of_turn, recognizer, policy, voice, playout)
