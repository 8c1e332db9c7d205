"""How evidence becomes a probability at one site, and the versions of it that a site has had.

Files are never overwritten; which one is in use is a file of its own, so going back is one step.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from perception.finding import Observable
from perception.fusion.table import SCORED, EvidenceNumbers

PRIOR = "prior"
_IN_USE = "in-use.json"


@dataclass(frozen=True)
class Line:
    """log-odds = slope · evidence + bias."""

    slope: float
    bias: float


@dataclass(frozen=True)
class Fit:
    """How one observable's line was found."""

    observable: Observable
    dispositions: int
    """Of nurses who were sure."""
    prior: Line
    posterior: Line
    log_loss_before: float
    """Of the line in use, nats for each disposition."""
    log_loss_left_out: float
    """Of the fit, each disposition judged by a fit that never saw it."""
    adopted: bool
    why: str


@dataclass(frozen=True)
class Calibration:
    """One version for every scored observable."""

    name: str
    """`prior`, or `site-1` and on."""
    lines: dict[Observable, Line]
    made: str = ""
    """ISO 8601 date, handed in."""
    after: str = ""
    """The version that it was fitted beside."""
    fits: tuple[Fit, ...] = field(default=())

    @classmethod
    def prior(cls, numbers: EvidenceNumbers) -> "Calibration":
        return cls(PRIOR, dict.fromkeys(SCORED, Line(numbers.slope, numbers.bias)))

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Calibration":
        """Raises KeyError or ValueError for anything but what `to_json` wrote."""
        content = json.loads(text)
        lines = {Observable(name): Line(**line) for name, line in content["lines"].items()}
        if set(lines) != set(SCORED):
            raise ValueError("a calibration has one line for every scored observable")
        fits = tuple(_fit(one) for one in content["fits"])
        return cls(content["name"], lines, content["made"], content["after"], fits)


def _fit(content: dict[str, object]) -> Fit:
    lines = {name: Line(**content[name]) for name in ("prior", "posterior")}  # type: ignore[arg-type]
    return Fit(**{**content, **lines, "observable": Observable(str(content["observable"]))})  # type: ignore[arg-type]


class CalibrationFolder:
    """A site's calibrations on disk."""

    def __init__(self, folder: Path, numbers: EvidenceNumbers) -> None:
        self._folder = folder
        self._numbers = numbers

    def in_use(self) -> Calibration:
        """The prior until a site's own was put to use."""
        marker = self._folder / _IN_USE
        return self.read(str(json.loads(marker.read_text("utf-8"))["name"]) if marker.is_file() else PRIOR)

    def read(self, name: str) -> Calibration:
        """Raises FileNotFoundError for a version that was never kept."""
        if name == PRIOR:
            return Calibration.prior(self._numbers)
        if name not in self.names():
            raise FileNotFoundError(f"no calibration {name!r} here; there are {', '.join((PRIOR, *self.names()))}")
        return Calibration.from_json((self._folder / f"{name}.json").read_text("utf-8"))

    def names(self) -> tuple[str, ...]:
        """Oldest first, without the prior."""
        return tuple(sorted((path.stem for path in self._folder.glob("site-*.json")), key=_number))

    def next_name(self) -> str:
        return f"site-{max((_number(name) for name in self.names()), default=0) + 1}"

    def keep(self, calibration: Calibration) -> None:
        """Writes a new version, whole or not at all; raises FileExistsError if there is one of that name."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{calibration.name}.json"
        if path.exists():
            raise FileExistsError(f"{path.name} is kept already: calibrations are never overwritten")
        _write(path, calibration.to_json())

    def use(self, name: str) -> Calibration:
        """From the next check-in on. Raises FileNotFoundError."""
        chosen = self.read(name)
        self._folder.mkdir(parents=True, exist_ok=True)
        _write(self._folder / _IN_USE, json.dumps({"name": name}) + "\n")
        return chosen

    def roll_back(self) -> Calibration:
        """To the version that the one in use was fitted beside."""
        return self.use(self.in_use().after or PRIOR)


def _number(name: str) -> int:
    return int(name.removeprefix("site-"))


def _write(path: Path, text: str) -> None:
    partial = path.with_suffix(".partial")
    partial.write_text(text, "utf-8")
    partial.replace(path)
