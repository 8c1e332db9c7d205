"""The ledger: every sentence that passed the gate ends in one entry that says how much of it the patient heard."""

from server.media.playout import SAMPLE_RATE, Utterance
from server.speech.ledger import Ledger
from server.vocabulary.events import SentenceHeard
from server.vocabulary.speech import WordTiming

KIND = "unit"

WORD = 0.5
"""Seconds a word takes here."""
FIRST, SECOND = "Do not take two.", "Please sit down."


def utterance(*sentences: str, played: float) -> Utterance:
    made = Utterance(1)
    at = 0.0
    for sentence in sentences:
        for index, word in enumerate(sentence.split()):
            made.words.append(WordTiming(word + " ", at, at + WORD, opens=index == 0))
            at += WORD
    made.pcm += bytes(2 * int(at * SAMPLE_RATE))
    made.read = 2 * int(played * SAMPLE_RATE)
    return made


def ledger(*sentences: str) -> Ledger:
    made = Ledger()
    for number, sentence in enumerate(sentences, 1):
        made.gated(number, sentence)
    return made


def test_what_was_played_to_its_end_was_heard_in_full() -> None:
    entries = ledger(FIRST, SECOND).ended(utterance(FIRST, SECOND, played=3.5))
    assert entries == [SentenceHeard(1, FIRST, 2.0, 2.0, 4, 4), SentenceHeard(2, SECOND, 1.5, 1.5, 3, 3)]


def test_a_cut_is_known_to_the_word() -> None:
    there = ledger(FIRST, SECOND)
    entries = there.ended(utterance(FIRST, SECOND, played=1.2))
    assert entries == [SentenceHeard(1, FIRST, 2.0, 1.2, 3, 4), SentenceHeard(2, SECOND, 1.5, 0.0, 0, 3)]
    assert there.close() == []


def test_a_sentence_that_never_became_sound_was_not_heard() -> None:
    there = ledger(FIRST, SECOND)
    assert there.ended(utterance(FIRST, played=0.4)) == [SentenceHeard(1, FIRST, 2.0, 0.4, 1, 4)]
    assert there.close() == [SentenceHeard(2, SECOND, 0.0, 0.0, 0, 3)]


def test_a_sentence_given_up_before_another_is_closed_with_it() -> None:
    entries = ledger(FIRST, SECOND).ended(utterance(SECOND, played=1.5))
    assert [(one.sentence, one.heard_words) for one in entries] == [(1, 0), (2, 3)]


def test_the_same_words_twice_are_two_sentences() -> None:
    there = ledger(FIRST, FIRST)
    assert [one.sentence for one in there.ended(utterance(FIRST, played=2.0))] == [1]
    assert [one.sentence for one in there.ended(utterance(FIRST, played=0.2))] == [2]


def test_what_the_gate_never_saw_has_no_entry() -> None:
    assert Ledger().ended(utterance(FIRST, played=2.0)) == []
