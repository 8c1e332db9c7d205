"""Whether clinicians have signed a persona pack, so that every page can say when they have not. It signs nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from pydantic import BaseModel

from server.persona.pack import Pack

_SIGNED = "signed"


def is_signed(pack: Pack) -> bool:
    """Only when every part that carries a status is: words, questions, guardrails, numbers and times to answer."""
    statuses = _statuses(pack)
    return next(statuses, None) == _SIGNED and all(one == _SIGNED for one in statuses)


def _statuses(part: object) -> Iterator[str]:
    for name, value in _inside(part):
        if name == "status":
            yield str(value)
        else:
            yield from _statuses(value)


def _inside(part: object) -> Iterator[tuple[str, object]]:
    if isinstance(part, BaseModel):
        yield from part
    elif is_dataclass(part):
        yield from ((field.name, getattr(part, field.name)) for field in fields(part))
    elif isinstance(part, Mapping):
        # The keys are names of the pack's own; none of them is a field.
        yield from (("", value) for value in part.values())
    elif isinstance(part, tuple):
        yield from (("", value) for value in part)
