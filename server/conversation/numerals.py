"""Spoken English numbers as digits: "eighty eight over fifty" is compared as "88 over 50". Guesses nothing above 9999."""

SMALL = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
TENS = {
    word: 10 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
ZEROS = frozenset({"oh", "o"})
"""A zero inside of a number: "one oh five"."""

Spanned = tuple[str, int, int]


def join_numbers(tokens: list[Spanned]) -> list[Spanned]:
    """Replace each run of number words by its digits; start and end cover the words of each number."""
    joined: list[Spanned] = []
    at = 0
    while at < len(tokens):
        stop = _end_of_run(tokens, at)
        run = tokens[at:stop]
        words = [token[0] for token in run]
        if not run:
            joined.append(tokens[at])
            at += 1
        elif words in (["one"], ["hundred"]):
            joined.append(tokens[at])
            at = stop
        else:
            joined += _numbers(run)
            at = stop
    return _join_decimals(joined)


def _end_of_run(tokens: list[Spanned], at: int) -> int:
    """Index after the number words that begin at `at`; `at` itself when none does."""
    words = [token[0] for token in tokens]
    stop = at
    while stop < len(words):
        following = words[stop + 1] if stop + 1 < len(words) else ""
        starts = stop == at and words[stop] == "a" and following == "hundred"
        links = stop > at and words[stop] == "and" and words[stop - 1] == "hundred" and _is_number(following)
        zero = stop > at and words[stop] in ZEROS and _is_digit(words[stop - 1]) and _is_digit(following)
        if not (_is_number(words[stop]) or starts or links or zero):
            break
        stop += 1
    return stop


def _is_number(word: str) -> bool:
    return word in SMALL or word in TENS or word == "hundred"


def _is_digit(word: str) -> bool:
    return SMALL.get(word, 10) < 10


def _numbers(run: list[Spanned]) -> list[Spanned]:
    """`three fifty` is 350, `nine one one` is 911 and `ninety eight six` is 98 and 6: how people say readings."""
    if len(run) > 1 and all(_is_digit(token[0]) for token in run):
        return [("".join(str(SMALL[token[0]]) for token in run), run[0][1], run[-1][2])]
    numbers: list[Spanned] = []
    total, last, start, end = 0, -1, run[0][1], run[0][2]
    for word, begins, ends in run:
        value = SMALL.get(word, TENS.get(word, 0))
        step = _step(word, value, total, last)
        if step is None:
            numbers.append((str(total), start, end))
            total, start = value, begins
        else:
            total = step
        last, end = (last if word in ("a", "and") else 100 if word == "hundred" else value), ends
    return [*numbers, (str(total), start, end)]


def _step(word: str, value: int, total: int, last: int) -> int | None:
    """The number with one more word; None where the word begins another number."""
    if word in ("a", "and"):
        return total
    if word == "hundred":
        return max(total, 1) * 100
    if word in ZEROS:
        return total * 10
    if last < 0 or last == 100:
        return total + value
    if 0 < last < 10 and value >= 10:
        return total * 100 + value if total < 10 else None
    if last == 0 and value < 10:
        return total * 10 + value
    return total + value if last >= 20 and 0 < value < 10 else None


def _join_decimals(tokens: list[Spanned]) -> list[Spanned]:
    """ "101 point 2" becomes "101.2"."""
    joined: list[Spanned] = []
    for text, start, end in tokens:
        before = [str(SMALL.get(token[0], token[0])) for token in joined[-2:]]
        digits = str(SMALL.get(text, text))
        if len(before) == 2 and before[1] == "point" and before[0].isdigit() and digits.isdigit():
            joined[-2:] = [(f"{before[0]}.{digits}", joined[-2][1], end)]
        else:
            joined.append((text, start, end))
    return joined
