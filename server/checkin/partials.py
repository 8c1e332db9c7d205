"""Words of a turn that is not finished: an emergency counts once it stands in two partial transcripts in a row."""

from collections.abc import Sequence

from server.vocabulary.findings import TriggerHit


class Partials:
    """What the last partial transcript held."""

    def __init__(self) -> None:
        self._last: frozenset[str] = frozenset()

    def stable(self, hits: Sequence[TriggerHit]) -> list[TriggerHit]:
        """Those of a new partial that the last one held, too."""
        stable = [hit for hit in hits if hit.trigger in self._last]
        self._last = frozenset(hit.trigger for hit in hits)
        return stable

    def clear(self) -> None:
        """The turn is over."""
        self._last = frozenset()
