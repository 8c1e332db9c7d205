"""The numbers and words by which the library is curated and told, from the packs' shared `library.yaml`."""

import re
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from server.vocabulary.errors import ServiceError


class RulesInvalid(ServiceError):
    """The rules of curation cannot be read; the message names the file and the field."""

    code = "library_rules_invalid"


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

    @property
    def dose(self) -> re.Pattern[str]:
        """Finds an amount of a medicine."""
        units = "|".join(self.dose_units)
        return re.compile(
            rf"\b(?:{self.dose_numbers})(?:[ -]|\s+(?:of an?|an?)\s+)?(?:{units})(?![\w-])", re.IGNORECASE
        )


def read_rules(path: Path) -> CurationRules:
    """Raises RulesInvalid."""
    try:
        return TypeAdapter(CurationRules).validate_python(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, yaml.YAMLError) as error:
        raise RulesInvalid(f"{path.name}: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise RulesInvalid(f"{path.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
