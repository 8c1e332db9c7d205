"""Pure rules on words: is a sentence finished, what a recognizer invents, how written words are read aloud."""

import pytest

from server.speech.completeness import Completeness, completeness
from server.speech.hallucination import without_invention
from server.speech.pronunciation import fold, spoken_text
from server.speech.visemes import viseme_of
from server.vocabulary.speech import WordTiming

KIND = "unit"


@pytest.mark.parametrize(
    "text",
    [
        "I took the water pill and",
        "It hurts when I",
        "My daughter comes over on",
        "I have been sleeping in the",
        "They gave me a new",
        "I feel better because",
        "When I get up in the morning",
        "My left foot is",
        "I was going to ask about my",
        "I checked my blood pressure and it was",
        "I think the doctor said that I should.",
        "The bandage is dry but there is",
        "I need to know whether",
        "Yes, I am still using",
        "They told me not to lift",
        "I have to sit down because my legs",
        "After breakfast I usually",
        "It hurts a little when high.",
        "Sometimes my heart",
        "I do not know how to",
        "Well, um",
        "In the evening I take",
        "I need",
        "So I",
        "It gives me",
        "I have a cough and it",
        "It feels like",
    ],
)
def test_sentences_that_must_go_on(text: str) -> None:
    assert completeness(text) is Completeness.OPEN


@pytest.mark.parametrize(
    "text",
    [
        "No.",
        "No,",
        "Yes, I do.",
        "I think so.",
        "There is a tight feeling in my chest and it goes down my left arm.",
        "I took all of my pills this morning.",
        "When I stand up I get dizzy.",
        "Not really.",
        "Better.",
        "I guess so.",
        "Every morning.",
        "It comes and goes.",
        "It is about the same.",
        "I was in the hospital for my heart.",
        "Not that I know of.",
        "I sleep well.",
        "After dinner.",
        "She comes by on the third of May.",
        "Yes, I have.",
        "No, it is not.",
        "It is better than it was.",
        "Just a little.",
        "Lisinopril.",
        "I did.",
        "My wife does.",
        "So do I.",
        "I don't think I can.",
        "That's what they said.",
        "What is it for?",
        "When can I shower?",
        "I gained two pounds,",
    ],
)
def test_sentences_that_are_over(text: str) -> None:
    assert completeness(text) is Completeness.FINISHED


@pytest.mark.parametrize("text", ["I have.", "My incision looks a little.", "I do not know why.", "I told her that."])
def test_sentences_that_may_be_over_or_not(text: str) -> None:
    assert completeness(text) is Completeness.UNSURE


def test_no_words_is_no_sentence() -> None:
    assert completeness("...") is None


def test_stock_phrases_are_dropped() -> None:
    assert without_invention("Thank you for watching.", 1.2) == ""


def test_loops_are_cut_to_one() -> None:
    assert without_invention("I am fine I am fine I am fine I am fine I am fine", 1.0).split() == ["I", "am", "fine"]


def test_an_invented_opening_is_dropped_and_a_real_one_kept() -> None:
    assert without_invention("You I feel fine.", 1.5) == "I feel fine."
    assert without_invention("You know what I mean.", 1.5) == "You know what I mean."


def test_no_no_no_is_not_a_loop() -> None:
    assert without_invention("No, no, no.", 1.2) == "No, no, no."


def test_numbers_are_read_the_way_people_say_them() -> None:
    assert spoken_text("Please call 911 now.") == "Please call 9 1 1 now."
    assert spoken_text("Call 202-555-0143.") == "Call 2 0 2, 5 5 5, 0 1 4 3."


def test_timings_come_back_to_the_written_words() -> None:
    tokens = ["Call", "9", "1", "1", "now."]
    timed = [WordTiming(token, float(i), i + 1.0) for i, token in enumerate(tokens)]
    assert fold("Call 911 now.", timed) == [
        WordTiming("Call ", 0.0, 1.0),
        WordTiming("911 ", 1.0, 4.0),
        WordTiming("now. ", 4.0, 5.0),
    ]


def test_both_phone_sets_have_mouth_shapes() -> None:
    assert [viseme_of(phone) for phone in ("p", "ˈaɪ", "dh", "θ", "uw", "pau", "_")] == [
        "PP", "aa", "TH", "TH", "U", "sil", "sil",
    ]  # fmt: skip
