"""A pack's rules for remembering, as this stage needs them; the conductor reads them out of the pack."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Rule:
    """One thing worth remembering; see `persona.memory_rules.Remember`."""

    id: str
    questions: Collection[str]
    guardrails: Collection[str]
    found: str
    over: Collection[str]
    asks: str
    """Question of the next check-in; empty: it is not asked about."""
    only_conflicts: bool
    conflicts: Collection[str]
    says_so: Callable[[str], bool] | None
    """Whether these words hold what must be, or is, said; None where the rule asks for no words."""
    aspect_of: Callable[[str], str]
    """The aspect that these words name; empty for none."""


@dataclass(frozen=True)
class Rules:
    """All of a pack's."""

    rules: tuple[Rule, ...]
    asked_max: int
    kept: timedelta
    confidence_rules: float
    confidence_model: float

    def of(self, name: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.id == name), None)
