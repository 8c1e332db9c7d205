"""Questions and objectives as data: what is asked, when, what counts as an answer and what follows from it."""

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import Field

from server.persona.shape import Frozen, Name, Signature

AnswerType = Literal[
    "yes_no", "number", "scale", "pressure", "choice", "several", "day", "medicine", "medicines", "free", "teach_back"
]
Fact = Literal[
    "visit_known",
    "visit_unknown",
    "high_alert",
    "no_high_alert",
    "several_medicines",
    "asks_of_last_time",
    "nothing_of_last_time",
]
"""What a chart, and what is remembered, can say of itself; `agenda.facts_of` decides each."""


class Condition(Frozen):
    """When a question is asked at all; everything given here must hold."""

    question: Name | None = None
    """An earlier question that must have ended in an answer of `among`, in none of `not_among`, or with a number."""
    among: tuple[str, ...] = ()
    """An empty string stands for "was not asked"."""
    not_among: tuple[str, ...] = ()
    at_least: float | None = None
    conditions: tuple[Name, ...] = ()
    """The chart lists one of these conditions."""
    groups: tuple[Name, ...] = ()
    """The patient takes a medicine of one of these groups."""
    facts: tuple[Fact, ...] = ()
    home_at_least: Name | None = None
    """Parameter: days since discharge. Holds too where the day is not on file."""


class Said(Frozen):
    """An answer in words of its own."""

    phrase: str
    answer: str | None = None
    """Missing: the sentence is read the way the question reads its answers."""


class Choice(Frozen):
    """One answer of a question with a few answers."""

    id: Name
    phrases: tuple[str, ...]
    acknowledge: Name | None = None


class Limit(Frozen):
    """A number that fires, compared with a parameter that a patient's own order may override."""

    fires: Name
    at_least: Name | None = None
    below: Name | None = None


class Together(Frozen):
    """With `medicines`: a medicine of the group `named` that fires for a patient who takes one of the group `taken`."""

    named: Name
    taken: Name
    fires: Name


class OtherUnit(Frozen):
    """A unit that people also say; one of it is `factor` of the measure's own, from `offset` on."""

    spoken: str
    words: str
    factor: float
    offset: float = 0.0


class Measure(Frozen):
    """A kind of number: its unit, how people say it, and what is plausible."""

    id: Name
    unit: str
    """As written in a record: `lb`, `mg/dL`."""
    spoken: str
    """As said aloud: `pounds`."""
    one: str = ""
    """Of a single one: `pound`."""
    words: str
    """How people say the unit, as alternatives of words."""
    low: float
    high: float
    """A number outside of low and high is read back before it counts."""
    others: tuple[OtherUnit, ...] = ()
    spoken_decimal: bool = False
    """Its tenths are said as a number of their own: "ninety eight six" is 98.6."""
    source: str = Field(min_length=1)
    status: Signature


class TeachPoint(Frozen):
    """One thing that a patient must say in their own words."""

    id: Name
    required: bool = False
    phrases: tuple[str, ...]
    remind: Name | None = None
    """Script said when the point is missing although the answer passed."""


class TeachBack(Frozen):
    """How an answer that repeats an instruction in the patient's own words is scored."""

    teach: tuple[Name, ...]
    """Scripts that teach, the first before the question, then one for each new try."""
    ask_again: Name
    points: tuple[TeachPoint, ...]
    wrong: tuple[str, ...]
    """Phrases that are the wrong thing to do; any of them, not negated, is not a pass."""
    passed: Name
    failed: Name
    fail_fires: Name
    topics: tuple[Name, ...]
    """Guardrails whose words are expected in an answer and are not the patient's own state."""


