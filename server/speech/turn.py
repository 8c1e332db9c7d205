"""When does a patient's turn begin and end? Pure: windows of voice activity and opinions in, actions out.

Silence alone cannot tell a pause from an end (research/models.md: 7 of 49 hesitant recordings pause 1.5 s inside a
sentence), so the wait depends on what was said and on the audio model's vote.
"""

from dataclasses import dataclass
from enum import Enum

from server.speech.completeness import Completeness, completeness, is_bare_answer

WINDOW_SECONDS = 0.032
"""One step of the voice-activity model: 512 samples at 16 kHz."""


_CARRY_WINDOWS = 8
"""Silent windows (0.26 s) that make a pause short enough to be inside a turn, long enough to cut at."""
_FEWEST_WORDS = 3
"""Of a sentence whose other readings are worth the time."""


class Action(Enum):
    """What the listener must do next."""

    START = "start"
    INTERIM = "interim"
    """Decode what is there, for captions and early triage."""
    SPECULATE = "speculate"
    """Decode the utterance now, so that its words are there when the wait is over."""
    VOTE = "vote"
    """Ask the audio end-of-turn model."""
    COMMIT = "commit"
    CARRY = "carry"
    """The utterance grows too long for the recognizer: bank its words and go on with the same turn."""


@dataclass(frozen=True)
class TurnTimings:
    """Seconds and probabilities; sources: research/speech.md §2 (table C) and §10, measured again by `bench latency`."""

    start_windows: int = 2
    """Voiced windows in a row that begin a turn."""
    voiced: float = 0.5
    """Probability that begins voice."""
    still_voiced: float = 0.35
    """Probability that keeps it, just after voice."""
    speculate_after: float = 0.096
    vote_windows: tuple[int, ...] = (4, 7, 10, 14)
    """Silent windows at which the audio model is asked; it grows surer with each (docs/measurements.md)."""
    floor: float = 0.19
    """Least silence before any end."""
    finished: tuple[tuple[float, float], ...] = ((0.30, 0.19), (0.18, 0.28), (0.0, 0.45))
    """For a finished sentence: (vote at least, silence needed)."""
    finished_unvoted: float = 0.40
    answered: float = 0.28
    """Most silence after a bare "no", or a bare "yes" where one was asked for: the model, which goes by the melody of
    sentences, votes .1 to .3 on one word (docs/measurements.md)."""
    doubtful: float = 1.35
    """For a sentence that may be finished or not, or that looks finished but has an unfinished reading: it may have been cut
    short by a pause."""
    unfinished: float = 0.07
    """Share of unfinished readings from which a sentence is doubtful; docs/measurements.md: what it holds and what it costs."""
    unweighed: float = 0.30
    """Least silence while the readings of a sentence are still being found."""
    open: float = 2.2
    """An open sentence is held for this long."""
    hesitation: float = 0.6
    """Silence after which going on with the same turn is a hesitation: shorter ones lie between the words of any sentence
    (research/models.md: 19 of 49 hesitant recordings pause 0.5 s or more)."""
    resumed: float = 1.5
    """A voice this soon after an end went on with the sentence that was taken for finished."""
    hesitant_turns: int = 4
    """Turns for which somebody who hesitated is given `doubtful` time (design choice; field.md A1: endpointing from the
    pauses of the conversation itself)."""
    nothing_recognized: float = 0.5
    no_text_yet: float = 1.0
    interim_every: float = 0.6
    carry_after: float = 18.0
    """From here the next short pause banks the words; the recognizer is trained on at most 30 s."""
    carry_at_latest: float = 26.0


PATIENCE = {"teach_back": 1.5, "number": 1.5}
"""Factor on every wait by the kind of answer expected: own words and numbers are thought about (clinical.md §3, design
choice; every other kind 1)."""


