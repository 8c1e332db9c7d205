"""An emergency in words that are not a turn yet: paged when it stands in two partials, or in one through a silence."""

from collections.abc import Sequence

import pytest

from server.checkin.journal import Page
from server.checkin.overhearing import Overhearing
from server.checkin.pages import Pages
from server.vocabulary.findings import Tier, TriggerHit
from tests.fakes.remembered import PACK
from tests.fakes.waiting import until

KIND = "unit"
STANDS = PACK.numbers.overheard_after.value
CHEST = TriggerHit("CHEST_PAIN", 1, Tier.EMERGENCY, "my chest hurts")
STROKE = TriggerHit("STROKE", 1, Tier.EMERGENCY, "my face droops")


class Turn:
    """One that is being spoken."""

    def __init__(self, silence: float = 0.0) -> None:
        self.silence = silence
        self.paged: list[str] = []
        self.overhearing = Overhearing(PACK, Pages([]), lambda: 3, self._post, lambda: self.silence)

    def _post(self, pages: tuple[Page, ...]) -> None:
        self.paged += [f"{page.hit.trigger} in turn {page.turn}" for page in pages]

    async def settled(self) -> list[str]:
        """What was paged once no silence can add to it."""
        await until(lambda: not self.overhearing.waits)
        return self.paged


@pytest.mark.parametrize(
    ("partials", "paged"),
    [
        ([[CHEST]], []),
        ([[CHEST], [CHEST]], ["CHEST_PAIN in turn 3"]),
        ([[CHEST], [], [CHEST]], []),
        ([[CHEST], [STROKE]], []),
        ([[CHEST], [CHEST, STROKE]], ["CHEST_PAIN in turn 3"]),
    ],
)
async def test_while_the_patient_speaks_two_partials_must_agree(
    partials: Sequence[list[TriggerHit]], paged: list[str]
) -> None:
    turn = Turn(silence=STANDS / 2)
    for hits in partials:
        turn.overhearing.heard(hits)
    assert await turn.settled() == paged


async def test_one_is_enough_when_the_patient_is_silent_behind_it() -> None:
    turn = Turn(silence=STANDS)
    turn.overhearing.heard([CHEST])
    assert turn.paged == []
    assert await turn.settled() == ["CHEST_PAIN in turn 3"]


async def test_words_that_go_on_and_take_it_back_are_heard_first() -> None:
    turn = Turn(silence=STANDS)
    turn.overhearing.heard([CHEST])
    turn.overhearing.heard([])
    assert await turn.settled() == []


async def test_a_turn_that_is_over_pages_by_itself() -> None:
    turn = Turn(silence=STANDS)
    turn.overhearing.heard([CHEST])
    turn.overhearing.clear()
    assert await turn.settled() == []
