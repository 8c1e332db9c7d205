"""Reads the settings from the environment, or says what is wrong there: one plain line for each variable.

A line names the variable, what is wrong and the remedy, and never the value, which may be a secret.
"""

import difflib
import errno
import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy.exc import DBAPIError

from server.config import Settings
from server.record.master_key import VARIABLE as MASTER_KEY
from server.vocabulary.errors import ServiceError

_PREFIX = "NIGHTLIGHT_"
_PLAIN = {
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "must be a smaller number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "finite_number": "must be a number that is not endless",
    "bool_parsing": "must be true or false",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    "tuple_type": "must be a list",
    "dict_type": "must be an object in braces",
    "string_type": "must be text",
    "ip_any_network": "must be networks, for example 10.42.0.0/16",
    "value_error": "{error}",
}
"""What pydantic's kinds of errors mean to someone who set a variable."""


class WrongSetting(ServiceError):
    """A variable of the environment has a value with which nothing can start; a line for each."""

    code = "wrong_setting"
    status = 500

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def read_settings(data: Path | None = None) -> Settings:
    """The settings of the environment, with this data folder if one is given. Raises `WrongSetting`."""
    lines = list(_unknown(os.environ))
    try:
        settings = Settings() if data is None else Settings(data=data)
    except ValidationError as error:
        lines += [_line(one) for one in error.errors(include_url=False, include_input=False)]
        raise WrongSetting(*lines) from None
    if lines:
        raise WrongSetting(*lines)
    return settings


def cannot_listen(error: OSError, port: str = "port") -> WrongSetting:
    """The address and the port, the setting named `port`, are only tried at the very end of a start."""
    if error.errno == errno.EADDRINUSE:
        return WrongSetting(f"{_name(port)}: another program listens there; choose another one, or 0 for any free one")
    if error.errno in (errno.EACCES, errno.EPERM):
        return WrongSetting(f"{_name(port)}: this user may not listen there; choose one of 1024 or more")
    what = "no such host is known" if isinstance(error, socket.gaierror) else "this machine has no such address"
    return WrongSetting(f"{_name('host')}: {what}; 127.0.0.1 always works")


def unusable_data(error: OSError) -> WrongSetting:
    return WrongSetting(f"{_name('data')}: cannot keep files there ({error.strerror}); name a folder you may write in")


def unusable_records(settings: Settings, error: OSError | DBAPIError) -> WrongSetting:
    why = error.strerror if isinstance(error, OSError) else _why(error, settings)
    remedy = "look at the address" if settings.database_url else "name a folder you may write in"
    variable = _name("database_url" if settings.database_url else "data")
    return WrongSetting(f"{variable}: the records cannot be opened ({why}); {remedy}")


def unusable_cache(error: OSError) -> WrongSetting:
    variable = _name("model_cache")
    return WrongSetting(f"{variable}: cannot keep models there ({error.strerror}); name a folder you may write in")


def names_of(field: str) -> tuple[str, ...]:
    """The variables that set a field of `Settings`, the one to use first."""
    alias = Settings.model_fields[field].validation_alias
    return tuple(map(str, alias.choices)) if isinstance(alias, AliasChoices) else (_PREFIX + field.upper(),)


def _name(field: str) -> str:
    """The variable in which the value stands."""
    names = names_of(field)
    return next((name for name in names if os.environ.get(name)), names[0])


def _line(error: ErrorDetails) -> str:
    what = _PLAIN.get(error["type"], error["msg"]).format(**error.get("ctx", {}))
    if not error["loc"]:
        # A rule over several settings, which names the one to mend by itself.
        return what
    first, *inner = error["loc"]
    field = next((name for name in Settings.model_fields if first in (name, *names_of(name))), str(first))
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in inner)
    return f"{_name(field)}{place}: {what}{_remedy(field)}"


def _remedy(field: str) -> str:
    info = Settings.model_fields[field]
    if info.examples:
        return f"; for example {info.examples[0]}"
    return f"; unset, it is {_shown(info.default)}" if info.default != "" else ""


def _shown(default: Any) -> str:
    return str(default).lower() if isinstance(default, bool) else f"{default:.12g}"


def _unknown(environment: Mapping[str, str]) -> Iterator[str]:
    """A misspelled name would otherwise be a silent default."""
    known = [MASTER_KEY, *(name for field in Settings.model_fields for name in names_of(field))]
    bare = {name.removeprefix(_PREFIX): name for name in known}
    for name in sorted(environment):
        if name.upper().startswith(_PREFIX) and name.upper() not in known:
            # Without the prefix, which would make all of them look alike.
            near = difflib.get_close_matches(name.upper().removeprefix(_PREFIX), bare, 1)
            remedy = f"did you mean {bare[near[0]]}?" if near else "docs/configuration.md lists them all"
            yield f"{name}: there is no such setting; {remedy}"


def _why(error: DBAPIError, settings: Settings) -> str:
    # What a database server's driver says repeats the address.
    served = not settings.records_url.startswith("sqlite")
    return "no server answers there, or it refuses us" if served else str(error.orig).partition("\n")[0]
