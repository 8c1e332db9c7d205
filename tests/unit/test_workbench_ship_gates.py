"""A ship gate is data: its words, its verdicts, and that nobody signed one."""

from pathlib import Path

import pytest

from server.persona.source import PackError
from server.workbench.interval import Proportion
from server.workbench.ship_gates import FILE, ShipGate, read_ship_gates

KIND = "unit"

SHARED = Path(__file__).parents[2] / "personas" / "shared" / "evaluation"


def gate(**limits: float) -> ShipGate:
    return ShipGate.model_validate({"unit": "share", "source": "x", "status": "draft until signed", **limits})


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"at_least": 1.0, "cases": 299}, "100 %, on at least 299 cases"),
        ({"at_least": 0.97}, "at least 97 %"),
        ({"at_most": 0.05}, "at most 5 %"),
        ({"at_most": 0.0}, "0 %"),
        ({"at_most": 3, "unit": "s"}, "at most 3 s"),
    ],
)
def test_a_gate_says_what_it_wants(limits: dict[str, float], words: str) -> None:
    assert gate(**limits).words == words


@pytest.mark.parametrize(
    ("limits", "found", "passes", "unproven"),
    [
        ({"at_least": 0.92}, Proportion(23, 25), True, False),
        ({"at_least": 0.92}, Proportion(22, 25), False, False),
        ({"at_most": 0.05}, Proportion(0, 0), False, False),
        ({"at_most": 0.0, "cases": 3}, Proportion(0, 3), True, False),
        ({"at_most": 0.0, "cases": 3}, Proportion(0, 2), False, True),
        ({"at_most": 0.0, "cases": 3}, Proportion(1, 2), False, False),
        ({"at_most": 0.0, "cases": 3}, Proportion(0, 0), False, True),
    ],
)
def test_too_few_cases_show_nothing(limits: dict[str, float], found: Proportion, passes: bool, unproven: bool) -> None:
    assert (gate(**limits).passes(found), gate(**limits).is_unproven(found)) == (passes, unproven)


@pytest.mark.parametrize("limits", [{}, {"at_least": 1.0, "at_most": 1.0}])
def test_a_gate_has_one_limit(limits: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="wanted at_least or at_most, one of them"):
        gate(**limits)


def test_every_gate_is_a_draft_with_a_source() -> None:
    gates = [one for _, one in read_ship_gates(SHARED)]
    assert {one.status for one in gates} == {"draft until signed"}
    assert all(one.source for one in gates)


def test_a_wrong_gate_is_named_with_its_line(tmp_path: Path) -> None:
    text = (SHARED / FILE).read_text("utf-8")
    (tmp_path / FILE).write_text(text.replace("at_least: 0.97", "at_lest: 0.97"), "utf-8")
    line = text[: text.index("at_least: 0.97")].count("\n") + 1
    with pytest.raises(PackError, match=rf"gates\.yaml:{line}: urgent_sensitivity"):
        read_ship_gates(tmp_path)
