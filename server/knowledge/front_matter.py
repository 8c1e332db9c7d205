"""The YAML above a document: who owns it, whom it is for, where it comes from, and until when it holds."""

import re
from datetime import date
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from rapidfuzz import fuzz, process

from server.knowledge.passage import Audience
from server.vocabulary.errors import ServiceError

_FENCE = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_MISSPELLED = 80
"""Likeness of two keys, 0 to 100, from which the one is taken for the other misspelled: `expires` and `expire` have 92."""


class DocumentError(ServiceError):
    """A file cannot be read as a document; every line names the file, the line and the remedy."""

    code = "document_invalid"


def _words(value: Any) -> Any:
    """A list, or names in one line with commas between them; in lower case, because they are compared."""
    found = value.split(",") if isinstance(value, str) else value or ()
    return tuple(str(one).strip().lower() for one in found if str(one).strip()) if isinstance(found, list) else found


def _line(value: Any) -> Any:
    return "; ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value).strip()


def _lower(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


def _primary(value: Any) -> Any:
    """`en-US` is asked for as `en`."""
    return re.split(r"[-_]", value.strip().lower())[0] if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
Text = Annotated[str, BeforeValidator(_line)]


class FrontMatter(BaseModel):
    """What a document says of itself; keys that mean nothing to us are other programs' business and let be."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: Text = ""
    owner: Text = ""
    audience: Annotated[Audience, BeforeValidator(_lower)] = Audience.PATIENT
    language: Annotated[str, BeforeValidator(_primary)] = "en"
    conditions: Words = ()
    medicines: Words = ()
    source: Text = ""
    status: Text = ""
    review: date | None = None
    expires: date | None = None


_REMEDIES = {
    "audience": "say patient or nurse",
    "language": "say a language tag, for example en",
    "review": "say a day as 2027-01-31",
    "expires": "say a day as 2027-01-31",
}


def split(name: str, content: str) -> tuple[FrontMatter, str, int]:
    """The front matter, the Markdown below it, and the number of lines above that; raises `DocumentError`.

    A rule of dashes that happens to open a text is none: what stands under it must be keys and values.
    """
    found = _FENCE.match(content)
    data, node = _loaded(name, found[1]) if found else (None, None)
    if found is None or not isinstance(data, dict):
        return FrontMatter(), content.lstrip("\ufeff"), 0
    lines = {str(key.value): key.start_mark.line + 2 for key, _ in node.value} if node else {}
    _check_spelling(name, lines)
    try:
        about = FrontMatter.model_validate({str(key): value for key, value in data.items()})
    except ValidationError as error:
        wrong = [str(one["loc"][0]) for one in error.errors()]
        raise DocumentError(
            *(f"{name}:{lines.get(key, 1)}: {key}: {_REMEDIES.get(key, 'say a word or a list')}" for key in wrong)
        ) from None
    return about, content[found.end() :], content.count("\n", 0, found.end())


def keys_of(name: str, content: str) -> dict[str, Any]:
    """The front matter as it stands, with the keys of other programs; raises `DocumentError`."""
    found = _FENCE.match(content)
    data = _loaded(name, found[1])[0] if found else {}
    return data if isinstance(data, dict) else {}


def _loaded(name: str, text: str) -> tuple[Any, Any]:
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        return (loader.construct_document(node) if node else {}), node
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        remedy = "quote a value that holds a colon, and indent lists alike"
        raise DocumentError(f"{name}:{line}: the front matter is no YAML ({error.problem}): {remedy}") from None
    except (yaml.YAMLError, ValueError) as error:
        raise DocumentError(f"{name}:1: the front matter cannot be read: {error}") from None


def _check_spelling(name: str, lines: dict[str, int]) -> None:
    """A misspelled `expires` would be told for ever."""
    known = list(FrontMatter.model_fields)
    for key, line in lines.items():
        near = process.extractOne(key.lower(), known, scorer=fuzz.ratio, score_cutoff=_MISSPELLED)
        if key not in known and near:
            raise DocumentError(f"{name}:{line}: {key}: no such key; write {near[0]}")
