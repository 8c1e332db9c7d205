"""What a pack says about its pages: who is rung, when, and on what, until a nurse answers."""

from collections.abc import Mapping
from datetime import time
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from server.persona.shape import Frozen, Number, Signature
from server.vocabulary.findings import Tier

SLEEPING = frozenset({Tier.SAME_DAY, Tier.FYI})
"""Tiers that may wait for the morning; research: clinical.md §5."""

MOST_SUGGESTED = 16
"""Words of a suggestion."""

Who = Annotated[str, StringConstraints(pattern=r"^([a-z][a-z0-9_]{0,39}|[^@\s]+@[^@\s]+)$", to_lower=True)]
"""An on-call role, a member of staff by e-mail, or `catch_all`."""
Channel = Literal["console", "push", "email", "chat", "sms", "voice", "pager"]


class PagingStep(Frozen):
    """One rung of the ladder."""

    who: tuple[Who, ...] = Field(min_length=1)
    after: Number
    """Seconds since the step before; since the page was asked for, in the first one."""
    channels: tuple[Channel, ...] = ()
    """On which of a person's channels; none named: all of them."""


class NightRest(Frozen):
    """Local times between which people are not rung."""

    begin: time
    end: time
    source: str = Field(min_length=1)
    status: Signature


class TierPolicy(Frozen):
    """What happens to a page of this tier."""

    acknowledge_within: Number
    """Seconds; after that the queue shows how late it is."""
    claim_within: Number
    """Seconds after which an acknowledged page that nobody claimed rings again."""
    next_address_after: Number
    """Seconds between one of a person's addresses and their next."""
    repeat_after: Number
    """Seconds from the last step until the first one rings again."""
    quiet_hours: NightRest | None = None
    steps: tuple[PagingStep, ...] = Field(min_length=1)


class Suggestion(Frozen):
    """What a nurse may do for a page of a tier: a draft, never advice."""

    text: str = Field(min_length=1)
    source: str = Field(min_length=1)
    status: Signature

    @field_validator("text")
    @classmethod
    def _is_short(cls, text: str) -> str:
        if len(text.split()) > MOST_SUGGESTED:
            raise ValueError(f"at most {MOST_SUGGESTED} words; the whole packet has 120")
        return text


class EscalationPolicy(Frozen):
    """What the escalation desk is told about this pack's pages."""

    tiers: Mapping[Tier, TierPolicy]
    suggests: Mapping[Tier, Suggestion] = Field(default_factory=dict)
    """The last line of a nurse's SBAR packet."""
    call_back: tuple[Number, ...] = ()
    """Seconds after which a patient is called back who was lost after a danger sign and did not come back."""

    @model_validator(mode="after")
    def _may_be_relied_on(self) -> Self:
        self.only_lower_tiers_sleep(self.tiers)
        if Tier.EMERGENCY not in self.tiers:
            raise ValueError("emergency: there must be a policy for it")
        return self

    @staticmethod
    def only_lower_tiers_sleep(tiers: Mapping[Tier, TierPolicy]) -> None:
        """Raises ValueError."""
        awake = [tier for tier, policy in tiers.items() if policy.quiet_hours and tier not in SLEEPING]
        if awake:
            raise ValueError(f"{awake[0].value}: only same_day and fyi may have quiet hours")
