"""When a patient's turn begins and ends, step by step, with voice activity and opinions fed in."""

import pytest

from server.speech.turn import WINDOW_SECONDS, Action, Turn

KIND = "unit"

VOICE, QUIET = 0.9, 0.05


def speak(turn: Turn, windows: int, probability: float = VOICE) -> list[Action]:
    return [action for _ in range(windows) for action in turn.hear(probability)]


def silence_for(turn: Turn, windows: int) -> None:
    speak(turn, windows, QUIET)


def silence_until(turn: Turn, wanted: Action, longest: int = 200) -> int:
    """Silent windows until `wanted`, or `longest`."""
    return next((n for n in range(1, longest) if wanted in turn.hear(QUIET)), longest)


def begun(text: str) -> Turn:
    """A turn with one second of voice, recognized as `text`."""
    turn = Turn()
    speak(turn, 2)
    turn.began(2)
    speak(turn, 30)
    turn.recognized(turn.voiced, text)
    return turn


def seconds(windows: int) -> float:
    return windows * WINDOW_SECONDS


def test_one_click_is_no_turn() -> None:
    turn = Turn()
    assert speak(turn, 1) == []
    assert speak(turn, 5, QUIET) == []
    assert not turn.active


def test_two_voiced_windows_begin_a_turn() -> None:
    assert speak(Turn(), 2) == [Action.START]


def test_a_finished_sentence_ends_soon_when_the_model_agrees() -> None:
    turn = begun("I feel fine today.")
    turn.voted(turn.voiced, 0.6)
    assert seconds(silence_until(turn, Action.COMMIT)) < 0.23


def test_a_finished_sentence_waits_longer_when_the_model_doubts() -> None:
    turn = begun("I feel fine today.")
    turn.voted(turn.voiced, 0.05)
    assert 0.4 < seconds(silence_until(turn, Action.COMMIT)) < 0.5


def test_an_open_sentence_is_held_for_more_than_a_long_pause() -> None:
    turn = begun("I took the water pill and")
    turn.voted(turn.voiced, 0.9)
    assert seconds(silence_until(turn, Action.COMMIT)) > 2.0


def test_an_unfinished_reading_holds_a_sentence_that_looks_finished() -> None:
    turn = begun("I have been sleeping in me.")
    turn.voted(turn.voiced, 0.9)
    turn.weighed(turn.voiced, 0.3)
    assert seconds(silence_until(turn, Action.COMMIT)) > 1.2


def test_an_unlikely_unfinished_reading_holds_nothing() -> None:
    turn = begun("I feel fine today.")
    turn.voted(turn.voiced, 0.9)
    turn.weighed(turn.voiced, 0.01)
    assert seconds(silence_until(turn, Action.COMMIT)) < 0.23


def test_a_short_answer_is_what_it_seems() -> None:
    turn = begun("No, never.")
    turn.voted(turn.voiced, 0.9)
    turn.weighed(turn.voiced, 0.3)
    assert not turn.worth_weighing
    assert seconds(silence_until(turn, Action.COMMIT)) < 0.23


def test_a_sentence_that_may_go_on_outlasts_a_pause() -> None:
    turn = begun("My incision looks a little.")
    turn.voted(turn.voiced, 0.9)
    assert 1.2 < seconds(silence_until(turn, Action.COMMIT)) < 1.5


def test_readings_that_are_on_their_way_are_waited_for_but_not_long() -> None:
    turn = begun("")
    turn.recognized(turn.voiced, "I feel fine today.", weighing=True)
    turn.voted(turn.voiced, 0.9)
    assert 0.28 < seconds(silence_until(turn, Action.COMMIT)) < 0.34


def test_readings_of_earlier_words_say_nothing_about_later_ones() -> None:
    turn = begun("I have been sleeping in me.")
    earlier = turn.voiced
    speak(turn, 10)
    turn.recognized(turn.voiced, "I have been sleeping in my chair.")
    turn.voted(turn.voiced, 0.9)
    turn.weighed(earlier, 0.9)
    assert seconds(silence_until(turn, Action.COMMIT)) < 0.23


def test_voice_within_the_pause_keeps_the_turn() -> None:
    turn = begun("I took the water pill and")
    speak(turn, 38, QUIET)
    actions = speak(turn, 3)
    assert turn.active
    assert Action.COMMIT not in actions


def test_words_known_for_an_earlier_pause_do_not_end_a_later_one() -> None:
    turn = begun("I feel fine today.")
    speak(turn, 4, QUIET)
    speak(turn, 10)
    assert not turn.known
    assert turn.needed() == turn.timings.no_text_yet


def test_recognition_starts_inside_the_silence() -> None:
    turn = begun("")
    assert seconds(silence_until(turn, Action.SPECULATE)) <= 0.1


def test_noise_without_words_ends_without_waiting_long() -> None:
    turn = begun("")
    assert 0.48 < seconds(silence_until(turn, Action.COMMIT)) < 0.55


def test_patience_stretches_the_wait_of_a_thoughtful_question() -> None:
    turn = begun("I feel fine today.")
    turn.expects = "teach_back"
    turn.voted(turn.voiced, 0.1)
    assert 0.65 < seconds(silence_until(turn, Action.COMMIT)) < 0.72


