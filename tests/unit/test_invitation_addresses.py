"""The pace of one internet address."""

from datetime import timedelta

import pytest

from server.invitation.addresses import ADDRESSES_REMEMBERED, MOST_AT_ONCE, Addresses
from server.vocabulary.clock import MovableClock

KIND = "unit"


@pytest.fixture
def full(clock: MovableClock) -> Addresses:
    """One address has used up its permissions."""
    addresses = Addresses()
    assert all(addresses.allows("198.51.100.7", clock.now()) for _ in range(MOST_AT_ONCE))
    return addresses


def test_an_address_that_knocks_too_often_is_stopped(full: Addresses, clock: MovableClock) -> None:
    assert not full.allows("198.51.100.7", clock.now())


def test_another_address_is_not(full: Addresses, clock: MovableClock) -> None:
    assert full.allows("198.51.100.8", clock.now())


def test_it_may_come_back_after_a_while(full: Addresses, clock: MovableClock) -> None:
    clock.move(timedelta(seconds=2))
    assert full.allows("198.51.100.7", clock.now())
    assert not full.allows("198.51.100.7", clock.now())


def test_a_clock_set_back_gives_nothing_away(full: Addresses, clock: MovableClock) -> None:
    clock.move(timedelta(hours=-1))
    assert not full.allows("198.51.100.7", clock.now())


def test_a_mapped_address_is_the_same_address(full: Addresses, clock: MovableClock) -> None:
    assert not full.allows("::ffff:198.51.100.7", clock.now())


def test_one_ipv6_network_is_one_address(clock: MovableClock) -> None:
    addresses = Addresses()
    allowed = [addresses.allows(f"2001:db8:1:2::{n:x}", clock.now()) for n in range(MOST_AT_ONCE + 1)]
    assert allowed == [True] * MOST_AT_ONCE + [False]
    assert addresses.allows("2001:db8:1:3::1", clock.now())


def test_the_memory_is_bounded(clock: MovableClock) -> None:
    addresses = Addresses()
    for n in range(ADDRESSES_REMEMBERED + 50):
        addresses.allows(f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}", clock.now())
    assert len(addresses) == ADDRESSES_REMEMBERED
