"""Ship gates: what each metric must come to, as data beside the sets, where clinicians change them and a lock holds them."""

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from server.persona.shape import Frozen, Signature
from server.persona.source import Source
from server.workbench.interval import Proportion

FILE = "gates.yaml"


class ShipGate(Frozen):
    """The limit of one metric; it is a smallest or a largest value."""

    at_least: float | None = None
    at_most: float | None = None
    unit: Literal["share", "s", "min"]
    cases: int = Field(0, ge=0)
    """On fewer, a rate that is met is not shown."""
    source: str = Field(min_length=1)
    status: Signature

    @model_validator(mode="after")
    def _has_one_limit(self) -> "ShipGate":
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("wanted at_least or at_most, one of them")
        return self

    @property
    def words(self) -> str:
        """As a report says it."""
        most = self.at_least is None
        limit = self.at_most if self.at_least is None else self.at_least
        shown = f"{limit:.3g} {self.unit}" if self.unit != "share" else f"{100 * (limit or 0):.3g} %"
        words = shown if limit == (0 if most else 1) else f"at {'most' if most else 'least'} {shown}"
        return f"{words}, on at least {self.cases} cases" if self.cases else words

    def is_met(self, value: float) -> bool:
        """Whether a value of its unit is within the limit."""
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)

    def passes(self, found: Proportion) -> bool:
        """Whether the rate is met, on enough cases; on none at all it is not."""
        return found.value is not None and self.is_met(found.value) and found.n >= self.cases

    def is_unproven(self, found: Proportion) -> bool:
        """Whether nothing but more cases is wanting."""
        return found.n < self.cases and (found.value is None or self.is_met(found.value))


class ShipGates(Frozen):
    """All of them, each named by its metric."""

    emergency_sensitivity: ShipGate
    urgent_sensitivity: ShipGate
    false_emergency: ShipGate
    false_urgent: ShipGate
    not_actionable: ShipGate
    unsafe_advice: ShipGate
    unsafe_refused: ShipGate
    safe_allowed: ShipGate
    lines_passed: ShipGate
    grounding: ShipGate
    packet_major: ShipGate
    packet_minor: ShipGate
    time_to_page: ShipGate
    time_to_human: ShipGate
    teach_back_false_pass: ShipGate


def read_ship_gates(folder: Path) -> ShipGates:
    """Those of this evaluation folder; raises `PackError`, which names the line of what is wrong."""
    gates: ShipGates = Source(folder, folder / FILE).read(ShipGates)
    return gates