class Turn:
    """The state of one patient's turn-taking."""

    def __init__(self, timings: TurnTimings | None = None) -> None:
        self.timings = timings or TurnTimings()
        self.expects = "free"
        """The kind of answer that was asked for."""
        self.held = 0.0
        """Seconds added to every wait of the turn under way."""
        self._lingers = 0.0
        """Seconds added to the wait of the present silence."""
        self.active = False
        self._run = 0
        self._hesitant = 0
        self._hesitated = False
        self._since_end: int | None = None
        self._reset()

    def _reset(self) -> None:
        self.windows = 0
        """Windows of the current utterance so far."""
        self.voiced = 0
        """Windows up to and including the last voiced one."""
        self._lingers = 0.0
        self._interim_at = 0
        self._speculated = -1
        self._text: str | None = None
        self._text_for = -1
        self._weighing = False
        self._unfinished = 0.0
        self._vote: float | None = None
        self.carried = ""
        """Words of the same turn already banked."""

    @property
    def patience(self) -> float:
        """Factor on every wait but a bare answer's; above 1 where the question asks for thought."""
        return PATIENCE.get(self.expects, 1.0)

    @property
    def silence(self) -> float:
        """Seconds since the last voiced window."""
        return (self.windows - self.voiced) * WINDOW_SECONDS

    @property
    def known(self) -> bool:
        """Whether the words up to the last voiced window have been recognized."""
        return self._text is not None and self._text_for == self.voiced

    @property
    def text(self) -> str:
        """The whole turn's words as far as known."""
        return f"{self.carried} {self._text or ''}".strip()

    def hear(self, probability: float) -> list[Action]:
        """Take one window's probability of voice."""
        if not self.active:
            return self._wait(probability)
        self.windows += 1
        quiet_before = self.windows - 1 - self.voiced
        if probability >= (self.timings.still_voiced if quiet_before == 0 else self.timings.voiced):
            self._hesitated |= quiet_before * WINDOW_SECONDS >= self.timings.hesitation
            self.voiced = self.windows
            self._lingers = 0.0
            self._vote = None
            return self._speaking()
        return self._pausing()

    def hold(self, seconds: float) -> None:
        """The patient holds the floor: put off the end of the turn under way, by the longest that was asked for."""
        if self.active:
            self.held = max(self.held, seconds)

    def linger(self, seconds: float) -> None:
        """Put off the end for as long as the present silence lasts; the next one is judged by itself."""
        if self.active:
            self._lingers = max(self._lingers, seconds)

    def recognized(self, voiced: int, text: str, *, weighing: bool = False) -> None:
        """The words of the utterance up to window `voiced` are known; with `weighing`, `weighed` is going to follow."""
        self._text, self._text_for = text, voiced
        self._weighing, self._unfinished = weighing, 0.0

    def weighed(self, voiced: int, unfinished: float) -> None:
        """The share, 0 to 1, of readings of those words that are unfinished."""
        if voiced == self._text_for:
            self._weighing, self._unfinished = False, unfinished

    @property
    def worth_weighing(self) -> bool:
        """Whether another reading of the words could change the wait: short answers are what they seem."""
        return (
            self.known and len(self.text.split()) >= _FEWEST_WORDS and completeness(self.text) is Completeness.FINISHED
        )

    def voted(self, voiced: int, probability: float) -> None:
        """The audio model's probability that the turn ended, asked after window `voiced`."""
        if voiced == self.voiced:
            self._vote = probability

    def carry(self, text: str) -> None:
        """Bank `text` and go on with an empty utterance."""
        banked = f"{self.carried} {text}".strip()
        self._reset()
        self.carried = banked

    def end(self) -> None:
        """The turn was committed; wait for the next."""
        self._hesitant = self.timings.hesitant_turns if self._hesitated else max(0, self._hesitant - 1)
        self._hesitated = False
        self._since_end = 0
        self.held = 0.0
        self.active = False
        self._run = 0
        self._reset()

    def _wait(self, probability: float) -> list[Action]:
        self._run = self._run + 1 if probability >= self.timings.voiced else 0
        self._since_end = None if self._since_end is None else self._since_end + 1
        if self._run < self.timings.start_windows:
            return []
        if self._since_end is not None and self._since_end * WINDOW_SECONDS <= self.timings.resumed:
            self._hesitated = True
        self.active = True
        self._reset()
        return [Action.START]

    def began(self, windows: int) -> None:
        """The utterance starts with `windows` windows kept from before the voice."""
        self.windows = self.voiced = self._interim_at = windows

    def _speaking(self) -> list[Action]:
        length = self.windows * WINDOW_SECONDS
        if length >= self.timings.carry_at_latest:
            return [Action.CARRY]
        if (self.windows - self._interim_at) * WINDOW_SECONDS >= self.timings.interim_every:
            self._interim_at = self.windows
            return [Action.INTERIM]
        return []

    def _pausing(self) -> list[Action]:
        actions = []
        silent = self.windows - self.voiced
        if self.silence >= self.timings.speculate_after and self._speculated != self.voiced:
            self._speculated = self.voiced
            actions.append(Action.SPECULATE)
        if silent in self.timings.vote_windows:
            actions.append(Action.VOTE)
        if self.silence >= self.needed() + max(self.held, self._lingers):
            actions.append(Action.COMMIT)
        elif self.windows * WINDOW_SECONDS >= self.timings.carry_after and self.known and silent == _CARRY_WINDOWS:
            actions.append(Action.CARRY)
        return actions

    def needed(self) -> float:
        """Seconds of silence after which this turn counts as ended, from what is known so far."""
        t = self.timings
        if not self.known:
            return t.no_text_yet
        state = completeness(self.text)
        if state is None:
            return t.nothing_recognized
        if state is Completeness.OPEN:
            return t.open
        if state is Completeness.UNSURE or self._may_go_on():
            return t.doubtful * self.patience
        return max(t.unweighed if self.worth_weighing and self._weighing else t.floor, self._voted_wait())

    def _may_go_on(self) -> bool:
        """Whether a sentence that looks finished may not be: for its other readings, or because this patient hesitates."""
        if not self.worth_weighing:
            return False
        hesitant = self._hesitant > 0 or self._hesitated
        return self._unfinished >= self.timings.unfinished or hesitant

    def _voted_wait(self) -> float:
        t = self.timings
        needed = t.finished_unvoted
        if self._vote is not None:
            needed = next(seconds for least, seconds in t.finished if self._vote >= least)
        needed *= self.patience
        return min(needed, t.answered) if self._is_answered() else needed

    def _is_answered(self) -> bool:
        """Whether nothing is missing from the answer, from somebody who does not hesitate."""
        thought = self._hesitated or self._hesitant > 0 or self.expects == "teach_back"
        return not thought and is_bare_answer(self.text, yes_too=self.expects == "yes_no")
