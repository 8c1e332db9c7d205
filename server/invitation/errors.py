"""Step 1 of a visit: what a person is told whose link does not open, in plain sentences that say what to do next.

Must never say whose link it is.
"""

from typing import assert_never

from server.invitation.link import LinkState
from server.vocabulary.errors import ServiceError


class LinkClosed(ServiceError):
    """The link is not good for this, now, on this device."""

    status = 403

    def __init__(self, state: LinkState, nurse_phone: str) -> None:
        super().__init__(f"the link is {state.value}")
        self.code = f"link_{state.value}"
        self.patient_sees = sentence(state, nurse_phone)


class NotClaimed(LinkClosed):
    """This device has no claim, or none any more."""

    status = 401


class TooManyTries(ServiceError):
    """One address knocked too often."""

    code = "too_many_tries"
    status = 429
    retryable = True
    patient_sees = "That was a lot of tries. Please wait one minute, then try again."


class BadField(ServiceError):
    """A field of a request is missing or cannot be."""

    status = 422

    def __init__(self, field: str, patient_sees: str) -> None:
        super().__init__(f"the field {field} is missing or out of range")
        self.code = f"bad_{field}"
        self.patient_sees = patient_sees


def wrong_birth_date(tries_left: int) -> str:
    """What is said after a wrong answer that was not the last."""
    left = "1 more try" if tries_left == 1 else f"{tries_left} more tries"
    return f"That does not match what we have. Please check the month and the day. You have {left}."


def sentence(state: LinkState, nurse_phone: str) -> str:
    """What a person is told about a link in this state."""
    match state:
        case LinkState.LOCKED:
            return f"For your safety this link is locked. We have told a nurse. You can call us at {nurse_phone}."
        case LinkState.EXPIRED:
            return f"This link is too old to use. Please call us at {nurse_phone} and we will send you a new one."
        case LinkState.ENDED:
            return f"This check-in is finished. Thank you. If you need us, call {nurse_phone}."
        case LinkState.TAKEN:
            return (
                "This check-in is open on another phone or browser. Please go back to that one. "
                f"If you cannot, call us at {nurse_phone}."
            )
        case LinkState.UNKNOWN:
            return (
                f"We do not know this link. Please open it again from your text message, or call us at {nurse_phone}."
            )
        case LinkState.READY:
            return "Please enter your birth month and day to go on."
        case _:
            assert_never(state)
