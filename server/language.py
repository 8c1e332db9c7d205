"""Builds what check-ins may use of the language models of the settings, and says what it found."""

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence

from server.checkin.purse import Means
from server.config import LanguageEndpoint, Settings
from server.vocabulary.parts import Part
from server.vocabulary.spending import Limit, Prices, micros_of

_PROBE_SECONDS = 2.0
"""How long an endpoint has to answer at start-up to be reported as there; check-ins ask it all the same."""


Agreed = Callable[[int, LanguageEndpoint], Callable[[], bool]]


@contextlib.asynccontextmanager
async def models(settings: Settings, agreed: Agreed) -> AsyncIterator[tuple[Means | None, Part]]:
    """None without `NIGHTLIGHT_LLM_URL`; every connection is closed again on leaving.

    `agreed` makes, of an endpoint and its place, what is asked before each request to it.
    """
    if not settings.language_endpoints:
        yield None, Part("llm", "off", "the approved script decides every word (NIGHTLIGHT_LLM_URL)")
        return
    from server.speech import endpoints as wire  # 20 MB and a second that a service without a model does not need

    found = [
        wire.Endpoint(e.url, e.key, *e.models, e.on_this_machine, agreed(at, e))
        for at, e in enumerate(settings.language_endpoints)
    ]
    endpoints = wire.Endpoints(found)
    try:
        answers = await endpoints.reachable(_PROBE_SECONDS)
        means = Means(
            endpoints,
            Prices(settings.llm_prices),
            Limit(settings.llm_checkin_tokens, micros_of(settings.llm_checkin_money)),
            Limit(settings.llm_day_tokens, micros_of(settings.llm_day_money)),
        )
        yield means, _part(settings, answers)
    finally:
        await endpoints.close()


def _part(settings: Settings, answers: Sequence[bool]) -> Part:
    first = settings.language_endpoints[0]
    reads, talks = first.models
    agreement = f"agreement: {first.agreement}" if first.agreement else "on this machine"
    what = f"{talks} talks, {reads} reads, beside the rules and behind the gate ({agreement})"
    if all(answers):
        return Part("llm", "live", what)
    silent = ", ".join(str(at) for at, answered in enumerate(answers, 1) if not answered)
    return Part("llm", "fallback" if any(answers) else "missing", f"{what}; no answer from endpoint {silent}")
