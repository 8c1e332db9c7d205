"""The shape of the code: files a stranger can read in one go, named by the noun they hold."""

import ast
from pathlib import Path

import pytest

from tests.contract.source import ROOT, modules, texts, tree

KIND = "contract"

LONGEST = 400
VAGUE = {"utils", "util", "helpers", "helper", "manager", "base", "impl", "misc", "common"}


def lines(path: Path) -> int:
    return len((ROOT / path).read_text("utf-8").splitlines())


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    assert {f"{path}: {lines(path)}" for path in texts() if lines(path) > LONGEST} == set()


def test_no_file_has_a_vague_name() -> None:
    assert {str(path) for path in texts() if path.stem.lower() in VAGUE or VAGUE & set(path.parts)} == set()


@pytest.mark.parametrize("module", modules("server", "perception"), ids=str)
def test_a_module_says_what_it_is_for(module: Path) -> None:
    assert ast.get_docstring(tree(module))
