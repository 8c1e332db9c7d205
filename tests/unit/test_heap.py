"""What a check-in leaves behind is found at its end, and what was loaded at the start is not looked through for it."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from server import heap

KIND = "unit"


class Knot:
    """Holds on to itself, as the two ends of a connection do."""

    def __init__(self) -> None:
        self.other = self


@pytest.fixture(autouse=True)
def kept() -> Iterator[None]:
    heap.keep()
    yield
    heap.release()


def test_what_holds_on_to_itself_is_gone_when_it_is_given_back() -> None:
    knot = weakref.ref(Knot())
    assert knot() is not None
    heap.give_back()
    assert knot() is None


def test_what_was_loaded_is_not_looked_through() -> None:
    assert gc.get_freeze_count() > len(gc.get_objects())
