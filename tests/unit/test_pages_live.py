"""Live notices: every open page gets them, a slow one is told to reload, a session's end closes its pages."""

from server.pages.live import QUEUE_LENGTH, RELOAD, Live, Notice, Subscription

KIND = "unit"


async def test_every_page_gets_a_notice() -> None:
    live = Live()
    with live.subscribe("a") as first, live.subscribe("b") as second:
        live.publish("queue", {"checkin": "ci_1"})
        expected = Notice("queue", {"checkin": "ci_1"})
        assert await first.next() == expected
        assert await second.next() == expected


async def test_a_page_that_left_gets_nothing() -> None:
    live = Live()
    with live.subscribe("a") as gone:
        pass
    live.publish("queue")
    gone.put(None)
    assert await gone.next() is None


async def test_a_full_queue_becomes_one_reload() -> None:
    live = Live()
    with live.subscribe("a") as slow:
        for _ in range(QUEUE_LENGTH + 1):
            live.publish("queue")
        live.publish("checkin:ci_1")
        assert await slow.next() == RELOAD
        assert await slow.next() == Notice("checkin:ci_1")


async def test_a_full_queue_still_ends() -> None:
    full = Subscription("a")
    for _ in range(QUEUE_LENGTH):
        full.put(Notice("queue"))
    full.put(None)
    assert await full.next() is None


async def test_the_end_of_a_session_closes_its_pages_only() -> None:
    live = Live()
    with live.subscribe("a") as mine, live.subscribe("b") as theirs:
        live.end("a")
        live.publish("queue")
        assert await mine.next() is None
        assert await theirs.next() == Notice("queue")


async def test_a_closed_house_lets_nobody_wait() -> None:
    live = Live()
    with live.subscribe("a") as early:
        live.close()
        assert await early.next() is None
    with live.subscribe("b") as late:
        assert await late.next() is None
