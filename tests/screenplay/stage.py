"""Plays a screenplay of a persona pack against the policy, on no clock at all, and says where the two part.

A screenplay is a list of scenes: what the patient does, and what must come of it. It ships with its pack
(`personas/<id>/screenplays/*.yaml`), so that a clinician can read and extend it.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

from server.checkin.entries import entries_of
from server.conversation.cues import on_cue
from server.conversation.dropping import on_dropped
from server.conversation.gate import Gate
from server.conversation.interruption import on_cut_off
from server.conversation.policy import decide, greet, on_nurse_button, welcome_back
from server.conversation.silence import on_silence
from server.conversation.state import Decision, State, Visit
from server.persona.loading import load_pack
from server.persona.pack import Pack
from server.vocabulary.events import Event, PatientTurn
from server.vocabulary.memories import Memory
from server.workbench.afterwards import remembered_after

ROOT = Path(__file__).parents[2]
PACKS = sorted(file.parent for file in (ROOT / "personas").glob("*/persona.yaml"))
SCREENPLAYS = [play for folder in PACKS for play in sorted((folder / "screenplays").glob("*.yaml"))]


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Expect(Strict):
    """What must come of a scene; whatever is left out is not looked at."""

    says: tuple[str, ...] = ()
    """Scripts that must be among the lines."""
    not_says: tuple[str, ...] = ()
    hits: dict[str, str] | None = None
    """Every guardrail that fires, to its tier; empty means none at all."""
    denied: tuple[str, ...] = ()
    closed: dict[str, str] = {}
    """Question or objective to `status` or `status:answer`."""
    unanswered: bool | None = None
    silent: bool = False
    ended: str | None = None


class Cut(Strict):
    planned: str
    heard: str


class Scene(Strict):
    """One thing that happens."""

    patient: str | None = None
    silence: float | None = None
    nurse_button: bool = False
    comes_back: bool = False
    stays_away: bool = False
    """The connection was lost, and has not come back in time."""
    cut: Cut | None = None
    cue: tuple[str, float] | None = None
    """What perception noticed, and its score; beside `patient`, in these words."""
    at: float = 0.0
    """When, in seconds into the check-in."""
    expect: Expect = Expect()


class Screenplay(Strict):
    """One check-in."""

    title: str
    first_name: str = "Rosa"
    high_alert: tuple[str, ...] = ()
    other_medicines: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    days_home: int | None = None
    next_visit: date | None = date(2026, 12, 1)
    """Left out: a visit is on file, and is not asked about."""
    parameters: dict[str, float] = {}
    after: str = ""
    """Screenplay of the check-in before, in the same folder: what it leaves behind is remembered."""
    scenes: tuple[Scene, ...]
    ends_in: Literal["routine", "staying", "ended"]


@dataclass(frozen=True)
class Medicine:
    """A medicine of a made-up list."""

    name: str
    high_alert: bool


@dataclass
class Played:
    """How a screenplay went."""

    problems: list[str] = field(default_factory=list)
    transcript: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    """What memory reads of it: turns, what was found, how things ended."""
    state: State = field(default_factory=State)


@cache
def pack(folder: Path) -> Pack:
    return load_pack(folder)


def pack_of(path: Path) -> Pack:
    """The pack that a screenplay ships with."""
    return pack(path.parents[1])


def read(path: Path) -> Screenplay:
    return Screenplay.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def visit_of(play: Screenplay) -> Visit:
    names = [(name, True) for name in play.high_alert] + [(name, False) for name in play.other_medicines]
    return Visit(
        play.first_name,
        "Lakeside Clinic",
        "555-0142",
        tuple(Medicine(*each) for each in names),
        days_since_discharge=play.days_home,
        conditions=play.conditions,
        services=play.services,
        next_visit=play.next_visit,
        today=date(2026, 11, 20),
        parameters=tuple(play.parameters.items()),
    )


def remembered(path: Path, screenplay: Screenplay) -> tuple[Memory, ...]:
    """What the screenplay before this one leaves behind."""
    if not screenplay.after:
        return ()
    before = path.with_name(f"{screenplay.after}.yaml")
    return remembered_after(pack_of(before), play(pack_of(before), read(before)).events)


def play(rules: Pack, screenplay: Screenplay, memories: tuple[Memory, ...] = ()) -> Played:
    """Every scene in order; problems name the scene."""
    visit, played = replace(visit_of(screenplay), remembered=memories), Played()
    gate = Gate(rules, visit)
    opening = greet(rules, visit, State())
    state = opening.state
    played.transcript.append("Ana: " + " ".join(line.text for line in opening.lines))
    for number, scene in enumerate(screenplay.scenes, 1):
        decision = _act(rules, visit, state, scene)
        state = decision.state
        if scene.patient is not None:
            played.events.append(PatientTurn(state.turn, scene.patient, typed=False, continues=False))
        played.events += entries_of(decision, state.turn)
        spoken = [line.text for line in decision.lines]
        played.transcript += [
            f"{scene.patient or scene.model_dump(exclude_defaults=True, exclude={'expect'})}",
            "Ana: " + " ".join(spoken),
        ]
        played.problems += [f"scene {number}: not approved: {text}" for text in spoken if not gate.judge(text).allowed]
        played.problems += [
            f"scene {number} ({scene.patient}): {problem}" for problem in _differences(scene.expect, decision)
        ]
    played.problems += [f"it ended in {state.mode}"] if state.mode != screenplay.ends_in else []
    played.state = state
    return played


def _act(rules: Pack, visit: Visit, state: State, scene: Scene) -> Decision:
    if scene.silence is not None:
        return on_silence(rules, visit, state, scene.silence) or Decision(state)
    if scene.cut is not None:
        return on_cut_off(rules, visit, state, scene.cut.planned, scene.cut.heard) or Decision(state)
    if scene.cue is not None and scene.patient is None:
        return on_cue(rules, visit, state, *scene.cue, scene.at)
    if scene.nurse_button:
        return on_nurse_button(rules, visit, state)
    if scene.stays_away:
        return on_dropped(rules, visit, state)
    if scene.comes_back:
        return welcome_back(rules, visit, state)
    if scene.cue is not None:
        state = on_cue(rules, visit, state, *scene.cue, scene.at, "turn").state
    return decide(rules, visit, state, scene.patient or "")


def _differences(expect: Expect, decision: Decision) -> list[str]:
    said = {line.script for line in decision.lines}
    hits = {hit.trigger: str(hit.tier) for hit in decision.hits}
    denied = {negative.trigger for negative in decision.negatives}
    closed = {one.objective: (one.status, f"{one.status}:{one.answer}") for one in decision.closed}
    found = [f"did not say {script}; said {sorted(said)}" for script in expect.says if script not in said]
    found += [f"said {script}" for script in expect.not_says if script in said]
    found += [f"fired {hits}, not {expect.hits}"] if expect.hits is not None and hits != expect.hits else []
    found += [f"no denial of {name}; denied {sorted(denied)}" for name in expect.denied if name not in denied]
    found += [
        f"{key} closed as {closed.get(key)}" for key, how in expect.closed.items() if how not in closed.get(key, ())
    ]
    found += ["spoke"] if expect.silent and said else []
    asked = decision.unanswered is not None
    found += [f"unanswered is {asked}"] if expect.unanswered is not None and expect.unanswered != asked else []
    return found + (
        [f"ended with {decision.end_reason}"] if expect.ended and expect.ended != decision.end_reason else []
    )
