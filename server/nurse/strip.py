"""The ten seconds before something was noticed: which measurement, when, how far from usual, and how much it weighed; pure.

Words name sounds and movements only. A strip is a reason to look and ask, never a finding about the patient.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from server.nurse.cue_words import is_face, measured, noticed_words
from server.record.journal import Entry
from server.vocabulary.events import CueDisputed, CueJudged, CueNoticed
from server.vocabulary.findings import CueEvidence

SECONDS = 10.0
"""Length of a strip; what is older stands at its beginning."""
_MOST_ROWS = 6
_LEAST = 0.05
"""Log-odds under which a measurement weighs nothing that a reader could see."""
_UNSURE = 0.5
"""Confidence under which the patient's usual is not well known."""


@dataclass(frozen=True)
class Row:
    """One measurement."""

    name: str
    sense: str
    """`voice` or `face`."""
    when: str
    """Before it was noticed, for example `3 s before`."""
    place: float
    """On the strip, 0 to 100."""
    value: str
    usual: str
    """Both empty where the number alone would say nothing."""
    spreads: str
    """How far from usual, in spreads of the patient's own."""
    weight: float
    """Log-odds; negative speaks against."""
    width: float
    """Of its bar, 0 to 100; the heaviest has 100."""


@dataclass(frozen=True)
class Strip:
    """One thing that was noticed."""

    at: str
    """Time into the check-in, for example `2:14`."""
    title: str
    rows: tuple[Row, ...]
    """The heaviest first; empty where nothing was measured, as for a muted microphone."""
    score: str
    unsure: bool
    """The patient's usual was not well known yet."""
    suspect: bool
    """The patient was far from most people's usual from the first second."""
    disputed: bool
    judged: str
    """A nurse's verdict, empty while there is none."""
    cue: str
    moment: str
    """With `cue` what the verdict is about: `at` of the event, as it is."""
    voice_only: bool
    """Nothing of it was seen: the camera was off, or not allowed to be measured."""


def strips(entries: Sequence[Entry]) -> tuple[Strip, ...]:
    """What was noticed in a check-in, the newest first."""
    events = [entry.event for entry in entries]
    disputed = {(event.cue, event.at) for event in events if isinstance(event, CueDisputed)}
    judged = {(event.cue, event.at): event.verdict for event in events if isinstance(event, CueJudged)}
    found = [event for event in events if isinstance(event, CueNoticed)]
    return tuple(
        _strip(event, (event.cue, event.at) in disputed, judged.get((event.cue, event.at), ""))
        for event in reversed(found)
    )


def _strip(event: CueNoticed, disputed: bool, verdict: str) -> Strip:
    shown = [one for one in event.evidence if abs(one.contribution) >= _LEAST]
    shown = sorted(shown, key=lambda one: -abs(one.contribution))[:_MOST_ROWS]
    heaviest = max((abs(one.contribution) for one in shown), default=1.0)
    return Strip(
        at=f"{int(event.at) // 60}:{int(event.at) % 60:02d}",
        title=noticed_words(event.cue, event.absence).capitalize(),
        rows=tuple(_row(one, event.at, heaviest) for one in shown),
        score=f"{event.score:.2f}",
        unsure=bool(event.evidence) and event.confidence < _UNSURE,
        suspect=event.baseline_suspect,
        disputed=disputed,
        judged=verdict,
        cue=event.cue,
        moment=str(event.at),
        voice_only=bool(shown) and not any(is_face(one.cue) for one in shown),
    )


def _row(one: CueEvidence, noticed_at: float, heaviest: float) -> Row:
    ago = max(0.0, noticed_at - one.at)
    words = measured(one.cue)
    return Row(
        name=words.name,
        sense="face" if is_face(one.cue) else "voice",
        when=f"{ago:.0f} s before" if ago >= 0.5 else "then",
        place=round(100.0 * (1.0 - min(ago, SECONDS) / SECONDS), 1),
        value=words.of(one.value),
        usual=words.of(one.usual),
        spreads=f"{abs(one.deviation):.1f}",
        weight=round(one.contribution, 2),
        width=round(100.0 * abs(one.contribution) / heaviest, 1),
    )
