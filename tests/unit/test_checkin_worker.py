"""What moves a check-in is done one after the other, in the order in which it came."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from server.checkin.worker import MOST_WAITING, Worker

KIND = "unit"


class Steps:
    """A worker and what it did."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.failed: list[str] = []
        self.worker = Worker(lambda name, error: self.failed.append(f"{name} {type(error).__name__}"))

    def step(self, name: str, *rounds: int, raises: bool = False) -> Callable[[], Awaitable[None]]:
        """Takes some turns of the event loop."""

        async def work() -> None:
            for _ in range(sum(rounds)):
                await asyncio.sleep(0)
            self.done.append(name)
            if raises:
                raise ValueError(name)

        return work


@pytest.fixture
async def there() -> AsyncIterator[Steps]:
    made = Steps()
    yield made
    await made.worker.close()


async def test_a_slow_step_is_done_before_a_quick_one_that_came_later(there: Steps) -> None:
    there.worker.do("turn", there.step("slow", 20))
    assert there.worker.waiting("turn") == 1
    await there.worker.do("turn", there.step("quick"))
    assert there.done == ["slow", "quick"]
    assert there.worker.idle


async def test_a_step_that_fails_is_reported_and_the_next_is_done(there: Steps) -> None:
    there.worker.do("turn", there.step("one", raises=True))
    await there.worker.do("turn", there.step("two"))
    assert there.failed == ["turn ValueError"]
    assert there.done == ["one", "two"]


async def test_what_was_handed_over_before_the_end_is_done_and_nothing_after_it(there: Steps) -> None:
    there.worker.do("turn", there.step("before", 20))
    await there.worker.close()
    await asyncio.wait_for(there.worker.do("turn", there.step("after")), 1)
    assert there.done == ["before"]


async def test_there_is_an_end_to_what_may_wait(there: Steps) -> None:
    for number in range(MOST_WAITING + 5):
        last = there.worker.do("turn", there.step(str(number)))
    await asyncio.wait_for(last, 1)
    await there.worker.close()
    assert len(there.done) == MOST_WAITING
