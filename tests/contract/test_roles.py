"""docs/roles.md is what the service obeys: the table of doors, line by line, and every role in it."""

from server.oversight.people_page import ROLES
from server.pages import matrix
from server.pages.staff import LANDING
from server.vocabulary.principals import Role
from tests.contract.source import ROOT

KIND = "contract"

PAGE = (ROOT / "docs" / "roles.md").read_text("utf-8")


def test_the_page_has_the_table_that_the_service_obeys() -> None:
    shown = [line for line in PAGE.splitlines() if line.startswith(("| route |", "| `"))]
    doors = [line for line in matrix.lines() if not line.startswith("|---")]
    assert [line for line in shown if line.count("|") == doors[0].count("|")] == doors


def test_every_role_has_a_line_a_word_and_a_page_to_start_on() -> None:
    assert [role for role in Role if f"| `{role.value}` |" not in PAGE] == []
    assert set(ROLES) == set(LANDING) == set(Role)
