"""Nothing is logged but by `record.privacy.log`, under a fixed name, with fields of the SAFE list."""

import ast
from pathlib import Path

import pytest

from server.record.privacy import PHI_FIELDS, SAFE_FIELDS
from tests.contract.source import called, imports, modules, tree

KIND = "contract"

DOOR = Path("server/record/privacy.py")
"""The one module that may call a logger."""
TERMINAL = {"server/__main__.py", "server/cli.py", "server/doctor.py", "server/escalation/pager.py"}
"""Modules that speak to the operator's terminal: commands, and the pager's console sink."""
LOGGER_METHODS = {"debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log"}
MODULES = modules("server", "perception")


def calls(module: Path) -> list[ast.Call]:
    return [node for node in ast.walk(tree(module)) if isinstance(node, ast.Call)]


def is_log(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "log"


def is_logger_method(call: ast.Call) -> bool:
    """`logger.info(...)`, `logging.error(...)`, `self._logger.warning(...)`."""
    match call.func:
        case ast.Attribute(attr=method, value=ast.Name(id=owner) | ast.Attribute(attr=owner)):
            return method in LOGGER_METHODS and "log" in owner.lower()
        case _:
            return False


def fields_of(call: ast.Call) -> set[str | None]:
    """Keyword names; None stands for `**fields`, which nobody can check."""
    return {keyword.arg for keyword in call.keywords}


def event_of(call: ast.Call) -> object:
    """The event's name if it is written out, else None."""
    third = call.args[2] if len(call.args) == 3 else None
    return third.value if isinstance(third, ast.Constant) else None


LOG_CALLS = [
    pytest.param(call, id=f"{module}:{call.lineno}")
    for module in MODULES
    if "server.record.privacy.log" in imports(module)
    for call in calls(module)
    if is_log(call)
]


@pytest.mark.parametrize("call", LOG_CALLS)
def test_a_log_line_has_a_fixed_name_and_safe_fields(call: ast.Call) -> None:
    event = event_of(call)
    assert isinstance(event, str)
    assert event.replace("_", "a").isalnum()
    assert event.islower()
    assert fields_of(call) - SAFE_FIELDS == set()


def test_the_rule_found_something_to_check() -> None:
    assert len(LOG_CALLS) > 5


def test_no_field_is_both_safe_and_not() -> None:
    assert frozenset() == SAFE_FIELDS & PHI_FIELDS


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_nothing_else_logs(module: Path) -> None:
    others = [call.lineno for call in calls(module) if is_logger_method(call) and module != DOOR]
    assert others == []


@pytest.mark.parametrize("module", [m for m in MODULES if m.as_posix() not in TERMINAL], ids=str)
def test_nothing_prints(module: Path) -> None:
    printed = [call.lineno for call in calls(module) if called(call) in {"print", "print_exc", "pprint"}]
    assert printed == []
