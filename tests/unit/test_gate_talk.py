"""Talk that no list knows passes where it was recognized as claiming nothing, and where no rule finds anything in it."""

import pytest

from server.conversation.gate import Gate
from server.conversation.state import Visit
from server.installation import load_packs
from server.vocabulary.speech import Passage, Receipt

KIND = "unit"

PACK = load_packs()["post-discharge"]
TALK = "Sounds as though you have hardly had a minute to yourself."
LIMIT = PACK.gate.file.numbers.claims_max.value
GUIDE = Passage("guide", 1, "If you faint, call 911.")


def judged(sentence: str, *evidence: Passage, likely: float = 0.0, said: str = "") -> Receipt:
    """What becomes of a sentence of which the recognizer says how likely it claims something."""
    return Gate(PACK, Visit(""), lambda words: likely).judge_free(sentence, evidence, said)


def test_without_a_recognizer_what_no_list_knows_is_refused() -> None:
    receipt = Gate(PACK, Visit("")).judge_free(TALK, ())
    assert (receipt.allowed, receipt.reason) == (False, "unsupported")


def test_what_is_recognized_as_talk_passes() -> None:
    receipt = judged(TALK)
    assert (receipt.allowed, receipt.reason, receipt.passage) == (True, "talk", "")


def test_what_may_be_a_claim_is_refused() -> None:
    assert judged(TALK, likely=LIMIT).reason == "unsupported"


@pytest.mark.parametrize(
    "sentence", ["If you'd rather hear this from a nurse, say the word.", "It means a lot that you told me."]
)
def test_where_words_come_from_is_no_cause(sentence: str) -> None:
    assert judged(sentence).allowed


@pytest.mark.parametrize(
    "sentence",
    [
        "Skip your water pill tonight.",
        "It sounds like you have an infection.",
        "You're going to be fine.",
        "You'll be back to normal in two weeks.",
        "I promise this will work.",
        "I'm a nurse myself.",
        "Your lab results look good.",
        "You wouldn't do anything silly, would you?",
        "This stays between us.",
        "A nurse will call you in five minutes.",
        "Do you have pain? Is it bad?",
        "Nehmen Sie das nicht.",
        "Take 40 milligrams of it.",
    ],
)
def test_what_a_rule_forbids_is_forbidden_however_sure_the_recognizer_is(sentence: str) -> None:
    assert not judged(sentence).allowed


def test_what_it_names_must_have_been_told() -> None:
    heard = "So one eighty six on the bathroom scale, then."
    assert judged(heard, said="The scale said 186 pounds this morning.").allowed
    assert not judged(heard, said="The scale said 168 pounds this morning.").allowed
    assert not judged("The Xarelto is the one you keep by the kettle.").allowed


def test_what_a_passage_tells_of_is_for_the_passage() -> None:
    assert judged("You were telling me how you faint.", GUIDE).allowed
    assert not judged("If you faint, that is one for the nurse.", GUIDE).allowed
