"""What can become of an attempt to call a patient back who was lost in danger."""

from enum import StrEnum


class CallBackOutcome(StrEnum):
    """What became of an attempt."""

    DUE = "due"
    """Nobody has tried."""
    ATTEMPTED = "attempted"
    """A nurse is calling, and has not said yet what came of it."""
    REACHED = "reached"
    NO_ANSWER = "no_answer"
    NOT_NEEDED = "not_needed"
    """The patient was reached, or came back, before."""
