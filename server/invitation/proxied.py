"""Whose request it is behind proxies of our own: an Ingress makes every patient come from its own address. Pure.

A proxy adds the address it was asked from to the end of `X-Forwarded-For`; whatever stands before may have been invented by
whoever asked. So the list is read from its end, and the first address that is no proxy of ours is the patient's.
"""

from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from aiohttp import web

Networks = Sequence[IPv4Network | IPv6Network]

FORWARDED = "X-Forwarded-For"


def behind(proxies: Networks) -> Callable[[web.Request], str]:
    """The address of whoever asks, with these proxies of ours in front; without any, that of the connection."""
    return lambda request: asked_from(request.remote or "", request.headers.getall(FORWARDED, ()), proxies)


def asked_from(remote: str, forwarded: Iterable[str], proxies: Networks) -> str:
    """The nearest address that is no proxy of ours; `forwarded` are the values of all such headers, in their order."""
    nearest = remote
    named = [part.strip() for value in forwarded for part in value.split(",")]
    while named and _is_ours(nearest, proxies):
        before = named.pop()
        if _address(before) is None:
            break
        nearest = before
    return nearest


def _is_ours(text: str, proxies: Networks) -> bool:
    address = _address(text)
    return address is not None and any(address in network for network in proxies)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