class Question(Frozen):
    """One question and everything that depends on its answer."""

    id: Name
    ask: Name
    again: Name
    """The same question in other words."""
    expects: AnswerType
    measure: Name | None = None
    """With `number`, `scale` and `pressure`: what is counted."""
    when: Condition | None = None
    each: Literal["high_alert", "service"] | None = None
    """Asked once for every high-alert medicine, with `{medicine}` in its words, or every ordered service, with `{service}`."""
    no_means: str = ""
    """Answer that a plain no stands for: "0 days"."""
    also: tuple[Said, ...] = ()
    """Answers in other words than its type expects: "none" for zero, "I have no scale"."""
    volunteered: tuple[Said, ...] = ()
    """Words that answer this question whenever they are said: it is then not asked, or its answer is corrected."""
    also_yes: tuple[str, ...] = ()
    """Phrases that mean yes to this question only."""
    also_no: tuple[str, ...] = ()
    yes_fires: Name | None = None
    no_fires: Name | None = None
    answer_fires: Name | None = None
    unknown_fires: Name | None = None
    """Guardrail that fires when the question closes without an answer."""
    limits: tuple[Limit, ...] = ()
    choice_fires: Mapping[str, Name] = {}
    """Choice to the guardrail that fires on it."""
    together_fires: tuple[Together, ...] = ()
    directions_fires: Name | None = None
    """With `each: high_alert`: fires when it is taken more or less often than the list says. How often is asked for once."""
    high_alert_fires: Name | None = None
    """With `medicine`: fires when the medicine named is a high-alert one."""
    on_yes: Name | None = None
    on_no: Name | None = None
    on_answer: Name | None = None
    short_answer_means: tuple[str, ...] = ()
    """What a few words say together with the question: "my chest" after "what hurts" is "my chest hurts"."""
    topics: tuple[Name, ...] = ()
    """Guardrails whose words are expected in an answer and are not the patient's own state: "it is for clots"."""
    topic_words: tuple[str, ...] = ()
    """Of a question about danger: what it asks about. Beside a no they say nothing new, and named later they reopen it."""
    choices: tuple[Choice, ...] = ()
    teach_back: TeachBack | None = None

    def fires(self) -> Iterator[Name]:
        """Every guardrail that an answer to this question, or none, can fire; some of them more than once."""
        single = (
            self.yes_fires,
            self.no_fires,
            self.answer_fires,
            self.unknown_fires,
            self.directions_fires,
            self.high_alert_fires,
            self.teach_back.fail_fires if self.teach_back else None,
        )
        yield from (name for name in single if name)
        yield from self.choice_fires.values()
        yield from (together.fires for together in self.together_fires)
        yield from (limit.fires for limit in self.limits)

    def fires_on(self, answer: str) -> Iterator[Name]:
        """Those that this answer fires whoever gives it; several choices stand with commas between them.

        The chart decides about the rest: limits, directions, and medicines that are high-alert or do not go together.
        """
        plain = {"yes": self.yes_fires, "no": self.no_fires}.get(answer) if self.expects == "yes_no" else None
        chosen = (self.choice_fires.get(one) for one in answer.split(","))
        yield from (name for name in (self.answer_fires, plain, *chosen) if name)


class Objective(Frozen):
    """One thing a check-in must reach, refuse or give up: never leave open."""

    id: Name
    version: int = Field(ge=1)
    says: tuple[Name, ...] = ()
    """Scripts said when the objective begins."""
    says_if: Mapping[Fact, Name] = {}
    """Said after `says` where the chart says so."""
    recap: Mapping[Name, Mapping[str, Name]] = {}
    """Question to answer to script: what is read back, chosen by the answers given."""
    asks_for: Literal["conditions", "medicine_groups", "last_time"] | None = None
    """Takes in the questions of the patient's condition packs of this kind, or those about the last check-in, after its own."""
    teaches_for: tuple[Literal["conditions", "medicine_groups"], ...] = ()
    """Asks the lesson of the first of the patient's condition packs of these kinds in place of its own question."""
    unfinished_fires: Name | None = None
    """Guardrail that fires when a check-in ends before all of its questions were closed."""
    clinical: bool = True
    """About health, medicines, or what was understood of them: words that trail off there are waited for."""
    questions: tuple[Question, ...] = ()
