"""What operations may know of this process: counts and times for Prometheus, never a name, an id or a word of anybody.

Every label is of a closed list. What each number means, and what to do about it, stands in docs/operations.md.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from functools import partial

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from server.escalation.pager import Health
from server.vocabulary import events as e
from server.vocabulary.findings import Tier

_NAMESPACE = "nightlight"
_REPLY_SECONDS = (0.1, 0.2, 0.3, 0.45, 0.6, 0.9, 1.2, 1.8, 2.5, 4.0)
"""Bounds of the histogram of replies; 0.45 and 0.9 are the aims for the median and p95 (docs/measurements.md)."""
_LAG_SECONDS = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0)
"""0.02 is one packet of the persona's voice: a loop that is later than that is heard."""
_LOOK_EVERY = 0.5
PARTS = ("end_of_turn", "recognizer", "policy", "voice", "playout")
"""Where the time of a reply goes, as `TurnTimed` has it."""


class Metrics:
    """The numbers of one process; `note` is called with every event that is on record."""

    def __init__(self, running: Callable[[], int], pager: Callable[[], Health]) -> None:
        """`running`: check-ins at this moment; `pager`: how the pager fares."""
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        counter = partial(Counter, namespace=_NAMESPACE, registry=registry)
        gauge = partial(Gauge, namespace=_NAMESPACE, registry=registry)
        histogram = partial(Histogram, namespace=_NAMESPACE, registry=registry)
        gauge("checkins_running", "Check-ins in this process.").set_function(running)
        gauge("pager_well", "1 while due pages are seen to.").set_function(lambda: pager().well)
        late = gauge("pager_late_seconds", "How late the pager is with what is due.")
        late.set_function(lambda: pager().late.total_seconds())
        self._started = counter("checkins_started", "Check-ins begun or taken up again.", ["resumed"])
        self._ended = counter("checkins_ended", "Check-ins that are over.", ["reason"])
        self._connections = counter("connections", "Changes of patients' connections.", ["state"])
        self._reply = histogram(
            "reply_seconds",
            "End of a patient's words to the packet with the first sound of the reply.",
            buckets=_REPLY_SECONDS,
        )
        self._part = histogram("reply_part_seconds", "Parts of it.", ["part"], buckets=_REPLY_SECONDS)
        self._pages = counter("pages_requested", "Escalations that went on record.", ["tier"])
        self._answered = counter("pages_acknowledged", "Pages that a nurse said they have seen.", ["tier"])
        self._sentences = counter("sentences_gated", "Sentences that the output gate judged.", ["verdict"])
        self._questions = counter("questions", "Questions of patients.", ["outcome"])
        self._failures = counter("failures", "A part failed; the patient was told and a nurse paged.")
        self._lag = histogram("event_loop_lag_seconds", "How late a timer fires.", buckets=_LAG_SECONDS)
        for tier in Tier:  # a rate of what has not happened yet is 0 and not missing
            self._pages.labels(tier.value)
            self._answered.labels(tier.value)

    def note(self, event: e.Event) -> None:
        """Count what happened."""
        match event:
            case e.CheckInStarted():
                self._started.labels(str(event.resumed).lower()).inc()
            case e.CheckInEnded():
                self._ended.labels(event.reason).inc()
            case e.ConnectionChanged():
                self._connections.labels(event.state).inc()
            case e.TurnTimed():
                self._time(event)
            case e.EscalationRequested():
                self._pages.labels(event.tier.value).inc()
            case e.EscalationAcknowledged():
                self._answered.labels(event.tier.value).inc()
            case e.SentenceGated():
                self._sentences.labels("allowed" if event.allowed else "refused").inc()
            case e.QuestionAnswered() | e.QuestionUnanswered():
                self._questions.labels("answered" if isinstance(event, e.QuestionAnswered) else "unanswered").inc()
            case e.FailedSafe():
                self._failures.inc()
            case _:  # nothing that operations count
                return

    def _time(self, timed: e.TurnTimed) -> None:
        parts = {part: getattr(timed, f"{part}_ms") / 1000 for part in PARTS}
        for part, seconds in parts.items():
            self._part.labels(part).observe(seconds)
        self._reply.observe(sum(parts.values()))

    async def watch_loop(self) -> None:
        """Measure how late the event loop is, for ever."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _LOOK_EVERY
            await asyncio.sleep(_LOOK_EVERY)
            self._lag.observe(max(0.0, loop.time() - due))

    async def answer(self, _request: web.Request) -> web.Response:
        """All of them, in Prometheus' text format."""
        return web.Response(body=generate_latest(self.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


@contextlib.asynccontextmanager
async def served(metrics: Metrics, host: str, port: int) -> AsyncIterator[int]:
    """`/metrics` on a port of its own, which no patient's page has a way to; yields the port. Raises OSError."""
    application = web.Application()
    application.router.add_get("/metrics", metrics.answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    watching = asyncio.create_task(metrics.watch_loop(), name="event-loop-lag")
    try:
        await web.TCPSite(runner, host, port).start()
        yield runner.addresses[0][1]
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await runner.cleanup()
