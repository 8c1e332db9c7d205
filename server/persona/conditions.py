"""Condition packs: what is asked, watched and taught for one condition or one group of medicines."""

from collections.abc import Mapping

from pydantic import Field, model_validator

from server.persona.questions import Question
from server.persona.shape import Frozen, Name, Number, ReviewBy, Signature


class ConditionPack(Frozen):
    """Everything that a check-in adds for one condition of a chart, or for one group of medicines."""

    id: Name
    title: str
    version: int = Field(ge=1)
    condition: Name | None = None
    """Applies to a chart that lists this condition."""
    group: Name | None = None
    """Applies to a patient who takes a medicine of this group."""
    source: str = Field(min_length=1)
    status: Signature
    review_by: ReviewBy
    parameters: Mapping[Name, Number] = {}
    """Numbers that a clinic, or one patient's order, may change."""
    questions: tuple[Question, ...]
    lesson: Question | None = None
    """The teach-back of its most important danger sign."""

    @model_validator(mode="after")
    def _applies_to_one_thing(self) -> "ConditionPack":
        if (self.condition is None) == (self.group is None):
            raise ValueError("give either `condition` or `group`")
        return self


class KnownMedicine(Frozen):
    """A medicine by all its names, and how a small recognizer writes them."""

    generic: str
    brands: tuple[str, ...] = ()
    heard_as: tuple[str, ...] = ()
    """Written down wrongly often enough to count as the name itself."""
    groups: tuple[Name, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name it is known by, as comparable words."""
        return tuple(name.lower() for name in (self.generic, *self.brands, *self.heard_as))
