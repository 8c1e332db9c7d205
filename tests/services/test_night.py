"""A night with 12 emergencies, a nurse asleep, a dead pager, a restart. What must hold is read in the records.

`nightlight simulate-night` plays 200 check-ins by the same code, in 90 s of processor; here 100, with every emergency of it.
Rules alone decide here, so that it is the same night on every machine; the command has the sentence classifier too.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Row, create_engine, text

from server import paging
from server.app import room_changed
from server.escalation.ladder import Policy
from server.installation import PERSONAS, load_packs
from server.vocabulary.findings import Tier
from server.workbench.cases import read_cases
from server.workbench.night import report
from server.workbench.night.night import World, play
from server.workbench.night.plan import NightPlan, read_plan

KIND = "services"
PLAN = PERSONAS / "shared" / "night.yaml"
CHECK_INS = {"all": 100, "urgent": 8, "same_day": 20}
AMBIGUOUS = {"post-discharge/d-sui"}
"""Emergencies that no rule may name: "I've got the pills here in front of me and I'm going to take them" is also what somebody
says whose morning tablets are on the table. Rules alone ask on; the sentence classifier hears it, and pages at once."""
SLACK = timedelta(seconds=2)
"""A pager looks once a second."""


def moment(value: str) -> datetime:
    return datetime.fromisoformat(value)


def shorter(plan: NightPlan) -> NightPlan:
    """The same night with fewer who have no emergency."""
    mix = plan.check_ins
    fewer = {name: getattr(mix, name).model_copy(update={"value": count}) for name, count in CHECK_INS.items()}
    return plan.model_copy(update={"check_ins": mix.model_copy(update=fewer)})


def rows(connection: Connection, query: str) -> list[Row[Any]]:
    return list(connection.execute(text(query)).all())


def answered_or_at_top(story: list[Row[Any]], policy: Policy, down: timedelta) -> bool:
    """Whether somebody answered, or the top was rung, within the ladder's time from every start at its foot."""
    ladder = sum((step.wait for step in policy.steps), timedelta())
    starts = [moment(event.at) for event in story if event.kind in ("requested", "raised", "reopened")]
    answers = [moment(event.at) for event in story if event.kind in ("acknowledged", "claimed")]
    tops = [
        moment(event.at)
        for event in story
        if event.kind == "rung" and json.loads(event.detail)["step"] == len(policy.steps) - 1
    ]
    in_time = (*answers, *tops)
    return all(any(start <= at <= start + ladder + down + SLACK for at in in_time) for start in starts)


@pytest.mark.timeout(600)
async def test_a_night_passes_and_nothing_is_lost(tmp_path: Path) -> None:
    packs, plan = load_packs(), shorter(read_plan(PLAN))
    policies = paging.policies({name: pack.escalation for name, pack in packs.items()})
    sets = {name: read_cases(PERSONAS / name / "evaluation") for name in packs}
    told = await play(plan, World(packs, sets, policies, None, room_changed), tmp_path, seed=1)
    print(*report.as_text(told, 1), sep="\n")
    engine = create_engine(f"sqlite:///{tmp_path / 'records.db'}")
    with engine.connect() as records:
        checkins = rows(records, "SELECT status FROM checkin")
        pages = rows(
            records, "SELECT e.id, e.tier, e.state, c.persona FROM escalation e JOIN checkin c ON c.id = e.checkin"
        )
        events = rows(records, "SELECT * FROM page_event ORDER BY escalation, seq")
        timers = rows(records, "SELECT subject, done_at FROM due_work WHERE kind = 'page'")
        unsent = rows(records, "SELECT escalation FROM delivery WHERE done_at IS NULL")
        asked = rows(records, "SELECT seq FROM journal WHERE kind = 'escalation_requested'")
        closed = rows(records, "SELECT seq FROM journal WHERE kind = 'escalation_closed'")
    engine.dispose()
    assert len(checkins) == CHECK_INS["all"]
    assert {row.status for row in checkins} == {"ended"}
    assert told.wanted == 12
    assert set(told.unheard) <= AMBIGUOUS
    emergencies = [page for page in pages if page.tier == "emergency"]
    assert len(emergencies) >= told.heard
    stories: Mapping[str, list[Row[Any]]] = {
        page.id: [event for event in events if event.escalation == page.id] for page in pages
    }
    down = timedelta(seconds=plan.restart.down.value)
    late = [
        page.id
        for page in emergencies
        if not answered_or_at_top(stories[page.id], policies[page.persona][Tier.EMERGENCY], down)
    ]
    assert late == [], "every emergency is answered, or at the top of its ladder, in time"
    assert {page.state for page in pages if page.tier != "same_day"} == {"closed"}, "zero orphans"
    still_open = {page.id for page in pages if page.state != "closed"}
    assert all(row.done_at is None for row in timers if row.subject in still_open), (
        "what may wait for the day has its timer"
    )
    assert sorted(row.subject for row in timers) == sorted(page.id for page in pages)
    assert all(row.done_at is not None for row in timers if row.subject not in still_open)
    assert {row.escalation for row in unsent} <= still_open, "what is closed rings nobody"
    assert len(asked) >= len(pages), "every page is known to its check-in's journal"
    assert len(closed) >= len(pages) - len(still_open), "every closed page has a disposition"
    for story in stories.values():
        levels = [event.level for event in story if event.kind == "rung"]
        assert levels == list(range(1, len(levels) + 1)), "no rung skipped, none climbed twice"
    assert len(told.outages) == 1
    assert told.twice <= 1, "the death repeats one message at most"
    assert {one.escalation for one in told.found.left} == still_open
    assert all(one.in_time for one in told.found.left), "what is left to the day may still be answered in time"
    assert report.faults(told) == [f"the emergency of {case} was paged as something less" for case in told.unheard]
