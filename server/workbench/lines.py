"""Reads a file of what a patient says and does: one utterance a line, directives with an @. Judges nothing."""

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

from server.vocabulary.errors import ServiceError

AWAY_SECONDS = 30.0
"""How long a patient is gone after a plain `@drop`: a phone that changes from Wi-Fi to its own network."""


class LinesInvalid(ServiceError):
    """A line of the file cannot be played; the message names file, line and remedy."""

    code = "lines_invalid"


@dataclass(frozen=True)
class Says:
    """The patient says something."""

    text: str
    over: float | None = None
    """Share of the persona's reply, counted in words, after which the patient begins to talk over it; None: it is heard out."""


@dataclass(frozen=True)
class PressesNurse:
    """The patient presses the button that asks for a nurse."""

    over: float | None = None


@dataclass(frozen=True)
class PressesEnd:
    """The patient presses End."""

    over: float | None = None


@dataclass(frozen=True)
class Waits:
    """The patient says nothing."""

    seconds: float


@dataclass(frozen=True)
class Drops:
    """The connection is lost and comes back."""

    seconds: float
    over: float | None = None


@dataclass(frozen=True)
class Shows:
    """Perception reports a cue."""

    cue: str
    score: float


Act = Says | PressesNurse | PressesEnd | Waits | Drops | Shows


@dataclass(frozen=True)
class Interrupts:
    """What comes next begins before the persona has finished."""

    share: float


def read_lines(file: Path, cues: Collection[str]) -> tuple[Act, ...]:
    """Raises `LinesInvalid`; `cues`: names that `@cue` may use."""
    try:
        text = file.read_text("utf-8-sig")
    except OSError as error:
        raise LinesInvalid(f"{file}: {error.strerror}; give --lines a text file with one utterance a line") from None
    except UnicodeDecodeError:
        raise LinesInvalid(f"{file}: not UTF-8 text; save it as UTF-8") from None
    return parse(text.splitlines(), str(file), cues)


def parse(lines: Collection[str], source: str, cues: Collection[str]) -> tuple[Act, ...]:
    """The acts of these lines; blank lines and `# comments` are none. `source` names them in `LinesInvalid`."""
    acts: list[Act] = []
    waiting: Interrupts | None = None
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        try:
            found = _directive(line, cues) if line.startswith("@") else Says(line)
            if isinstance(found, Interrupts):
                _refuse(waiting is not None, "two @interrupt in a row; keep one")
                waiting = found
                continue
            acts.append(_interrupting(found, waiting) if waiting else found)
            waiting = None
        except ValueError as error:
            raise LinesInvalid(f"{source}:{number}: {error}") from None
    if waiting:
        raise LinesInvalid(f"{source}:{len(lines)}: @interrupt is the last line; add what the patient says then")
    return tuple(acts)


def _interrupting(act: Act, by: Interrupts) -> Act:
    if isinstance(act, Waits | Shows):
        raise ValueError("nothing here can follow @interrupt; follow it by an utterance, @nurse, @end or @drop")
    return replace(act, over=by.share)


def _directive(line: str, cues: Collection[str]) -> Act | Interrupts:
    name, *words = line.split()
    if name not in _DIRECTIVES:
        raise ValueError(f"no directive is called {name}; there are {', '.join(_DIRECTIVES)}")
    usage, read = _DIRECTIVES[name]
    try:
        return read(words, cues)
    except (_Unknown, IndexError) as error:
        raise ValueError(f"{error if isinstance(error, _Unknown) else line}; write it like `{usage}`") from None


class _Unknown(Exception):
    """A word of a directive is not what it should be."""


def _refuse(wrong: bool, why: str) -> None:
    if wrong:
        raise ValueError(why)


def _wait(words: list[str], _cues: Collection[str]) -> Act:
    return Waits(_only(words, "number of seconds", 0, math.inf))


def _interrupt(words: list[str], _cues: Collection[str]) -> Interrupts:
    shown = "".join(words)
    if not shown.endswith("%"):
        raise _Unknown(f"{shown} is no share of the reply in percent" if shown else "the share of the reply is missing")
    return Interrupts(_number(shown[:-1], "percentage", 0, 100) / 100)


def _drop(words: list[str], _cues: Collection[str]) -> Act:
    return Drops(_only(words, "number of seconds", 0, math.inf) if words else AWAY_SECONDS)


def _cue(words: list[str], cues: Collection[str]) -> Act:
    if len(words) != 2:
        raise _Unknown("a cue has a name and a score")
    if words[0] not in cues:
        raise _Unknown(f"no cue is called {words[0]}; there are {', '.join(cues)}")
    return Shows(words[0], _number(words[1], "score", 0, 1))


def _nurse(words: list[str], _cues: Collection[str]) -> Act:
    _nothing(words)
    return PressesNurse()


def _end(words: list[str], _cues: Collection[str]) -> Act:
    _nothing(words)
    return PressesEnd()


def _nothing(words: list[str]) -> None:
    if words:
        raise _Unknown(f"nothing may follow it, and {' '.join(words)} does")


def _only(words: list[str], what: str, low: float, high: float) -> float:
    if not words:
        raise _Unknown(f"the {what} is missing")
    _nothing(words[1:])
    return _number(words[0], what, low, high)


def _number(word: str, what: str, low: float, high: float) -> float:
    try:
        value = float(word)
    except ValueError:
        raise _Unknown(f"{word} is no {what}") from None
    if not low <= value <= high or not math.isfinite(value):
        limits = f"from {low:g} to {high:g}" if math.isfinite(high) else f"of at least {low:g}"
        raise _Unknown(f"{word} is no {what} {limits}")
    return value


_DIRECTIVES: dict[str, tuple[str, Callable[[list[str], Collection[str]], Act | Interrupts]]] = {
    "@wait": ("@wait 8", _wait),
    "@interrupt": ("@interrupt 40%", _interrupt),
    "@drop": ("@drop 90", _drop),
    "@cue": ("@cue hesitation 0.8", _cue),
    "@nurse": ("@nurse", _nurse),
    "@end": ("@end", _end),
}
"""Each with an example of its use."""
