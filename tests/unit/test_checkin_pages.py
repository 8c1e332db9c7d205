"""Which hits ask for a page: each trigger once at each tier, and again where the first never became durable."""

import asyncio
from collections.abc import Mapping

import pytest

from server.checkin.entries import to_page
from server.checkin.journal import RecordsUnavailable
from server.checkin.pages import Pages
from server.vocabulary import events as e
from server.vocabulary.findings import Tier, TriggerHit
from server.vocabulary.ids import EscalationId

KIND = "unit"


def hit(trigger: str = "CHEST_PAIN", tier: Tier = Tier.EMERGENCY) -> TriggerHit:
    return TriggerHit(trigger, 1, tier, "my chest hurts")


def on_record(found: TriggerHit) -> e.EscalationRequested:
    return e.EscalationRequested(EscalationId("esc_1"), found.tier, found.trigger, 1, found.quote, 1)


@pytest.mark.parametrize(
    ("tier", "paged", "wanted"),
    [
        (Tier.EMERGENCY, {}, True),
        (Tier.SAME_DAY, {}, True),
        (Tier.FYI, {}, False),
        (Tier.URGENT, {"CHEST_PAIN": Tier.URGENT}, False),
        (Tier.URGENT, {"CHEST_PAIN": Tier.EMERGENCY}, False),
        (Tier.EMERGENCY, {"CHEST_PAIN": Tier.URGENT}, True),
        (Tier.EMERGENCY, {"FALL": Tier.EMERGENCY}, True),
    ],
)
def test_a_nurse_hears_of_each_trigger_once_at_its_most_urgent(
    tier: Tier, paged: Mapping[str, Tier], wanted: bool
) -> None:
    before = dict(paged)
    assert bool(to_page([hit(tier=tier)], paged)) is wanted
    assert paged == before


def test_of_two_hits_of_one_trigger_the_more_urgent_is_paged() -> None:
    assert to_page([hit(tier=Tier.URGENT), hit(), hit()], {}) == [hit()]


async def test_what_is_on_its_way_is_not_asked_for_twice_and_what_never_arrived_is() -> None:
    pages = Pages([])
    first = pages.due([hit()], 1)
    lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    pages.sent(first, lost)
    assert len(first) == 1
    assert pages.due([hit()], 2) == ()
    lost.set_exception(RecordsUnavailable())
    await asyncio.wait({lost})
    await asyncio.sleep(0)
    assert len(pages.due([hit()], 3)) == 1


async def test_what_is_on_record_is_not_asked_for_again() -> None:
    assert Pages([on_record(hit())]).due([hit(), hit("FALL")], 1)[0].hit.trigger == "FALL"
