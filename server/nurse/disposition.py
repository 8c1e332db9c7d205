"""What a nurse says came of a page when closing it: the form's choices in words, and the form read. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from server.nurse.form import FormIncomplete
from server.vocabulary.dispositions import Asked911, Noise, Outcome, Verdict, Worth
from server.vocabulary.ids import EscalationId

T = TypeVar("T")

ASKED_911: Mapping[Asked911, str] = {"yes": "Yes", "no": "No", "not_needed": "Not needed"}
OUTCOMES: Mapping[Outcome, str] = {
    "advised": "Advice given",
    "seen_today": "To be seen today",
    "emergency_care": "Emergency care",
    "handed_on": "Handed to the care team",
    "not_reached": "Not reached",
    "nothing_needed": "Nothing needed",
}
WORTHS: Mapping[Worth, str] = {"useful": "Useful", "noise": "Noise"}
NOISES: Mapping[Noise, str] = {
    "misheard": "Misheard",
    "other_meaning": "Meant something else",
    "somebody_else": "Somebody else, or a television",
    "known": "Known, already dealt with",
    "too_urgent": "Right, but too urgent",
    "mistake": "A test or a mistake",
}
VERDICTS: Mapping[Verdict, str] = {"right": "Right", "not_right": "Not right", "cannot_tell": "Can’t tell"}
LONGEST_FOLLOW_UP = 2000
"""Characters; a note, not a chart entry."""


@dataclass(frozen=True)
class Judged:
    """One page's worth."""

    worth: Worth
    noise: Noise | None


@dataclass(frozen=True)
class Closing:
    """The form of the close sheet, filled in."""

    asked_911: Asked911
    outcome: Outcome
    follow_up: str
    pages: Mapping[EscalationId, Judged]


def asked_911(emergency: bool) -> Mapping[Asked911, str]:
    """What may be said of 911: an emergency in which nobody asked about it is not over."""
    return {choice: words for choice, words in ASKED_911.items() if not emergency or choice != "no"}


def read_closing(fields: Mapping[str, Any], pages: list[EscalationId], *, emergency: bool) -> Closing:
    """Raises FormIncomplete, which names the first gap."""
    if not pages:
        raise FormIncomplete("escalation", "There is no page here to close.")
    if emergency and fields.get("asked_911") == "no":
        raise FormIncomplete(
            "asked_911", "An emergency stays open until 911 was asked about. Ask, or choose “Not needed”."
        )
    return Closing(
        asked_911=chosen(fields, "asked_911", ASKED_911, "Please say whether 911 was asked about."),
        outcome=chosen(fields, "outcome", OUTCOMES, "Please choose what came of it."),
        follow_up=str(fields.get("follow_up", "")).strip()[:LONGEST_FOLLOW_UP],
        pages={page: _judged(fields, page) for page in pages},
    )


def chosen(fields: Mapping[str, Any], name: str, choices: Mapping[T, str], sentence: str) -> T:
    """The choice that a field holds. Raises FormIncomplete."""
    given = fields.get(name)
    for choice in choices:
        if choice == given:
            return choice
    raise FormIncomplete(name, sentence)


def _judged(fields: Mapping[str, Any], page: EscalationId) -> Judged:
    worth = chosen(fields, f"worth-{page}", WORTHS, "Please say for each page whether it was useful or noise.")
    if worth == "useful":
        return Judged(worth, None)
    noise = chosen(fields, f"noise-{page}", NOISES, "Please say why it was noise.")
    return Judged(worth, noise)
