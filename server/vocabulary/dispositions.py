"""What a nurse says came of a page, and of something that was noticed. Closed lists: they are counted over months."""

from typing import Literal

Asked911 = Literal["yes", "no", "not_needed"]
Outcome = Literal["advised", "seen_today", "emergency_care", "handed_on", "not_reached", "nothing_needed"]
Worth = Literal["useful", "noise"]
"""Whether it was right to take a nurse's attention for it."""
Noise = Literal["misheard", "other_meaning", "somebody_else", "known", "too_urgent", "mistake"]
Verdict = Literal["right", "not_right", "cannot_tell"]
