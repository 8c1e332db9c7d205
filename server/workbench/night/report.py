"""A night in lines to read, and as an object; and whether it was a night on which nothing was lost."""

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo

from server.vocabulary.findings import Tier
from server.workbench.night.left import Left
from server.workbench.night.night import Told
from server.workbench.night.reading import Climb

_LATE_SECONDS = 2.0
"""A pager looks once a second; research: security.md section 7 allows a page two."""


def faults(told: Told) -> list[str]:
    """What must not be; empty on a good night."""
    found = told.found
    every = [f"an orphan: {orphan}" for orphan in found.orphans]
    if found.chain_broken_at is not None:
        every.append(f"the audit chain is broken at {found.chain_broken_at}")
    every += [f"the emergency of {case} was paged as something less" for case in told.unheard]
    if found.ended < found.check_ins:
        every.append(f"{found.check_ins - found.ended} check-ins have not ended")
    every += [f"page {one.escalation} was not answered in time" for one in found.left if not one.in_time]
    every += [f"page {one.escalation} stood still on its ladder" for one in found.climbs if one.stalled]
    late = [one for one in found.climbs if one.late.total_seconds() > _LATE_SECONDS]
    every += [f"page {one.escalation} took a step {one.late.total_seconds():.1f} s late" for one in late]
    if told.twice > len(told.outages):
        every.append(f"{told.twice} messages came twice, at {len(told.outages)} deaths of the server")
    return every


def as_text(told: Told, seed: int) -> Iterable[str]:
    found = told.found
    yield (
        f"seed {seed}: {found.check_ins} check-ins, {found.ended} ended; {sum(found.pages.values())} pages: "
        + _counts(found.pages)
    )
    yield f"emergencies: {told.wanted}, paged as such: {told.heard}"
    yield "seconds          " + "".join(f"{name:>12}" for name in ("pages", "p50", "p95", "longest"))
    for name, times in (("to page", found.to_page), ("to answer", found.to_answer), ("to human", found.to_human)):
        yield from (_times(f"{name:<10}{tier:<12}", times[tier]) for tier in map(str, Tier) if tier in times)
    yield from _ladders(found.climbs)
    yield f"false pages: {_false(told, ('emergency', 'urgent'))} of emergency and urgent; {_false(told, tuple(Tier))} of all"
    yield f"answered and forgotten, rung again: {found.reopened}; messages tried more than once: {found.tried_again}"
    yield f"messages taken: {told.taken}, refused: {told.refused}, twice under one key: {told.twice}"
    for outage in told.outages:
        yield f"the server died at {outage.begin:%H:%M:%S} UTC for {(outage.end - outage.begin).total_seconds():.0f} s"
    yield f"orphans: {len(found.orphans)}; audit chain: {'whole' if found.chain_broken_at is None else 'BROKEN'}"
    yield from (f"FAULT: {fault}" for fault in faults(told))
    yield f"left to the day: {len(found.left)}, in time {sum(one.in_time for one in found.left)}"
    yield from (f"  {_left(one, told.zone)}" for one in found.left)


def as_object(told: Told, seed: int) -> dict[str, object]:
    """Ready for JSON; times in seconds."""
    found = told.found
    return {
        "seed": seed,
        "check_ins": found.check_ins,
        "ended": found.ended,
        "pages": dict(found.pages),
        "emergencies": {"wanted": told.wanted, "paged": told.heard},
        "time_to_page": _summaries(found.to_page),
        "time_to_answer": _summaries(found.to_answer),
        "time_to_human": _summaries(found.to_human),
        "false_page_rate": {"urgent_or_above": _rate(told, ("emergency", "urgent")), "all": _rate(told, tuple(Tier))},
        "latest_step": max((one.late.total_seconds() for one in found.climbs), default=0.0),
        "answered_at_top": sum(one.at_top for one in found.climbs),
        "reopened": found.reopened,
        "messages": {"taken": told.taken, "refused": told.refused, "twice": told.twice},
        "orphans": list(found.orphans),
        "left": [_left(one, told.zone) for one in found.left],
        "faults": faults(told),
    }


def _left(one: Left, zone: tzinfo) -> str:
    """Which page, why it is open, and whether it is in time."""

    def clock(at: datetime) -> str:
        return f"{at.astimezone(zone):%H:%M}"

    asked = f"page {one.escalation[-6:]}, {one.tier.replace('_', ' ')}, asked for at {clock(one.asked)}"
    if one.answered:
        return f"{asked}: {one.state}, not closed yet; in time"
    hours = f"{one.late.total_seconds() / 3600:.1f} h late"
    beside = f"in time but for the quiet hours ({hours} on the clock)" if one.in_time else f"LATE ({hours})"
    in_time = beside if one.late else f"in time until {clock(one.answer_by)}"
    rung = f"rung {len(one.rung)} times, last at {clock(one.rung[-1])}" if one.rung else "not rung yet"
    following = f"; next at {clock(one.next_step)}" if one.next_step else "; NO TIMER"
    return f"{asked}: {rung}, nobody has answered{following}; {in_time}"


def _counts(pages: Mapping[str, int]) -> str:
    return ", ".join(f"{pages[tier]} {tier.replace('_', ' ')}" for tier in map(str, Tier) if pages.get(tier))


def _ladders(climbs: tuple[Climb, ...]) -> Iterable[str]:
    for tier in (Tier.EMERGENCY, Tier.URGENT):
        of_tier = [one for one in climbs if one.tier == tier]
        if of_tier:
            top, late = sum(one.at_top for one in of_tier), max(one.late.total_seconds() for one in of_tier)
            yield f"ladders of {tier}: {len(of_tier)} climbed, {top} to the top; the latest step {late:.1f} s late"


def _summaries(times: Mapping[str, tuple[float, ...]]) -> dict[str, dict[str, float]]:
    return {
        tier: {"count": len(values), "p50": _share(values, 0.5), "p95": _share(values, 0.95), "longest": values[-1]}
        for tier, values in times.items()
    }


def _times(name: str, values: tuple[float, ...]) -> str:
    return f"{name}{len(values):>7}{_share(values, 0.5):>12.0f}{_share(values, 0.95):>12.0f}{values[-1]:>12.0f}"


def _share(values: tuple[float, ...], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))]


def _judged(told: Told, tiers: tuple[str, ...]) -> tuple[int, int]:
    """False ones, and all."""
    noise = sum(told.found.judged[tier, "noise"] for tier in map(str, tiers))
    return noise, noise + sum(told.found.judged[tier, "useful"] for tier in map(str, tiers))


def _rate(told: Told, tiers: tuple[str, ...]) -> float:
    noise, every = _judged(told, tiers)
    return noise / every if every else 0.0


def _false(told: Told, tiers: tuple[str, ...]) -> str:
    noise, every = _judged(told, tiers)
    return f"{_rate(told, tiers):.1%} ({noise} of {every})"
