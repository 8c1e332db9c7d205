"""Whatever is said, in whatever order: it comes to an end, every sentence is approved, and a replay agrees."""

import random
from dataclasses import dataclass, replace

import pytest

from server.conversation.gate import Gate
from server.conversation.policy import decide, greet
from server.conversation.silence import next_silence, on_silence
from server.conversation.state import Decision, State, Visit
from server.persona.pack import Pack
from tests.screenplay import stage

KIND = "screenplay"

SLACK = 12
"""Turns that may follow the last a pack allows: the asks and side turns of the question that is open then."""
STREAMS = 40
"""Random check-ins of each kind and pack; each is up to a hundred turns."""
VISIT = Visit(
    "Rosa",
    "Lakeside Clinic",
    "555-0142",
    (stage.Medicine("Eliquis", True), stage.Medicine("insulin", True), stage.Medicine("oxycodone", True)),
    conditions=("heart_failure", "diabetes", "copd", "postop_wound"),
    services=("home nurse",),
)

HARMLESS = """No.|Nope, none.|no|yes|Yes I do.|yeah a little|uh huh|um|mm|okay|Okay.|what did you say?|what|say that again
are you a person?|who are you|how are you?|I don't know|maybe|not really|I'm scared|Where can I park?
Can I take two of my pills?
Is it cancer?|skip|I'd rather not say|hold on|better|worse|about the same|call 911|I'd call 911 and not drive|two days|forgot
Thank you.|you||...|?|I want a nurse|my knee hurts a bit|and then my neighbor came by with some soup and we talked for hours
I take them every day|two|I weigh one eighty four
no wait, I did miss Tuesday|510 pounds|the elequest|next Tuesday at two|no one is missing
the paper says call if I have chest pain|my brother had a stroke last year""".replace("\n", "|").split("|")
DANGER = [
    "my chest hurts",
    "I can't breathe",
    "I want to kill myself",
    "my husband can't breathe",
    "What if I faint?",
    "stop",
]


@dataclass
class Stream:
    """One random check-in."""

    decisions: list[Decision]
    texts: list[str]

    @property
    def last(self) -> Decision:
        return self.decisions[-1]


@pytest.fixture(scope="module", params=stage.PACKS, ids=lambda folder: folder.name)
def pack(request: pytest.FixtureRequest) -> Pack:
    return stage.pack(request.param)


def stream(pack: Pack, seed: int, words: list[str]) -> Stream:
    rng = random.Random(seed)
    usual = rng.sample(words, k=rng.randint(1, len(words)))
    run = Stream([greet(pack, VISIT, State())], [])
    while run.last.state.mode == "routine" and len(run.texts) < pack.numbers.turns_end.value + SLACK:
        run.texts.append(rng.choice(usual))
        run.decisions.append(decide(pack, VISIT, run.last.state, run.texts[-1]))
    return run


@pytest.fixture(scope="module")
def harmless(pack: Pack) -> list[Stream]:
    return [stream(pack, seed, HARMLESS) for seed in range(STREAMS)]


@pytest.fixture(scope="module")
def anything(pack: Pack) -> list[Stream]:
    return [stream(pack, seed, HARMLESS + DANGER) for seed in range(STREAMS)]


def test_harmless_words_always_reach_a_goodbye(harmless: list[Stream]) -> None:
    assert [seed for seed, run in enumerate(harmless) if run.last.state.mode == "routine"] == []


def test_any_words_reach_a_goodbye_or_staying(anything: list[Stream]) -> None:
    assert {run.last.state.mode for run in anything} <= {"ended", "staying"}


def test_one_thing_said_over_and_over_comes_to_an_end(pack: Pack) -> None:
    runs = [stream(pack, 0, [words]) for words in HARMLESS]
    assert [run.texts[0] for run in runs if run.last.state.mode == "routine"] == []


def test_every_sentence_passes_the_gate(pack: Pack, harmless: list[Stream], anything: list[Stream]) -> None:
    gate = Gate(pack, VISIT)
    lines = {line for run in harmless + anything for decision in run.decisions for line in decision.lines}
    assert [line for line in lines if gate.judge(line.text).script == ""] == []


def test_a_replay_ends_in_the_same_state(pack: Pack, anything: list[Stream]) -> None:
    for run in anything[:15]:
        state = greet(pack, VISIT, State()).state
        for text in run.texts:
            state = decide(pack, VISIT, state, text).state
        assert state == run.last.state


def test_every_question_is_closed_once_a_check_in_has_ended(pack: Pack, harmless: list[Stream]) -> None:
    own = [q for o in pack.objectives for q in o.questions if q.expects != "teach_back"]
    always = {q.id for q in own if q.when is None and q.each is None}
    ended = [run for run in harmless if run.last.ended]
    closed = [{one.objective for decision in run.decisions for one in decision.closed} for run in ended]
    assert ended
    assert all(always <= names for names in closed)
    assert all({o.id for o in pack.objectives} <= names for names in closed)


def test_staying_ends_after_a_long_silence(pack: Pack) -> None:
    state = decide(pack, VISIT, greet(pack, VISIT, State()).state, "my chest hurts").state
    ladder = []
    for due in filter(None, (next_silence(pack, state) for _ in range(4))):
        ladder.append(due)
        state = (on_silence(pack, VISIT, state, due) or Decision(state)).state
    assert (state.mode, ladder) == ("ended", [10.0, 20.0, 60.0, 900.0])


def test_staying_never_goes_back_to_routine_questions(pack: Pack) -> None:
    rng = random.Random(7)
    routine = {script for q in pack.questions if q not in pack.staying.values() for script in (q.ask, q.again)}
    state: State = decide(pack, VISIT, greet(pack, VISIT, State()).state, "I can't breathe").state
    said: set[str] = set()
    for _ in range(200):
        decision = decide(pack, VISIT, replace(state, stop_checked=False), rng.choice(HARMLESS))
        state = decision.state
        said |= {line.script for line in decision.lines}
    assert (state.mode, said & routine) == ("staying", set())