def doubted(text: str, expects: str) -> float:
    """Seconds waited after `text` where the audio model does not take it for the end."""
    turn = begun(text)
    turn.expects = expects
    turn.voted(turn.voiced, 0.1)
    return seconds(silence_until(turn, Action.COMMIT))


@pytest.mark.parametrize(
    ("text", "expects"),
    [("No.", "yes_no"), ("Yes.", "yes_no"), ("No, not at all.", "number"), ("Nothing, thank you.", "free")],
)
def test_a_bare_answer_is_enough_whatever_its_melody(text: str, expects: str) -> None:
    assert doubted(text, expects) < 0.3


@pytest.mark.parametrize(
    ("text", "expects"), [("Yes.", "free"), ("No.", "teach_back"), ("No pain.", "yes_no"), ("No, but", "yes_no")]
)
def test_what_only_begins_an_answer_is_waited_for(text: str, expects: str) -> None:
    assert doubted(text, expects) > 0.4


def test_somebody_who_hesitates_is_not_held_to_a_bare_answer() -> None:
    turn = begun("I took it and then I went to bed.")
    speak(turn, 25, QUIET)
    speak(turn, 10)
    turn.end()
    speak(turn, 2)
    turn.began(2)
    speak(turn, 10)
    turn.recognized(turn.voiced, "No.")
    turn.expects = "yes_no"
    turn.voted(turn.voiced, 0.1)
    assert seconds(silence_until(turn, Action.COMMIT)) > 0.4


def test_a_rambler_is_banked_before_the_recognizer_loses_the_thread() -> None:
    turn = Turn()
    speak(turn, 2)
    turn.began(2)
    actions = speak(turn, int(27 / WINDOW_SECONDS))
    assert Action.CARRY in actions
    turn.carry("First I made the coffee and then")
    turn.began(0)
    speak(turn, 10)
    turn.recognized(turn.voiced, "I sat down.")
    assert turn.text == "First I made the coffee and then I sat down."


def said(turn: Turn, text: str) -> float:
    """Seconds of silence until a turn of one second, recognized as `text`, is over; the audio model agrees."""
    speak(turn, 2)
    turn.began(2)
    speak(turn, 30)
    turn.recognized(turn.voiced, text)
    turn.voted(turn.voiced, 0.6)
    waited = seconds(silence_until(turn, Action.COMMIT))
    turn.end()
    return waited


def hesitated(turn: Turn) -> float:
    """A turn with a pause of one second inside; seconds of silence until it is over."""
    speak(turn, 2)
    turn.began(2)
    speak(turn, 30)
    turn.recognized(turn.voiced, "I took the pill and")
    speak(turn, 31, QUIET)
    return said(turn, "I took the pill and went to bed.")


def said_later(turn: Turn, text: str) -> float:
    """As `said`, after the persona has answered."""
    speak(turn, 100, QUIET)
    return said(turn, text)


def test_somebody_who_hesitates_is_given_more_time_for_a_while() -> None:
    turn = Turn()
    assert hesitated(turn) > 1.25
    waits = [said_later(turn, "I sleep in my chair now.") for _ in range(5)]
    assert min(waits[:4]) > 1.25
    assert waits[4] < 0.25


def test_short_answers_stay_quick_for_somebody_who_hesitates() -> None:
    turn = Turn()
    hesitated(turn)
    assert said_later(turn, "No, thanks.") < 0.25


def test_going_on_right_after_an_end_is_a_hesitation_too() -> None:
    turn = Turn()
    said(turn, "I have been sleeping in me.")
    speak(turn, 30, QUIET)
    assert said(turn, "It is the chair by the window.") > 1.25
    assert said_later(turn, "I sleep in my chair now.") > 1.25


def test_a_turn_that_is_held_ends_so_much_later_and_the_next_one_does_not() -> None:
    usual = seconds(silence_until(begun("I took the water pill and"), Action.COMMIT))
    turn = begun("I took the water pill and")
    turn.hold(1.5)
    turn.hold(0.5)
    assert abs(seconds(silence_until(turn, Action.COMMIT)) - usual - 1.5) <= WINDOW_SECONDS
    turn.end()
    speak(turn, 2)
    turn.began(2)
    speak(turn, 30)
    turn.recognized(turn.voiced, "I took the water pill and")
    assert seconds(silence_until(turn, Action.COMMIT)) == usual


def test_nothing_is_held_between_turns() -> None:
    turn = Turn()
    turn.hold(1.5)
    assert turn.held == 0.0


def test_who_stops_on_a_filler_is_waited_for_in_that_silence_alone() -> None:
    usual = seconds(silence_until(begun("I took the blue one."), Action.COMMIT))
    turn = begun("I took the blue one.")
    silence_for(turn, 3)
    turn.linger(1.5)
    assert abs(seconds(3 + silence_until(turn, Action.COMMIT)) - usual - 1.5) <= WINDOW_SECONDS
    assert usual < 0.5


def test_a_filler_that_was_gone_on_from_holds_nothing_any_more() -> None:
    usual = seconds(silence_until(begun("I took the blue one."), Action.COMMIT))
    turn = begun("I took the blue one.")
    silence_for(turn, 3)
    turn.linger(1.5)
    speak(turn, 1)
    turn.recognized(turn.voiced, "I took the blue one.")
    assert seconds(silence_until(turn, Action.COMMIT)) == usual
