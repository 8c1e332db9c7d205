"""When a score becomes something that is said: hysteresis, and not again for a while. Pure."""

from perception.finding import AbsenceKind, Observable
from perception.fusion.table import Levels

Key = Observable | AbsenceKind
"""What rises and falls by itself: each observable, and each kind of absence."""


class Raising:
    """What is up, and since when what may page is."""

    def __init__(self, levels: Levels) -> None:
        self._levels = levels
        self._raised_at: dict[Key, float] = {}
        self._up: set[Key] = set()
        self._since: dict[Key, float] = {}

    def raises(self, key: Key, now: float, score: float, *, both: bool) -> bool:
        """Whether this is new: up now, and neither up before nor said within the refractory time. `both`: senses agree."""
        levels = self._levels
        if score < levels.page or not both:
            self._since.pop(key, None)
        else:
            self._since.setdefault(key, now)
        if score < levels.raised - levels.hysteresis:
            self._up.discard(key)
        if score < levels.raised or key in self._up:
            return False
        self._up.add(key)
        if now - self._raised_at.get(key, float("-inf")) < levels.refractory:
            return False
        self._raised_at[key] = now
        return True

    def is_up(self, key: Key) -> bool:
        """Whether it was raised and has not fallen since."""
        return key in self._up

    def lasts(self, key: Key, now: float) -> bool:
        """Whether it has been at the level that may page for long enough, both senses agreeing."""
        return key in self._since and now - self._since[key] >= self._levels.page_seconds
