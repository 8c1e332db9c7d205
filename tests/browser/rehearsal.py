"""Works out a whole check-in beforehand: what the persona will say, when, and what the patient answers to it.

Chromium's fake microphone plays one recording from its start, so the answers must already be where the questions will be.
The policy is deterministic and the voice's durations are known; each answer leaves a generous pause, because an answer that
comes late does no harm and one that comes early would interrupt.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from server.checkin.thread import Thread
from server.conversation.state import Decision
from server.speech.voice import OUTPUT_RATE, VoiceProcess
from tests.fakes.speakers import RATE, Pcm, Speaker, spaced

_REPLY_SECONDS = 0.6
"""End of the patient's words to the persona's first sound, as planned for."""
_THINKING_SECONDS = 2.2
"""Pause before each answer: keeps the plan ahead of a slow machine."""


@dataclass(frozen=True)
class Rehearsal:
    """A planned check-in."""

    recording: Pcm
    answers: tuple[str, ...]
    """What the patient says, in order."""
    ends_at: tuple[float, ...]
    """Second of the recording at which each answer ends."""
    seconds: float
    """From the start of the microphone to the persona's last word."""


async def rehearse(
    thread: Thread, answer_to: Callable[[Decision], str], patient: Speaker, persona: VoiceProcess, lead: float
) -> Rehearsal:
    """Plan the check-in; `answer_to` gives the answer to each decision, `lead` is when the persona begins to speak."""
    decision, now = thread.greet(), lead
    answers: list[str] = []
    pieces: list[tuple[float, Pcm]] = []
    while True:
        now += await _length(persona, [line.text for line in decision.lines])
        if decision.ended:
            break
        answer = answer_to(decision)
        sound = await patient.say(answer)
        pieces.append((now + _THINKING_SECONDS, sound))
        now += _THINKING_SECONDS + len(sound) / RATE + _REPLY_SECONDS
        answers.append(answer)
        decision = thread.turn(answer, continues=False)
    ends = tuple(at + len(sound) / RATE for at, sound in pieces)
    return Rehearsal(spaced(pieces, now + 5.0), tuple(answers), ends, now)


async def _length(persona: VoiceProcess, sentences: Sequence[str]) -> float:
    sounds = [await persona.speak(sentence) for sentence in sentences]
    return sum(len(sound.pcm) for sound in sounds) / 2 / OUTPUT_RATE
