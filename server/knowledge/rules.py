"""The numbers and words by which the library is curated and told, from the packs' shared `library.yaml`."""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from server.vocabulary.errors import ServiceError


class RulesInvalid(ServiceError):
    """The rules of curation cannot be read; the message names the file and the field."""

    code = "library_rules_invalid"


@dataclass(frozen=True)
class Measures:
    """Tells numbers that can contradict each other from those that only stand beside the same thing."""

    spans: re.Pattern[str]
    """Units of how long, how often, and of the time of day: one thing has many of them."""
    called: re.Pattern[str]
    """Numbers that are telephoned."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Sourced(_Frozen):
    """A number with where it is from."""

    value: float
    unit: str
    source: str
    status: str


class CurationRules(_Frozen):
    """What a document, a release and a told passage are held to."""

    reading_grade_max: Sourced
    goldens_min: Sourced
    golden_top: Sourced
    told_words_max: Sourced
    same_question: Sourced
    """Cosine from which two questions are taken for the same one."""
    review_warnings: tuple[int, ...]
    """Days before a document's review or expiry on which its owner is warned."""
    dose_units: tuple[str, ...]
    dose_numbers: str
    leans_on_the_one_before: tuple[str, ...]
    signs: dict[str, str]
    """What numbers are said of, besides medicines, with the words that name it."""
    spans: str
    """Units of how long or how often, and of the time of day."""
    called: str
    """Numbers that are telephoned."""

    @property
    def dose(self) -> re.Pattern[str]:
        """Finds an amount of a medicine."""
        units = "|".join(self.dose_units)
        return re.compile(
            rf"\b(?:{self.dose_numbers})(?:[ -]|\s+(?:of an?|an?)\s+)?(?:{units})(?![\w-])", re.IGNORECASE
        )

    @property
    def measures(self) -> Measures:
        """Which numbers of two sentences are compared."""
        return Measures(re.compile(self.spans, re.IGNORECASE), re.compile(self.called))


def read_rules(path: Path) -> CurationRules:
    """Raises RulesInvalid."""
    try:
        return TypeAdapter(CurationRules).validate_python(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, yaml.YAMLError) as error:
        raise RulesInvalid(f"{path.name}: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise RulesInvalid(f"{path.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
