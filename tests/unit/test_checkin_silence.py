"""The watch over silence goes on whatever its report raises, and counts nobody's silence while words are being judged."""

import asyncio

from server.checkin.silence import SilenceWatch
from tests.fakes.waiting import until

KIND = "unit"


async def test_a_report_that_fails_is_counted_and_the_watch_goes_on() -> None:
    reports: list[float | None] = []

    def report() -> None:
        reports.append(watch.seconds)
        raise OSError("the records are away")

    watch = SilenceWatch(report)
    watch.persona(quiet=True)
    await until(lambda: len(reports) >= 2, 5)
    assert watch.failed >= 2
    watch.close()


async def test_nobody_is_silent_while_words_are_judged_or_the_patient_is_gone() -> None:
    watch = SilenceWatch(lambda: None)
    watch.persona(quiet=True)
    assert watch.seconds is not None
    watch.judging(True)
    assert watch.seconds is None
    watch.persona(quiet=True)
    assert watch.seconds is None
    watch.judging(False)
    await asyncio.sleep(0)
    assert watch.seconds is not None
    watch.pause()
    watch.patient(speaking=False)
    assert watch.seconds is None
    watch.resume()
    assert watch.seconds is not None
    watch.close()
