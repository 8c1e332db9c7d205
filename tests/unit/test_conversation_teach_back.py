"""What shows that an instruction was understood, and what only sounds like it."""

from pathlib import Path

import pytest

from server.conversation.heard import hear
from server.conversation.teach_back import score
from server.persona.loading import load_pack

KIND = "unit"

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")
LESSON = next(q.teach_back for o in PACK.objectives for q in o.questions if q.teach_back)


@pytest.mark.parametrize(
    "words",
    [
        "I'd call 911",
        "Call 911.",
        "call nine one one right away and I would not drive myself",
        "get an ambulance",
        "I'd pick up the phone and dial 911 and sit down and wait for them",
        "call 911 and then tell the nurse",
    ],
)
def test_passes(words: str) -> None:
    assert score(PACK, LESSON, hear(words)).passed


@pytest.mark.parametrize(
    "words",
    [
        "yes",
        "Yes, I understand, call if it's bad.",
        "If your chest starts to hurt, call 911 right away",
        "whatever the doctor says",
        "I guess I wait?",
        "I would drive myself to the hospital",
        "I'd have my son drive me",
        "I would not call 911",
        "I'd take a nap and see if it passes, then call 911",
        "",
    ],
)
def test_does_not_pass(words: str) -> None:
    assert not score(PACK, LESSON, hear(words)).passed


def test_names_the_points_shown() -> None:
    assert score(PACK, LESSON, hear("I'd call 911, not drive, and tell the nurse")).points == (
        "call_911",
        "not_drive",
        "tell_nurse",
    )
