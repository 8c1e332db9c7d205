"""`nightlight perceive FILE`: what voice and face show in a recording, as it would rise in a check-in."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import assert_never

from perception.finding import Evidence, Finding, Observable
from perception.reading import Presence, Reading
from perception.recording import Entry, Models, Playback, Recording, Turn
from server.workbench.printout import Printout

_SHOWN = 5
"""Measurements printed for people of a finding, the strongest first."""


@dataclass
class Tally:
    """What the whole recording came to."""

    turns: int = 0
    findings: dict[str, int] = field(default_factory=dict)
    """How often each observable rose."""
    highest: dict[Observable, float] = field(default_factory=dict)
    """The highest score of each, risen or not."""
    pages: int = 0
    """Times at which a nurse might have been asked to look: both senses agree for long enough."""
    seconds: float = 0.0
    baseline_suspect: bool = False

    def note(self, playback: Playback, entry: Entry) -> None:
        """Count one entry."""
        self.turns += isinstance(entry, Turn)
        if isinstance(entry, Finding):
            self.findings[entry.observable] = self.findings.get(entry.observable, 0) + 1
        self.baseline_suspect = playback.session.baseline_suspect


def run(recording: Recording, models: Models, as_json: bool, tell: Callable[[str], None]) -> None:
    """Print the timeline, then the summary. Raises `FaceUnavailable`."""
    printout, playback, tally = Printout(as_json, tell), Playback(models), Tally()
    for entry in playback.run(recording):
        tally.note(playback, entry)
        printout.line(_plain(asdict(entry)) | {"kind": _kind(entry)}, "\n".join(_lines(entry)))
    tally.seconds, tally.highest, tally.pages = playback.seconds, playback.highest, playback.pages
    printout.line({"kind": "summary", **asdict(tally)}, "\n".join(_summary(tally)))


def _kind(entry: Entry) -> str:
    return type(entry).__name__.lower()


def _plain(value: object) -> dict[str, object]:
    """As JSON can hold it."""
    made = _jsonable(value)
    return made if isinstance(made, dict) else {}


def _jsonable(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(_jsonable(item) for item in value)  # type: ignore[type-var]
    return value.value if isinstance(value, Enum) else value


def _lines(entry: Entry) -> Iterator[str]:
    match entry:
        case Turn():
            yield f"{entry.start:8.2f} to {entry.end:.2f}  said: {entry.text or '(words not known)'}"
            if entry.fillers:
                yield f"          fillers at {', '.join(f'{start:.2f}' for start, _ in entry.fillers)}"
            yield f"          {', '.join(map(_measured, filter(_is_known, entry.readings)))}"
        case Presence():
            yield f"{entry.at:8.2f}  camera: {_who(entry)}"
        case Finding():
            yield f"{entry.at:8.2f}  {_name(entry)} {entry.score:.2f} (sure of {entry.confidence:.0%} of what counts)"
            yield from map(_evidence, entry.evidence[:_SHOWN])
        case _:
            assert_never(entry)


def _is_known(reading: Reading) -> bool:
    return reading.quality > 0


def _measured(reading: Reading) -> str:
    return f"{reading.cue} {reading.value:.2f}"


def _name(finding: Finding) -> str:
    return f"{finding.observable}: {finding.absence}" if finding.absence else str(finding.observable)


def _evidence(one: Evidence) -> str:
    return (
        f"          {one.contribution:+.2f}  {one.cue} {one.value:.2f}, usually {one.usual:.2f} ({one.deviation:+.1f})"
    )


def _who(presence: Presence) -> str:
    if presence.dark:
        return "too dark to judge"
    return {0: "nobody", 1: "one face"}.get(presence.faces, "more than one face, so nobody is judged")


def _summary(tally: Tally) -> Iterator[str]:
    yield ""
    yield f"{tally.seconds:.1f} s, {tally.turns} turns, highest scores: " + ", ".join(
        f"{name} {score:.2f}" for name, score in tally.highest.items()
    )
    if tally.baseline_suspect:
        yield "far from other people's usual from the start: what is usual for this person is not known"
    yield "measurements of voice and face, not a diagnosis; drafts until a clinician signs them"
