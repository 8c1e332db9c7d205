"""What a message says, pure: how urgent, which page, where to answer. Never a patient's data: it has none."""

from typing import Final

from server.escalation.ladder import About
from server.escalation.work import Page
from server.vocabulary.ids import is_drill

_ALARMS: Final = {
    About.NOBODY_ON_CALL: "nobody is on call for a role of its ladder",
    About.NO_ADDRESS: "somebody who is on call has no address to be rung at",
    About.EXHAUSTED: "everybody has been rung and nobody has answered; it begins again, louder",
    About.UNDELIVERED: "a message could not be delivered",
    About.UNKNOWN_STATE: "the records hold something this version does not know; it rings all the same",
}


def rejoin(clinic: str, link: str, phone: str, emergency: str) -> str:
    """The text to a patient who was lost: no name, no reason. Under 160 characters without the link (clinical.md section 7)."""
    return f"{clinic}: your check-in was cut off. Go on here: {link} Or call {phone}. In an emergency call {emergency}."


def title(page: Page) -> str:
    """One line, the same for every message of a page's tier."""
    urgency = ("DRILL " if is_drill(page.escalation) else "") + page.tier.replace("_", " ").upper()
    return f"Nightlight {urgency}" if page.about is About.PAGE else f"Nightlight OPERATIONS {urgency}"


def body(page: Page, link: str) -> str:
    """Two lines at most. `link` is where this person answers it."""
    drill = "This is a drill, nobody is in danger. " if is_drill(page.escalation) else ""
    if page.about is About.PAGE:
        again = f" (ringing {page.level})" if page.level > 1 else ""
        return f"{drill}Check-in page {page.number}{again}. Answer: {link}"
    return f"{drill}Page {page.number}: {_ALARMS[page.about]}. {link}"
