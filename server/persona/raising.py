"""What makes a guardrail more urgent than it is by itself: something said beside it, or something of the chart."""

from collections.abc import Mapping
from typing import Protocol

from pydantic import Field, model_validator

from server.persona.shape import Frozen, Name
from server.vocabulary.findings import Tier


class RaisedWith(Frozen):
    """One way to be more urgent. Of every kind of condition that is given one must hold; several ways stand side by side."""

    to: Tier
    triggers: tuple[Name, ...] = ()
    """Guardrails: another one of these was found in this turn, or earlier in this check-in."""
    phrases: tuple[str, ...] = ()
    """Said in the same turn, and meant: not denied, not someone else's, not long past."""
    ever: tuple[str, ...] = ()
    """As `phrases`, and also long past: a transplant stays one."""
    mentions: tuple[str, ...] = ()
    """Named in the same turn, however it is meant: in "I did not get my insulin" nobody denies the insulin."""
    groups: tuple[Name, ...] = ()
    """The patient takes a medicine of one of these groups, or names one in the same turn."""
    if_unlisted: bool = False
    """With `groups`: holds too where no list of medicines is on file, for the patient may well take one."""
    risks: tuple[Name, ...] = ()
    """Risks of the patient (`Visit.risks`)."""
    answers: tuple[Name, ...] = ()
    """Questions: it was fired by the answer to one of these."""
    again: bool = False
    """It was found before in this check-in, in another turn."""

    @model_validator(mode="after")
    def _says_when(self) -> "RaisedWith":
        kinds = (self.triggers, self.phrases, self.ever, self.mentions, self.groups, self.risks, self.answers)
        if not any(kinds) and not self.again:
            raise ValueError("say what raises it")
        if self.if_unlisted and not self.groups:
            raise ValueError("`if_unlisted` needs `groups`")
        return self


class Spoken(Frozen):
    """What is said and asked for a tier."""

    says: tuple[Name, ...] = Field(min_length=1)
    asks: tuple[Name, ...] = ()


Raised = Mapping[Tier, Spoken]
"""What is said in place of a guardrail's own `says` and `asks` when it is more urgent than by itself."""


class _Speaks(Protocol):
    """What of a guardrail is said; `pack.Guardrail` has it."""

    @property
    def tier(self) -> Tier: ...
    @property
    def says(self) -> tuple[str, ...]: ...
    @property
    def extra(self) -> tuple[str, ...]: ...
    @property
    def asks(self) -> tuple[str, ...]: ...


def wording_at(raised: Raised, rail: _Speaks, tier: Tier) -> tuple[str, ...]:
    """Scripts for the guardrail at this tier: raised, the promise of its own tier gives way to that of the other."""
    scripts = rail.says + rail.extra
    if tier.rank >= rail.tier.rank or tier not in raised:
        return scripts
    promises = {script for spoken in raised.values() for script in spoken.says}
    own = [script for script in scripts if script not in promises]
    return (*raised[tier].says, *own)


def questions_at(raised: Raised, rail: _Speaks, tier: Tier) -> tuple[str, ...]:
    """Questions of `staying` that the guardrail asks at this tier."""
    more = raised[tier].asks if tier.rank < rail.tier.rank and tier in raised else ()
    return tuple(dict.fromkeys((*rail.asks, *more)))
