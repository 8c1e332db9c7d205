"""The documentation is tested: links resolve, every setting and every command is in it."""

import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings
from typer import Context
from typer.core import TyperGroup
from typer.main import get_command

from server import cli, config
from tests.contract.source import ROOT, modules

KIND = "contract"

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
KEY = re.compile(r"\bNIGHTLIGHT_[A-Z][A-Z0-9_]*\b")


@cache
def text_of(page: Path) -> str:
    return page.read_text("utf-8")


def links(page: Path) -> list[str]:
    """Links to files of this repository, without those inside code."""
    found = LINK.findall(CODE.sub("", text_of(page)))
    return [link for link in found if not link.startswith(("http://", "https://", "mailto:"))]


def anchors(page: Path) -> set[str]:
    """The headings as GitHub links to them."""
    headings = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def resolves(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    return target.exists() and (not anchor or anchor in anchors(target))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_resolve(page: Path) -> None:
    assert [link for link in links(page) if not resolves(page, link)] == []


def keys_in_code() -> set[str]:
    return {key for module in modules("server", "perception") for key in KEY.findall(text_of(ROOT / module))}


def keys_of_settings() -> set[str]:
    """The environment variables of every settings class in config.py."""
    classes = [c for c in vars(config).values() if isinstance(c, type) and issubclass(c, BaseSettings)]
    prefixed = [(c, c.model_config.get("env_prefix", "")) for c in classes if c is not BaseSettings]
    return {f"{prefix}{name}".upper() for c, prefix in prefixed for name in c.model_fields}


def commands() -> set[str]:
    """Every command of the program, for example `nightlight run`."""
    return set(named("nightlight", get_command(cli.commands)))


def named(name: str, command: object) -> list[str]:
    """What is typed for this command, or for each of this group."""
    if not isinstance(command, TyperGroup):
        return [name]
    inside = {one: command.get_command(Context(command), one) for one in command.list_commands(Context(command))}
    return [found for one, below in inside.items() for found in named(f"{name} {one}", below)]


@cache
def documentation() -> str:
    return "\n".join(text_of(page) for page in PAGES)


@pytest.mark.parametrize("key", sorted(keys_in_code() | keys_of_settings()))
def test_every_setting_is_documented(key: str) -> None:
    assert re.search(rf"\b{key}\b", documentation())


def dependencies() -> set[str]:
    """The packages that pyproject.toml asks for, by name."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        wanted = tomllib.load(file)["project"]["dependencies"]
    return {re.split(r"[<>=]", line, maxsplit=1)[0] for line in wanted}


@pytest.mark.parametrize("package", sorted(dependencies()))
def test_every_dependency_is_justified(package: str) -> None:
    assert re.search(
        rf"^\|[^|]*(?<![\w-]){re.escape(package)}(?![\w-])", text_of(ROOT / "docs" / "dependencies.md"), re.MULTILINE
    )


@pytest.mark.parametrize("command", sorted(commands()))
def test_every_command_is_documented(command: str) -> None:
    assert command in documentation()
