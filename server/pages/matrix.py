"""The table of doors for people to read: each route against each role. docs/roles.md is its output, and a test says so."""

from collections.abc import Iterator

from server.pages.doors import DOORS, Door, Open
from server.vocabulary.principals import Role

NOBODY = "nobody"
PATIENT = "patient"
VISITORS = (NOBODY, PATIENT, *(role.value for role in Role))
"""Who may come to a door: somebody unknown, a patient with a claimed link, and staff by role."""


def comes_in(door: Door, visitor: str) -> bool:
    """Whether a door is open to one of `VISITORS`."""
    match door.to:
        case Open.ANYBODY:
            return True
        case Open.PATIENT:
            return visitor == PATIENT
        case _:
            return visitor in {role.value for role in door.roles}


def lines() -> Iterator[str]:
    """A Markdown table."""
    yield f"| route | right | {' | '.join(VISITORS)} |"
    yield f"|{'---|' * (len(VISITORS) + 2)}"
    for (method, path), door in DOORS.items():
        marks = ("yes" if comes_in(door, visitor) else "" for visitor in VISITORS)
        yield f"| `{method} {path}` | {door.to} | {' | '.join(marks)} |"
