"""What a site's own attention budget moves in a pack: how sure a cue, or a same-day finding by the classifier, must be.

It can only ask for more. There is no field for anything else: an emergency or an urgent trigger cannot be written here.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import Field, ValidationError, model_validator

from server.persona.pack import Pack
from server.persona.shape import Frozen, Name, Number
from server.vocabulary.errors import ServiceError
from server.vocabulary.findings import Tier

SAME_DAY: Final = "same_day"
MOST: Final = 0.95
"""No threshold is moved beyond: what is never acted on should be taken out by who owns the rules."""
Threshold = Annotated[float, Field(ge=0, le=MOST)]


class TuningBroken(ServiceError):
    """A file of the tuning folder was changed by hand, or is not there."""

    code = "tuning_broken"


class Tuning(Frozen):
    """One accepted version; the thresholds of earlier ones that still hold are in it too."""

    version: int = Field(ge=0)
    made: str = ""
    """Day, as 2026-11-30."""
    by: str = ""
    """Staff id of who accepted it."""
    budget: float = Field(0.0, ge=0, le=1)
    """Share of pages and questions that are to be useful."""
    after: int = Field(0, ge=0)
    """The version it took the place of."""
    same_day: Threshold | None = None
    cues: Mapping[Name, Threshold] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _follows(self) -> Self:
        if self.version and self.after >= self.version:
            raise ValueError("after: an earlier version")
        return self


NONE: Final = Tuning(version=0)
"""The packs as they are."""


def thresholds(pack: Pack) -> dict[str, float]:
    """What may be moved in this pack, and where it stands: `same_day` and the cues by id."""
    found = {name: cue.at_least.value for name, cue in pack.cues.items()}
    alone = pack.paraphrase.alone.get(Tier.SAME_DAY)
    return found if alone is None else {SAME_DAY: alone.value, **found}


def tuned(pack: Pack, tuning: Tuning) -> Pack:
    """The pack with these thresholds where they ask for more than its own; its hash tells that it was tuned."""
    cues = {
        name: cue.model_copy(update={"at_least": _raised(cue.at_least, tuning.cues.get(name), tuning)})
        for name, cue in pack.cues.items()
    }
    alone = {
        tier: _raised(number, tuning.same_day if tier is Tier.SAME_DAY else None, tuning)
        for tier, number in pack.paraphrase.alone.items()
    }
    if cues == pack.cues and alone == pack.paraphrase.alone:
        return pack
    content = hashlib.sha256(f"{pack.content_hash} {tuning.model_dump_json()}".encode()).hexdigest()
    paraphrase = pack.paraphrase.model_copy(update={"alone": alone})
    return replace(pack, cues=cues, paraphrase=paraphrase, content_hash=content)


def _raised(number: Number, wanted: float | None, tuning: Tuning) -> Number:
    if wanted is None or wanted <= number.value:
        return number
    source = f"{number.source}; raised from {number.value:g} by tuning {tuning.version}"
    return number.model_copy(update={"value": wanted, "source": source})


class TuningFolder:
    """Every version that was accepted, and which one is in use."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def in_use(self) -> Tuning:
        """Raises TuningBroken."""
        pointer = self._folder / "in_use"
        return self.read(int(pointer.read_text())) if pointer.exists() else NONE

    def versions(self) -> list[int]:
        return sorted(int(path.stem) for path in self._folder.glob("[0-9]*.json"))

    def read(self, version: int) -> Tuning:
        """Raises TuningBroken."""
        if version == NONE.version:
            return NONE
        path = self._folder / f"{version}.json"
        try:
            return Tuning.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise TuningBroken(f"{path}: {type(error).__name__}; put the file back, or remove {path.parent}") from None

    def use(self, tuning: Tuning) -> None:
        """Keeps it, and takes it into use from the next start on."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if tuning.version:
            (self._folder / f"{tuning.version}.json").write_text(tuning.model_dump_json(indent=2))
        fresh = self._folder / "in_use.new"
        fresh.write_text(str(tuning.version))
        os.replace(fresh, self._folder / "in_use")
