"""What a pack makes of a sight or a sound of the patient: a signal that is never a fact and never a reason of its own."""

from typing import Literal

from server.persona.shape import Frozen, Name, Number


class Cue(Frozen):
    """One thing that perception may notice about a patient."""

    id: Name
    observable: Name | None = None
    """The finding of perception it is read from; missing: the one of the same name."""
    shows: Name | None = None
    """A measurement of the finding's evidence that must stand out, for example `trail_off`."""
    deviates: Number | None = None
    """With `shows`: how far from the patient's own usual it must be, in spreads."""
    measures: Number | None = None
    """With `shows`: how much of it is enough, in its own unit, while it is more than usual at all: the usual of somebody who
    has hardly spoken yet is half their last words."""
    at_least: Number
    """Score, 0 to 1, below which it is not acted on."""
    does: Literal["wait", "ask", "probe", "note"]
    """`wait`: leave the patient the floor for longer, then ask; `ask`: ask as soon as nobody speaks; `probe`: words on a
    clinical topic in which it was noticed are answered with silence, then with `says`; `note`: nothing."""
    wait: Number | None = None
    """Silence after which the ladder begins, in place of its usual first step; with `probe`, the silence before it."""
    holds: Number | None = None
    """Seconds by which it puts off the end of the turn under way."""
    filler: Number | None = None
    """With `holds`: least length of a filler that the voice stops on; `holds` is then at once, for that silence alone."""
    asks: Name | None = None
    """With `wait` and `ask`: question of `staying`."""
    probes: Name | None = None
    """With `probe`: question of `staying` whose words invite the patient to go on."""
    raises: bool = False
    """Noticed on a clinical topic, it makes what the answer fires one tier more urgent: never more than urgent."""
    again_after: Number
    """It is not acted on again for so long."""
