"""A patient's card as a clinic writes it into a file, read once into what the records hold.

Complaints name the field and the remedy and never repeat a value: files hold patient data, and terminals are logged.
"""

import difflib
import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar, cast

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, ValidationError, ValidationInfo
from pydantic_core import ErrorDetails

from server.persona.pack import Pack
from server.record.patients import Medicine, PatientFacts
from server.vocabulary.errors import ServiceError

T = TypeVar("T", bound=Collection[str])

_LONGEST = 300
_OLDEST = 125
"""Years; nobody has lived longer, so an earlier year is a slip."""
_COMPUTED_RISKS = {"age_80", "blood_thinner"}
"""Follow from age and medicines (`checkin.visit`), so that a chart does not give them."""
_MONTH_AND_DAY = re.compile(r"(\d\d)-(\d\d)")


class WrongCard(ServiceError):
    """A patient's file cannot be taken; a line for each complaint."""

    code = "wrong_card"

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


@dataclass(frozen=True)
class Known:
    """What the persona packs have words for; anything else in a chart would silently do nothing."""

    conditions: frozenset[str]
    parameters: frozenset[str]
    risks: frozenset[str]
    today: date


def known_to(packs: Collection[Pack], today: date) -> Known:
    conditions = {each.condition for pack in packs for each in pack.conditions.values() if each.condition}
    parameters = {name for pack in packs for name in pack.parameters}
    risks = {risk for pack in packs for rule in pack.guardrails.values() for risk in rule.raised_by}
    return Known(frozenset(conditions), frozenset(parameters), frozenset(risks - _COMPUTED_RISKS), today)


def read_card(path: Path, known: Known) -> PatientFacts:
    """From YAML, or from JSON where the name ends in `.json`. Raises `WrongCard`."""
    data = _data(path)
    if not isinstance(data, dict):
        raise WrongCard("the file must hold one patient: lines of `field: value`, or one JSON object")
    try:
        return _Card.model_validate(data, context=known).facts()
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise WrongCard(*dict.fromkeys(_complaint(one) for one in found)) from None


def _data(path: Path) -> object:
    try:
        text = path.read_text("utf-8")
        return json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except OSError as error:
        raise WrongCard(f"the file cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise WrongCard("the file must be text in UTF-8") from None
    except json.JSONDecodeError as error:
        raise WrongCard(f"line {error.lineno} is not JSON: look for a missing quote, comma or brace") from None
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}" if mark else "the file"
        raise WrongCard(f"{place} is not YAML: put values with a colon or a # in quotes, and use no tabs") from None


def _line(text: str) -> str:
    text = text.strip()
    if not text.isprintable() or len(text) > _LONGEST:
        raise ValueError(f"must be one line of at most {_LONGEST} characters")
    return text


def _said(text: str) -> str:
    if not text:
        raise ValueError("must not be empty")
    return text


def _phone(text: str) -> str:
    if not re.fullmatch(r"\+?[0-9(). -]*\d[0-9(). -]*", text) or not 7 <= sum(map(str.isdigit, text)) <= 15:
        raise ValueError("must be a phone number of 7 to 15 digits, for example 202-555-0143")
    return text


def _known(info: ValidationInfo) -> Known:
    return cast("Known", info.context)


class _Birth(NamedTuple):
    month: int
    day: int
    year: int | None


def _birth(value: object, info: ValidationInfo) -> _Birth:
    found = _month_and_day(value) or _whole_date(value)
    if found is None:
        raise ValueError("must be a date like 1959-03-14, or 03-14 where the year is not known")
    today = _known(info).today
    if found.year is not None and not 0 <= today.year - found.year <= _OLDEST:
        raise ValueError("must be a year in which a living person can be born")
    return found


def _month_and_day(value: object) -> _Birth | None:
    parts = _MONTH_AND_DAY.fullmatch(value) if isinstance(value, str) else None
    # 2000 is a leap year, so that February 29 is a day.
    whole = _whole_date(f"2000-{parts[0]}") if parts else None
    return whole._replace(year=None) if whole else None


def _whole_date(value: object) -> _Birth | None:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return None
    return _Birth(day.month, day.day, day.year) if isinstance(day, date) else None


