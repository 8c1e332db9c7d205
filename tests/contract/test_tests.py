"""The tests' own rules: each says its kind, none waits, none branches, none fakes a class of ours."""

import ast
from pathlib import Path

import pytest

from tests.conftest import KINDS, TESTS, kind_problem
from tests.contract.source import ROOT, called, imports_any, modules, tree

KIND = "contract"

MODULES = [module for module in modules("tests") if module.name.startswith("test_")]
BRANCHES = (ast.If, ast.IfExp, ast.Match, ast.While)


def constant(module: Path, name: str) -> object:
    """The value a module assigns to a name at its top level, or None."""
    values = [
        node.value.value
        for node in tree(module).body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and ast.unparse(node.targets[0]) == name
    ]
    return values[0] if values else None


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_test_module_says_its_kind(module: Path) -> None:
    assert kind_problem(ROOT / module, constant(module, "KIND")) is None


def test_every_kind_is_told_from_its_folder() -> None:
    path = TESTS / "unit" / "test_x.py"
    assert kind_problem(path, "unit") is None
    assert "say KIND" in str(kind_problem(path, None))
    assert "lies in tests/unit/" in str(kind_problem(path, "peers"))
    assert len(KINDS) == 6


def sleeps(module: Path) -> list[int]:
    """Lines that wait; `sleep(0)` only lets others run."""
    found = [node for node in ast.walk(tree(module)) if isinstance(node, ast.Call) and called(node) == "sleep"]
    return [call.lineno for call in found if [ast.unparse(argument) for argument in call.args] != ["0"]]


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_no_test_sleeps(module: Path) -> None:
    assert sleeps(module) == []


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_no_test_branches(module: Path) -> None:
    tests = [
        node
        for node in ast.walk(tree(module))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    ]
    branches = {f"{test.name}:{node.lineno}" for test in tests for node in ast.walk(test) if isinstance(node, BRANCHES)}
    assert branches == set()


@pytest.mark.parametrize("module", modules("tests"), ids=str)
def test_nothing_is_mocked(module: Path) -> None:
    assert imports_any(module, "unittest.mock", "mock", "pytest_mock") == set()
