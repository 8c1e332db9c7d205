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

Spanned = tuple[str, int, int]


def join_numbers(tokens: list[Spanned]) -> list[Spanned]:
    """Replace each run of number words by its digits; start and end cover the run."""
    joined: list[Spanned] = []
    at = 0
    while at < len(tokens):
        stop = at
        while stop < len(tokens) and _is_number(tokens[stop][0]):
            stop += 1
        run = [token[0] for token in tokens[at:stop]]
        if not run:
            joined.append(tokens[at])
            at += 1
        elif run == ["one"] or (run == ["hundred"]):
            joined.append(tokens[at])
            at = stop
        else:
            joined.append((_digits(run), tokens[at][1], tokens[stop - 1][2]))
            at = stop
    return joined


def _is_number(word: str) -> bool:
    return word in SMALL or word in TENS or word == "hundred"


def _digits(run: list[str]) -> str:
    """`three fifty` is 350 and `nine one one` is 911: how people say sugars and telephone numbers."""
    if len(run) > 1 and all(SMALL.get(word, 10) < 10 for word in run):
        return "".join(str(SMALL[word]) for word in run)
    total, last = 0, 0
    for word in run:
        if word == "hundred":
            total, last = max(total, 1) * 100, 100
            continue
        value = SMALL.get(word, TENS.get(word, 0))
        follows_digit = 0 < last < 10 and value >= 10
        total, last = (total * 100 + value if follows_digit else total + value), value
    return str(total)