def _near_now(value: date | None, info: ValidationInfo) -> date | None:
    today = _known(info).today
    if value is not None and value > today + timedelta(days=1):
        raise ValueError("must not lie in the future; leave it out until the patient is home")
    return value


def _ahead(value: date | None, info: ValidationInfo) -> date | None:
    if value is not None and value < _known(info).today - timedelta(days=1):
        raise ValueError("must be today or later; leave it out if none is planned")
    return value


def _one_of(what: str) -> Callable[[T, ValidationInfo], T]:
    """Every name must be among those that the packs know."""

    def checked(names: T, info: ValidationInfo) -> T:
        choices = sorted(getattr(_known(info), what))
        if not set(names) <= set(choices):
            raise ValueError(f"holds one that no persona knows; there are: {', '.join(choices)}")
        return names

    return checked


_Line = Annotated[str, AfterValidator(_line)]
_Said = Annotated[_Line, AfterValidator(_said)]
_Phone = Annotated[_Line, AfterValidator(_phone)]
_Discharge = Annotated[date | None, AfterValidator(_near_now)]
_Visit = Annotated[date | None, AfterValidator(_ahead)]


_Number = Annotated[float, Field(allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Medicine(_Strict):
    name: _Said
    purpose: _Said
    how: _Said
    high_alert: bool
    new: bool = False


class _Card(_Strict):
    """The fields of the file; docs/how-to/add-a-patient.md says what each is for."""

    name: _Said
    first_name: _Said
    phone: _Phone
    callback: _Phone | None = None
    birth_date: Annotated[_Birth, PlainValidator(_birth)]
    discharged_on: _Discharge = None
    diagnosis: _Line = ""
    medicines: tuple[_Medicine, ...] = ()
    address: _Line = ""
    conditions: Annotated[tuple[str, ...], AfterValidator(_one_of("conditions"))] = ()
    services: tuple[_Said, ...] = ()
    next_visit: _Visit = None
    parameters: Annotated[dict[str, _Number], AfterValidator(_one_of("parameters"))] = {}
    risks: Annotated[tuple[str, ...], AfterValidator(_one_of("risks"))] = ()

    def facts(self) -> PatientFacts:
        return PatientFacts(
            name=self.name,
            first_name=self.first_name,
            phone=self.phone,
            birth_month=self.birth_date.month,
            birth_day=self.birth_date.day,
            birth_year=self.birth_date.year,
            discharged_on=self.discharged_on,
            diagnosis=self.diagnosis,
            medicines=tuple(
                Medicine(one.name, one.purpose, one.how, one.high_alert, one.new) for one in self.medicines
            ),
            address=self.address,
            callback=self.callback or self.phone,
            conditions=self.conditions,
            services=self.services,
            next_visit=self.next_visit,
            parameters=tuple(self.parameters.items()),
            risks=self.risks,
        )


_PLAIN = {
    "missing": "is missing",
    "string_type": "must be text: put it in quotes",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "tuple_type": "must be a list",
    "model_type": "must be an object with a name, purpose, how and high_alert",
    "dict_type": "must be names with a number each",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a number that is not endless",
    "value_error": "{error}",
}
_ANY_DATE = "must be a date like 2026-03-14"


def _complaint(error: ErrorDetails) -> str:
    # What stands where a parameter's name should may be anything, so it is not repeated.
    loc = error["loc"][:1] if error["loc"][0] == "parameters" else error["loc"]
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")
    if error["type"] == "extra_forbidden":
        return _no_such_field(error["loc"])
    if error["type"].startswith("date"):
        return f"{place}: {_ANY_DATE}"
    return f"{place}: {_PLAIN.get(error['type'], 'cannot be read')}".format(**error.get("ctx", {}))


def _no_such_field(loc: tuple[Any, ...]) -> str:
    """Without the name that was written: a file in disorder has patient data in its place."""
    fields = list(_Medicine.model_fields if len(loc) > 1 else _Card.model_fields)
    near = difflib.get_close_matches(str(loc[-1]), fields, 1)
    where = f"{loc[0]}[{loc[1]}]: " if len(loc) > 1 else ""
    remedy = f"did you mean {near[0]}?" if near else f"there are: {', '.join(fields)}"
    return f"{where}holds a field that does not exist; {remedy}"
