"""The seam between a visit and its connection: one `Call`, whatever carries it."""

from collections.abc import Mapping
from typing import Protocol

from server.media.intake import Intake
from server.media.playout import Playout


class Call(Protocol):
    """One live connection to one patient; outlives the transports that come and go under it."""

    intake: Intake
    """The patient's sound, 16 kHz mono."""
    playout: Playout
    """The persona's sound on its way out, with exact positions."""

    def send(self, message: Mapping[str, object]) -> None:
        """Send one small message to the page; dropped and counted when nothing is connected."""
        ...

    async def close(self) -> None:
        """Release every task, socket and thread of this call; safe to repeat."""
        ...
