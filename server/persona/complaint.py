"""Something wrong with a pack, found before there is a conversation."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Complaint:
    """Something wrong with a pack, and the text by which its line is found."""

    value: str
    message: str
    near: str = ""
    """A text of the same file, where `value` may stand in several."""
