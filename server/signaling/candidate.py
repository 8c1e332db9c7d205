"""Step 2 of a visit: one ICE candidate of the patient's page, read and judged before anything sends a packet to it.

Pure. Must never look up a name and must never let a page aim the server's connectivity checks at the server's own
network: aioice was measured sending STUN to any address a page named (research/security.md §5).
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_CANDIDATE = re.compile(
    r"(?:candidate:)?([A-Za-z0-9+/]{1,32}) ([0-9]{1,3}) ([A-Za-z]{1,8}) ([0-9]{1,10}) ([0-9A-Za-z.:-]{1,255}) "
    r"([0-9]{1,5}) typ (host|srflx|prflx|relay)(?: [\x21-\x7e]+)*"
)
"""RFC 8839 §5.1; a foundation is 1 to 32 ICE characters."""
_MDNS_NAME = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.local")
"""Browsers hide host addresses behind a random UUID name (draft-ietf-mmusic-mdns-ice-candidates §3.1.1)."""
_MID = re.compile(r"[\x21-\x7e]{1,64}")
_LONGEST = 512
"""Characters of one candidate line; Chrome's longest is about 150."""
_METADATA = frozenset(ipaddress.ip_address(text) for text in ("169.254.169.254", "100.100.100.200", "fd00:ec2::254"))
"""Where clouds answer with credentials: never probed, not even on a local network."""
_EMBEDS_IPV4 = ipaddress.ip_network("64:ff9b::/96")
"""NAT64 (RFC 6052 §2.1): the last 32 bits are an IPv4 address."""


@dataclass(frozen=True)
class CandidatePolicy:
    """Which addresses of a page the server may send connectivity checks to."""

    lan: bool = False
    """True where patients sit on the server's own network or machine; lets private and loopback addresses pass."""
    mdns: bool = False
    """True where the server can resolve `.local` names. Without it a page's own checks still arrive and connect it."""


@dataclass(frozen=True)
class Candidate:
    """One address at which the patient's browser may be reached over UDP."""

    foundation: str
    priority: int
    address: str
    """An IP address in its canonical form, or a `.local` name where the policy allows those."""
    port: int
    kind: Literal["host", "srflx", "prflx", "relay"]
    mid: str | None
    """The media section it belongs to; one of `mid` and `line` is always given."""
    line: int | None

    @property
    def text(self) -> str:
        """The attribute value without its `candidate:` prefix, rebuilt, so that nothing unread travels on.

        The related address is left out: it would only record the patient's home network.
        """
        return f"{self.foundation} 1 udp {self.priority} {self.address} {self.port} typ {self.kind}"


def read_candidate(text: str, mid: str | None, line: int | None, policy: CandidatePolicy) -> Candidate | None:
    """The candidate, or None where it is malformed, of no use to us (TCP, RTCP), or points where it must not."""
    match = _CANDIDATE.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    if match is None or not _names_a_section(mid, line):
        return None
    foundation, component, transport, priority, host, port, kind = match.groups()
    address = _allowed_address(host, policy)
    in_range = 0 < int(priority) < 2**31 and 0 < int(port) < 2**16
    if address is None or not in_range or int(component) != 1 or transport.lower() != "udp":
        return None
    return Candidate(foundation, int(priority), address, int(port), _kind(kind), mid, line)


def _names_a_section(mid: str | None, line: int | None) -> bool:
    if mid is not None and not _MID.fullmatch(mid):
        return False
    if line is not None and not 0 <= line < 256:
        return False
    return mid is not None or line is not None


def _kind(text: str) -> Literal["host", "srflx", "prflx", "relay"]:
    match text:
        case "host" | "srflx" | "prflx":
            return text
        case _:
            return "relay"


def _allowed_address(host: str, policy: CandidatePolicy) -> str | None:
    if _MDNS_NAME.fullmatch(host.lower()):
        return host.lower() if policy.mdns else None
    try:
        address = _innermost(ipaddress.ip_address(host))
    except ValueError:  # any other name would make the server ask a resolver the page chose
        return None
    if address in _METADATA or address.is_multicast or address.is_unspecified:
        return None
    return str(address) if policy.lan or address.is_global else None


def _innermost(address: _Address) -> _Address:
    """The IPv4 address inside an IPv6 one that only wraps it, so that wrapping is no way around the rules."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _EMBEDS_IPV4:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
