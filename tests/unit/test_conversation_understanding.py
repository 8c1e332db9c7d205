"""What words come to as an answer: a phrase counts where it was meant, and not with an exception or beside its opposite."""

from pathlib import Path

import pytest

from server.conversation.agenda import Ask
from server.conversation.heard import hear
from server.conversation.state import Visit
from server.conversation.understanding import understand
from server.persona.loading import load_pack

KIND = "unit"

PACK = load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")
QUESTIONS = {question.id: question for question in PACK.questions}


def understood(question: str, words: str) -> str | None:
    found = understand(PACK, Visit("Maria"), Ask(question, QUESTIONS[question]), hear(words))
    return found.answer if found else None


@pytest.mark.parametrize(
    ("question", "words", "answer"),
    [
        ("missed_days", "I take them all except the water pill", None),
        ("missed_days", "I never miss except Tuesday", "1 days"),
        ("missed_days", "I take them all, but I skipped some", None),
        ("missed_days", "none, I take them every day", "0 days"),
        ("missed_days", "No, I never miss", "0 days"),
        ("missed_days", "no I never miss", "0 days"),
        ("missed_days", "I missed them every day", "7 days"),
        ("missed_days", "I don't take it every day", None),
        ("ride", "no my son can't take me anymore", "no"),
        ("ride", "my son drives but his car is broken", None),
        ("ride", "my son drives me", "yes"),
        ("ride", "no, my son drives me", "yes"),
        ("have_all", "I have them all, no wait, not the water pill", None),
        ("have_all", "I have them all", "yes"),
        ("have_all", "all but one", "no"),
        ("have_all", "Yes, all except the water pill", "no"),
        ("have_all", "yes but it's expensive", "yes"),
        ("have_all", "no, I have them all", "yes"),
        ("have_all", "I haven't got them all", "no"),
        ("trend", "the food was terrible but I'm doing okay", None),
        ("trend", "better but tired", "better"),
        ("trend", "not so good", "worse"),
        ("trend", "not bad", "same"),
        ("trend", "no worse", "same"),
        ("trend", "okay, better I think", "better"),
        ("felt_different", "no, but I felt dizzy", "no, but I felt dizzy"),
        ("felt_different", "No, nothing", "nothing"),
        ("calling_911", "I'm not calling", "no"),
        ("calling_911", "my daughter is calling", "yes"),
        ("hf_weight", "no I haven't weighed", "not weighed"),
        ("days_left", "not enough", None),
        ("days_left", "plenty", "plenty"),
        ("helper", "no, just me", "no one"),
    ],
)
def test_is_understood_as(question: str, words: str, answer: str | None) -> None:
    assert understood(question, words) == answer
