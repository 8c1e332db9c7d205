"""What every command shares: its settings, its end, and the one way in which it prints or gives up."""

import asyncio
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer

from server.config import Settings
from server.environment import WrongSetting, read_settings
from server.vocabulary.errors import ServiceError
from server.vocabulary.parts import Part

T = TypeVar("T")

_MARKS = {"live": "ok", "fallback": "fallback", "missing": "MISSING", "off": "off"}

JsonOption = Annotated[bool, typer.Option("--json", help="JSON.")]
DataOption = Annotated[Path | None, typer.Option("--data", help="Data folder; overrides DATA.")]


def settings_of(data: Path | None) -> Settings:
    """The settings of the environment, with this data folder if one is given."""
    try:
        return read_settings(data)
    except WrongSetting as error:
        fail(*error.lines)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command to its end; what it raises on purpose becomes one line and exit code 2."""
    try:
        return asyncio.run(work)
    except WrongSetting as error:
        fail(*error.lines)
    except ServiceError as error:
        fail(f"{error.code}: {error}")
    except OSError as error:
        fail(error.strerror or str(error))


def tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def show(parts: list[Part]) -> None:
    """One line for each part of the service: which implementation runs, and what is missing."""
    for part in parts:
        tell(f"  {part.name:<12} {_MARKS[part.state]:<9} {part.what}")


def note(line: str) -> None:
    """Beside the output, for people: a command's standard output may be read by a program."""
    sys.stderr.write(f"nightlight: {line}\n")


def fail(*messages: str) -> NoReturn:
    for message in messages:
        note(message)
    raise typer.Exit(2)
