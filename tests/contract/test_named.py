"""What the conversation names of a pack is on one list, which every pack is checked against, and nothing else is on it."""

import ast
from pathlib import Path

import pytest

from server.persona.named import Asked, Fired, Said

KIND = "contract"

SOURCES = {
    path.name: path.read_text("utf-8") for path in (Path(__file__).parents[2] / "server" / "conversation").glob("*.py")
}
SPOKEN = ("say", "fire")
"""Methods of a reply that take a script or a guardrail by name."""


def literals(source: str) -> list[str]:
    """Names given to those methods as plain text."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    named = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr in SPOKEN]
    first = [(call.args if call.func.attr == "say" else call.args[:1]) for call in named]  # type: ignore[attr-defined]
    return [node.value for args in first for arg in args for node in ast.walk(arg) if _is_name(node)]  # type: ignore[attr-defined]


def _is_name(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Constant) and isinstance(node.value, str) and ("." in node.value or node.value.isupper())
    )


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_names_come_from_the_list(name: str) -> None:
    assert literals(SOURCES[name]) == []


@pytest.mark.parametrize("one", [*Said, *Fired, *Asked], ids=str)
def test_whatever_is_listed_is_named(one: Said | Fired | Asked) -> None:
    text = "".join(SOURCES.values())
    assert f"{type(one).__name__}.{one.name}" in text or f'"{one}"' in text
