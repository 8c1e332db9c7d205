"""The outgoing buffer: what was handed to the wire, to the word, also when the patient interrupts."""

from server.media.playout import FRAME_SAMPLES, SAMPLE_RATE, Playout, PlayoutEvent
from server.vocabulary.speech import VisemeTiming, WordTiming

KIND = "unit"

WORDS = [
    WordTiming("do ", 0.0, 0.2),
    WordTiming("not ", 0.2, 0.4),
    WordTiming("take ", 0.4, 0.6),
    WordTiming("it. ", 0.6, 1.0),
]
SECOND = bytes(SAMPLE_RATE * 2)


def written() -> tuple[Playout, list[PlayoutEvent]]:
    playout = Playout()
    seen: list[PlayoutEvent] = []
    playout.listen(seen.append)
    playout.write(SECOND, WORDS, [VisemeTiming("PP", 0.1, 1.0)])
    playout.finish_writing()
    return playout, seen


def pull(playout: Playout, frames: int, start: int = 0) -> list[bytes | None]:
    return [playout.pull(start + i * FRAME_SAMPLES) for i in range(frames)]


def test_everything_written_is_played_once_and_reported_once() -> None:
    playout, seen = written()
    frames = pull(playout, 60)
    assert [frame is not None for frame in frames] == [True] * 50 + [False] * 10
    assert [event.what for event in seen if event.what != "word"] == ["started", "visemes", "finished"]
    assert seen[-1].utterance.heard() == "do not take it."


def test_an_interruption_knows_the_words_that_were_heard() -> None:
    playout, seen = written()
    pull(playout, 15)
    playout.clear()
    assert seen[-1].what == "cut"
    assert seen[-1].utterance.heard() == "do not"
    assert seen[-1].utterance.sentences() == ("do not take it.",)
    assert playout.pull(0) is None


def test_mouth_shapes_carry_the_sample_at_which_the_utterance_began() -> None:
    playout, seen = written()
    pull(playout, 1, start=96_000)
    assert [event.utterance.starts_at for event in seen if event.what == "visemes"] == [96_000]


def test_nothing_plays_while_paused_and_nothing_is_lost() -> None:
    playout, seen = written()
    pull(playout, 10)
    playout.paused = True
    assert pull(playout, 5) == [None] * 5
    playout.paused = False
    pull(playout, 40)
    assert seen[-1].what == "finished"


def test_a_slow_voice_is_waited_for_not_cut() -> None:
    playout = Playout()
    seen: list[PlayoutEvent] = []
    playout.listen(seen.append)
    playout.write(bytes(100), [], [])
    assert playout.pull(0) is None
    playout.finish_writing()
    assert playout.pull(0) is not None
    assert seen[-1].what == "finished"
