"""What is remembered of a patient, as it is handed to a check-in and as a check-in changes it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Memory:
    """One thing remembered; a value without a word of the patient's own, so that it may be spoken of."""

    id: str
    """The fact it rests on."""
    rule: str
    """Which of the pack's rules for remembering it belongs to, for example `swelling`."""
    subject: str = ""
    """The medicine or service it is about; empty: the patient."""
    aspect: str = ""
    """Which of the rule's words say it more closely, for example `left_ankle`."""
    open: bool = True
    """Whether the check-in is to ask how it is now; else it is only told of on request."""


MemoryChange = Literal["corrected", "disputed", "forgotten"]
"""`corrected`: it was something else; `disputed`: it was not so; `forgotten`: it is to be deleted."""


@dataclass(frozen=True)
class Amendment:
    """What the patient makes of one memory."""

    memory: str
    """Id of the `Memory`."""
    change: MemoryChange
    aspect: str = ""
    """Of a correction: which of the rule's words it was instead."""
    quote: str = ""
