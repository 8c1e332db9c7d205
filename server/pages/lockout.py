"""How long an account must wait after wrong passwords; pure, so that it is tested by moving `now`.

Ten failures in a row lock for 15 minutes (NIST SP 800-63B allows up to 100; research/security.md §4 chooses 10).
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

FREE_FAILURES = 3
"""Wrong passwords in a row that cost no waiting: people mistype."""
LOCKING_FAILURES = 10
LOCK = timedelta(minutes=15)
ACCOUNTS_REMEMBERED = 10_000
"""Drop policy: the account that failed longest ago is forgotten first."""


@dataclass(frozen=True)
class Failures:
    """Wrong passwords in a row, and when the next try is allowed."""

    count: int
    next_try: datetime


def wait_after(count: int) -> timedelta:
    """The pause that follows the count-th failure in a row: 1 s, 2 s, 4 s … 64 s, then the lock."""
    if count < FREE_FAILURES:
        return timedelta(0)
    if count < LOCKING_FAILURES:
        return timedelta(seconds=2 ** (count - FREE_FAILURES))
    return LOCK


class Lockout:
    """Failures per account name, known or not, so that the answer never tells which accounts exist."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, Failures] = OrderedDict()

    def must_wait(self, account: str, now: datetime) -> timedelta:
        """How long until the next try is looked at; zero when it may be now."""
        failures = self._failures.get(account)
        return max(failures.next_try - now, timedelta(0)) if failures else timedelta(0)

    def failed(self, account: str, now: datetime) -> int:
        """Count one more failure and return how many there are in a row."""
        count = self._failures[account].count + 1 if account in self._failures else 1
        self._failures[account] = Failures(count, now + wait_after(count))
        self._failures.move_to_end(account)
        while len(self._failures) > ACCOUNTS_REMEMBERED:
            self._failures.popitem(last=False)
        return count

    def succeeded(self, account: str) -> None:
        self._failures.pop(account, None)
