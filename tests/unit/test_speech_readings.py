"""Other readings of the end of an utterance, searched in a language of five tokens."""

import numpy as np
import pytest

from server.speech.readings import Reading, Scores, search, unfinished_share

KIND = "unit"

END, IN, ME, MY, STOP = range(5)
NEXT = {
    IN: {ME: 0.6, MY: 0.4},
    ME: {STOP: 0.9, END: 0.1},
    MY: {STOP: 0.7, END: 0.3},
    STOP: {END: 1.0},
}
"""Probability of what follows each token."""


def scores(following: dict[int, float]) -> Scores:
    row = np.full(32, -30.0, np.float32)
    row[list(following)] = np.log(np.array(list(following.values()), np.float32))
    return row


class Decoder:
    """Follows `NEXT`; remembers what each beam consists of, as a cache of keys and values would."""

    def __init__(self) -> None:
        self.beams: list[list[int]] = [[]]

    def step(self, rows: list[int], tokens: list[int]) -> Scores:
        self.beams = [[*self.beams[row], token] for row, token in zip(rows, tokens, strict=True)]
        return np.stack([scores(NEXT[token]) for token in tokens])


def test_every_likely_ending_is_found_with_its_share() -> None:
    found = search(scores({IN: 1.0}), Decoder().step, END)
    assert [ending for _, ending in found] == [[IN, ME, STOP], [IN, MY, STOP], [IN, MY], [IN, ME]]
    assert [share for share, _ in found] == pytest.approx([0.54, 0.28, 0.12, 0.06], abs=0.001)


def test_each_beam_goes_on_from_its_own_past() -> None:
    decoder = Decoder()
    search(scores({IN: 1.0}), decoder.step, END)
    assert sorted(decoder.beams) == [[IN, ME, STOP], [IN, MY, STOP]]


def test_a_search_that_finds_no_end_gives_nothing() -> None:
    assert search(scores({IN: 1.0}), lambda rows, tokens: np.stack([scores({IN: 1.0}) for _ in tokens]), END) == []


def test_readings_that_must_or_may_go_on_are_added_up() -> None:
    readings = [
        Reading("I have been sleeping in me.", 0.5),
        Reading("I have been sleeping in my.", 0.3),
        Reading("I have been sleeping in those.", 0.1),
        Reading("I have been sleeping in May.", 0.1),
    ]
    assert unfinished_share(readings) == pytest.approx(0.4)
