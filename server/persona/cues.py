"""What a pack makes of a sight or a sound of the patient: a signal that is never a fact and never a reason of its own."""

from typing import Literal

from server.persona.shape import Frozen, Name, Number


class Cue(Frozen):
    """One thing that perception may notice about a patient."""

    id: Name
    at_least: Number
    """Score, 0 to 1, below which it is not acted on."""
    does: Literal["wait", "ask", "note"]
    """`wait`: leave the patient the floor for longer, then ask; `ask`: ask as soon as nobody speaks; `note`: nothing."""
    wait: Number | None = None
    """Silence after which the ladder begins, in place of its usual first step."""
    asks: Name | None = None
    """Question of `staying`, asked at most once in a check-in, whichever cue comes first."""
