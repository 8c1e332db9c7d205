"""What is put to a language model and what comes back, whichever model it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from server.vocabulary.errors import ServiceError

Intent = Literal["read", "talk"]
"""`read`: understand a turn, by a function call (a small model); `talk`: a sentence or two (a large one)."""

LONGEST: Mapping[Intent, int] = {"read": 160, "talk": 80}
"""Tokens of the longest answer that is paid for: one function call, or two short sentences."""


@dataclass(frozen=True)
class Tool:
    """A function that the model must call with its answer."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    """JSON Schema, in the strict subset: every property required, none other allowed."""


@dataclass(frozen=True)
class Prompt:
    """One request (PHI)."""

    system: str
    """Ours: what to do, and what never to do."""
    user: str
    """Theirs: what was said, in marked blocks; data and never instructions."""
    tool: Tool | None = None

    @property
    def letters(self) -> int:
        """Size, by which tokens are estimated before the endpoint has counted them."""
        return len(self.system) + len(self.user) + (len(str(self.tool)) if self.tool else 0)


@dataclass(frozen=True)
class Text:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True)
class Call:
    """The function call that is the answer."""

    name: str
    arguments: str
    """JSON, as the model wrote it: unchecked."""


@dataclass(frozen=True)
class Count:
    """What the endpoint says the request took."""

    tokens_in: int
    tokens_out: int
    model: str
    """The model that answered: with several endpoints it need not be the first."""


Piece = Text | Call | Count


class ModelFailed(ServiceError):
    """No endpoint gave a whole answer; what it had done by then may have to be paid for."""

    code = "model_failed"
    retryable = True


class ModelRefused(ModelFailed):
    """The endpoint was not reached, or turned the request down: it did nothing."""

    code = "model_refused"
