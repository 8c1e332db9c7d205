"""How far a page has come, in words a nurse reads at a glance; pure. Which steps there are is the ladder's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from server.nurse.neighbors import Page
from server.nurse.wording import duration, left, plain
from server.vocabulary.ids import StaffId

_COLLEAGUE = "A colleague"


@dataclass(frozen=True)
class Standing:
    """Where one page stands for the nurse who looks."""

    state: str
    words: str
    holder: StaffId | None
    """Who is on it, else who answered; None while nobody has, or once it is closed."""
    holder_name: str
    mine: bool
    claimed: bool
    """Somebody is on it, or in the call."""
    closed: bool
    fresh: bool
    """No console has said yet that a nurse has it before them."""
    since: datetime | None
    """When somebody said that they are on it."""
    lasted: str
    """Since then."""
    left_until: datetime | None
    """What the time left counts down to: answered by, or claimed by; None where nothing is awaited."""
    left: str

    @property
    def waiting(self) -> bool:
        """No nurse has answered."""
        return self.holder is None and not self.closed


def standing(page: Page, staff: Mapping[StaffId, str], me: StaffId, now: datetime) -> Standing:
    """`staff` gives colleagues' names; a state of a newer version is shown by its name."""
    closed = page.state == "closed"
    holder = None if closed else page.claimed_by or page.acknowledged_by
    name = staff.get(holder, _COLLEAGUE) if holder else ""
    until = None if closed or page.claimed_by else page.claim_by if holder else page.due_at
    since = None if closed else page.claimed_at
    return Standing(
        state=page.state,
        words=_words(page, "You" if holder == me else name, staff),
        holder=holder,
        holder_name=name,
        mine=holder == me,
        claimed=page.claimed_by is not None and not closed,
        closed=closed,
        fresh=page.state in ("requested", "paged"),
        since=since,
        lasted=duration(now - since) if since else "",
        left_until=until,
        left=left(until, now) if until else "",
    )


def _words(page: Page, who: str, staff: Mapping[StaffId, str]) -> str:
    on = "are" if who == "You" else "is"
    closer = staff.get(page.closed_by, _COLLEAGUE) if page.closed_by else _COLLEAGUE
    known = {
        "requested": "Nobody has been reached yet",
        "paged": "Phones are ringing, nobody has answered",
        "seen": "Seen on a console, nobody has answered",
        "acknowledged": f"{who} answered, not on it yet",
        "claimed": f"{who} {on} on it",
        "in_room": f"{who} {on} in the call",
        "closed": f"Closed by {closer}",
    }
    return known.get(page.state, plain(page.state))
