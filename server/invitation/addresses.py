"""Step 1 of a visit: how often one internet address may knock. Pure: the time is fed in.

The five tries of a link stop guessing; this only keeps one address from keeping the records busy.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address, ip_address

MOST_AT_ONCE = 30
"""Requests of a full bucket; opening the page takes three."""
PER_SECOND = 0.5
"""Refill; a household or a clinic's waiting room may share one address."""
ADDRESSES_REMEMBERED = 4096
"""Drop policy: the address that knocked longest ago is forgotten first."""


@dataclass(frozen=True)
class _Bucket:
    left: float
    at: datetime


class Addresses:
    """A token bucket per address; a home's whole IPv6 network counts as one address (RFC 6177)."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def allows(self, address: str, now: datetime) -> bool:
        """Take one permission of this address if there is one."""
        network = _network(address)
        bucket = self._buckets.get(network, _Bucket(MOST_AT_ONCE, now))
        passed = max(0.0, (now - bucket.at).total_seconds())
        left = min(float(MOST_AT_ONCE), bucket.left + passed * PER_SECOND)
        allowed = left >= 1.0
        self._buckets[network] = _Bucket(left - 1.0 if allowed else left, now)
        self._buckets.move_to_end(network)
        while len(self._buckets) > ADDRESSES_REMEMBERED:
            self._buckets.popitem(last=False)
        return allowed

    def __len__(self) -> int:
        return len(self._buckets)


def _network(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)
