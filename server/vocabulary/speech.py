"""What is said: approved lines, gated sentences, and the timing of synthesized words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One sentence the policy wants spoken, and where it was approved."""

    script: str
    """Script id in the persona pack, for example `emergency.call_911`."""
    text: str
    """The sentence with its slots filled in (PHI if a slot is)."""


@dataclass(frozen=True)
class Receipt:
    """The output gate's permission to speak one sentence."""

    allowed: bool
    script: str
    """Script id that approves it; empty when refused."""
    reason: str
    """Why it was allowed or refused, for example `script` or `not_in_pack`."""


@dataclass(frozen=True)
class WordTiming:
    """One synthesized word, in seconds from the start of its sentence's audio."""

    text: str
    start: float
    end: float
    opens: bool = False
    """Whether it is the first word of a sentence."""


@dataclass(frozen=True)
class VisemeTiming:
    """One mouth shape of the Oculus set, in seconds from the start of its sentence's audio."""

    viseme: str
    start: float
    weight: float
    """0 to 1; stressed vowels open wider."""
