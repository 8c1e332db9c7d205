"""The parts of a running service, as start-up, `doctor` and /healthz report them."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Part:
    """One part: which implementation is live and what is missing."""

    name: str
    state: Literal["live", "fallback", "missing", "off"]
    """`fallback`: works, but not the best there is; `missing`: wanted and not there; `off`: not asked for."""
    what: str
    """One sentence for the engineer."""
