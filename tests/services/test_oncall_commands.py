"""The commands of on-call, as an operator types them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from server.cli import commands

KIND = "services"

PASSWORD = "a long sentence nobody guesses\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Records with two nurses."""
    folder = tmp_path / "data"
    for name in ("nia", "ola"):
        added = (
            "staff",
            "add",
            f"{name}@clinic.example",
            "--role",
            "nurse",
            "--name",
            f"{name} nurse",
            "--password-stdin",
        )
        told(folder, *added, given=PASSWORD)
    return folder


def told(data: Path, *command: str, given: str = "", code: int = 0) -> str:
    """What the command printed."""
    found = CliRunner().invoke(commands, [*command, "--data", str(data)], input=given)
    assert found.exit_code == code, found.output
    return found.output


def day(after: int) -> str:
    return (datetime.now(UTC) + timedelta(days=after)).date().isoformat()


def test_turns_overrides_swaps_and_gaps(data: Path) -> None:
    rota = ("oncall", "rotate", "nurse", "nia@clinic.example", "OLA@clinic.example", "--from", day(-1), "--at", "00:00")
    told(data, *rota)
    shown = told(data, "oncall", "show", "--days", "10", code=1)
    held = [line.split("UTC  ")[1] for line in shown.splitlines() if "UTC  " in line and "GAP" not in line]
    assert held == ["nia nurse", "ola nurse"]
    assert "GAP: nobody is on call" in shown.split("physician")[1], "nobody has that role"
    added = told(
        data, "oncall", "override", "nurse", "ola@clinic.example", f"{day(1)}T08:00", f"{day(1)}T20:00"
    ).strip()
    assert f"{day(1)} 08:00 to" in told(data, "oncall", "show", code=1)
    told(data, "oncall", "cancel", added)
    assert f"{day(1)} 08:00 to" not in told(data, "oncall", "show", code=1)
    assert len(told(data, "oncall", "swap", "nurse", f"{day(2)}T12:00", f"{day(8)}T12:00").split()) == 2
    assert "NOT_FOUND" in told(data, "oncall", "cancel", "sh_none", code=2).upper()


def test_a_calendar_is_imported(data: Path, tmp_path: Path) -> None:
    stamp = day(1).replace("-", "")
    times = f"DTSTAMP:{stamp}T000000Z\nDTSTART:{stamp}T080000Z\nDTEND:{stamp}T160000Z"
    event = f"BEGIN:VEVENT\nUID:1\n{times}\nSUMMARY:Nia Nurse\nEND:VEVENT"
    feed = tmp_path / "feed.ics"
    feed.write_text(f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:t\n{event}\nEND:VCALENDAR\n".replace("\n", "\r\n"))
    assert "1 shifts taken" in told(data, "oncall", "import", "physician", str(feed))
    assert f"{day(1)} 08:00 to" in told(data, "oncall", "show", code=1).split("physician")[1]
    assert "cannot be read" in told(data, "oncall", "import", "physician", str(tmp_path / "none.ics"), code=2)


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        (("rotate", "nurse", "gone@clinic.example", "--from", "2027-01-04"), "nobody who may sign in has this address"),
        (("rotate", "nurse", "nia@clinic.example", "--from", "soon"), "--from"),
        (("rotate", "nurse", "nia@clinic.example", "--from", "2027-01-04", "--zone", "Mars/Base"), "--zone"),
        (("override", "nurse", "nia@clinic.example", "2027-01-05T08:00", "2027-01-05T07:00"), "END: must be later"),
        (("swap", "nurse", "2027-01-05T08:00", "2027-01-12T08:00"), "nobody, or more than one person"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(data: Path, command: tuple[str, ...], problem: str) -> None:
    assert problem in told(data, "oncall", *command, code=2)
