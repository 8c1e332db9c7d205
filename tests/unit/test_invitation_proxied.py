"""Whose request it is, behind proxies of our own and with whatever somebody may have written into the header."""

from ipaddress import ip_network

import pytest

from server.invitation.proxied import asked_from

KIND = "unit"

OURS = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


@pytest.mark.parametrize(
    ("remote", "forwarded", "expected"),
    [
        ("198.51.100.7", [], "198.51.100.7"),
        ("10.1.2.3", ["198.51.100.7"], "198.51.100.7"),
        ("10.1.2.3", ["198.51.100.7, 10.9.9.9"], "198.51.100.7"),
        ("10.1.2.3", ["198.51.100.7", "10.9.9.9"], "198.51.100.7"),
        ("::ffff:10.1.2.3", ["198.51.100.7"], "198.51.100.7"),
        ("fd00::1", ["2001:db8::7"], "2001:db8::7"),
    ],
)
def test_the_nearest_that_is_no_proxy_of_ours_asks(remote: str, forwarded: list[str], expected: str) -> None:
    assert asked_from(remote, forwarded, OURS) == expected


@pytest.mark.parametrize(
    ("remote", "forwarded", "expected"),
    [
        ("198.51.100.7", ["203.0.113.1"], "198.51.100.7"),
        ("10.1.2.3", ["203.0.113.1, 198.51.100.7"], "198.51.100.7"),
        ("10.1.2.3", ["10.0.0.1, 198.51.100.7"], "198.51.100.7"),
        ("10.1.2.3", ["somebody"], "10.1.2.3"),
        ("10.1.2.3", ["198.51.100.7, "], "10.1.2.3"),
        ("", ["203.0.113.1"], ""),
    ],
)
def test_what_somebody_wrote_into_the_header_counts_for_nothing(
    remote: str, forwarded: list[str], expected: str
) -> None:
    assert asked_from(remote, forwarded, OURS) == expected


def test_without_proxies_the_header_is_not_read() -> None:
    assert asked_from("10.1.2.3", ["198.51.100.7"], []) == "10.1.2.3"
