"""Numbers that patients say: a reading, a weight, a count of hours or pills, against the limits of the pack."""

from collections.abc import Iterator

from server.persona.pack import NumberRule, Pack


def readings(pack: Pack, rule: NumberRule, text: str, words: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Where a number that fires the rule stands in the comparable text, with the words that say what it is."""
    phrase = pack.listening.phrases[rule.phrase]
    if not phrase.possible(words):
        return
    for match in phrase.pattern.finditer(text):
        if fires(rule, match[0]):
            yield match.start(), match.end()


def fires(rule: NumberRule, words: str) -> bool:
    """Whether the rule's number among these words is beyond its limits."""
    numbers = [float(word) for word in words.split() if word.replace(".", "", 1).isdigit()]
    value = _value(rule, numbers)
    if value is None:
        return False
    low, high = rule.between or (value + 1, value)
    return (
        (rule.below is not None and value < rule.below)
        or (rule.above is not None and value > rule.above)
        or low <= value <= high
    )


def _value(rule: NumberRule, numbers: list[float]) -> float | None:
    match rule.which:
        case "gain":
            return numbers[-1] - numbers[0] if len(numbers) > 1 else None
        case "last":
            return numbers[-1] if numbers else None
        case _:
            return numbers[0] if numbers else None
