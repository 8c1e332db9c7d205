"""A number with its unit, its direction, its period and what it is about; two agree only if all of these do."""

from dataclasses import dataclass, replace

from server.conversation.language import Language

UP, DOWN, ABOUT = "up", "down", "about"
COMPARATORS = {"cmpup": UP, "cmpdown": DOWN, "cmpabout": ABOUT}
AFTER_COMPARATORS = {"orup": UP, "ordown": DOWN}
PREPOSITIONS = {"for": "for", "within": "within", "in": "within", "after": "after", "before": "before", "every": "every",
                "until": "until", "at": "at", "by": "by", "last": "last", "first": "first", "next": "within"}  # fmt: skip
RANGE = frozenset({"to", "or", ","})
PERIOD = frozenset(
    {"in", "per", "a", "an", "each", "every", "within", "over", "the", "any", "one", "single", "1", "same"}
)
LASTING = frozenset({"", "for", "within"})
"""Prepositions that say the same of a complaint: no stool "for", "in" or "all of" 3 days."""
PORTION = "portion"
"""A part of a whole is of what stands right beside it, of nothing else in the sentence."""
TIME = "minute"
CLOCK = frozenset({TIME, "am", "pm"})
"""Units with which "after", "until" and the like belong to the number."""
PERIODS = {"q1day": 1440.0, "q1week": 10080.0}
OPPOSITE = {UP: DOWN, DOWN: UP}


@dataclass(frozen=True)
class Quantity:
    """One number of a sentence, with everything that it must agree in."""

    low: float
    high: float
    unit: str
    """Unit id; times are in minutes; empty when none was said."""
    direction: str
    preposition: str
    per: float
    """Period in minutes; 0 without one."""
    about: frozenset[str] = frozenset()
    """Concepts of the same part of the sentence."""
    times: frozenset[str] = frozenset()
    """Times of day of the same part of the sentence."""
    part: int = 0
    """Which part of the sentence that is."""

    def agrees(self, other: "Quantity", language: Language, lenient: bool) -> bool:
        """Whether a claim may say this where the passage says `other`; `lenient` lets the period go."""
        return (
            (self.low, self.high) == (other.low, other.high)
            and (self.unit == other.unit or not self.unit or (not other.unit and self.unit == "degree"))
            and (self.direction == other.direction or (not self.direction and other.direction in (UP, ABOUT)))
            and (self.per == other.per or (lenient and not self.per))
            and (self._fits(other.preposition) or (lenient and {self.preposition, other.preposition} <= LASTING))
            and self.times <= other.times
            and (self.unit != PORTION or self.about <= other.about)
            and (
                not self.about
                or not other.about
                or any(language.covers(theirs, ours) for ours in self.about for theirs in other.about)
            )
        )

    def _fits(self, preposition: str) -> bool:
        ours = "" if self.preposition in ("for", "at", "by") else self.preposition
        theirs = "" if preposition in ("for", "at", "by") else preposition
        return ours == theirs or (not ours and self.unit not in CLOCK)

    def turned(self) -> "Quantity":
        """Under a negation: not more than ten is at most ten."""
        return replace(self, direction=OPPOSITE.get(self.direction, self.direction))


def is_number(token: str) -> bool:
    return token[0].isdigit()


def read(tokens: list[str], at: int, language: Language, before: Quantity | None) -> tuple[Quantity, int]:
    """The quantity whose number stands at `at`, and the index after it; `before` lends what "or 5 in a week" leaves out."""
    direction, start = "", at
    if at and tokens[at - 1] in COMPARATORS:
        direction, start = COMPARATORS[tokens[at - 1]], at - 1
    preposition = PREPOSITIONS.get(tokens[start - 1], "") if start else ""
    if preposition and not direction and start > 1:
        direction = COMPARATORS.get(tokens[start - 2], "")
    low = high = float(tokens[at])
    end = at + 1
    if end + 1 < len(tokens) and tokens[end] in RANGE - {","} and is_number(tokens[end + 1]):
        high, end = float(tokens[end + 1]), end + 2
    unit, factor, end = _unit(tokens, end, language)
    if end < len(tokens) and tokens[end] in AFTER_COMPARATORS:
        direction, end = AFTER_COMPARATORS[tokens[end]], end + 1
    per, end = _period(tokens, end, language)
    if before and not unit and per:
        unit = before.unit
    if before and not direction and unit == before.unit and per:
        direction = before.direction
    return Quantity(low * factor, high * factor, unit, direction, preposition if unit in CLOCK else "", per), end


def _unit(tokens: list[str], at: int, language: Language) -> tuple[str, float, int]:
    if at >= len(tokens):
        return "", 1.0, at
    unit = language.units.get(language.lemma(tokens[at]), "")
    if unit in language.words.minutes:
        return TIME, language.words.minutes[unit], at + 1
    if unit in language.words.scales:
        return *language.words.scales[unit], at + 1
    if unit:
        return unit, 1.0, at + 1
    return "", 1.0, at


def _period(tokens: list[str], at: int, language: Language) -> tuple[float, int]:
    """ "in one day", "a week", "per 24 hours"."""
    if at < len(tokens) and tokens[at] in PERIODS:
        return PERIODS[tokens[at]], at + 1
    end, count = at, 1.0
    while end < len(tokens) and (tokens[end] in PERIOD or (end > at and is_number(tokens[end]))):
        count = float(tokens[end]) if is_number(tokens[end]) else count
        end += 1
    if end == at or end >= len(tokens):
        return 0.0, at
    unit = language.units.get(language.lemma(tokens[end]), "")
    factor = language.words.minutes.get(unit, 0.0)
    return (factor * count, end + 1) if factor else (0.0, at)
