"""The commands of perception's calibrations, as an operator types them, on verdicts that stand in the records."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit
from typer.testing import CliRunner

from perception.finding import Observable
from perception.fusion.calibration import CalibrationFolder
from perception.fusion.table import load_table
from server.cli import commands
from server.commands.terminal import settings_of
from server.installation import open_records
from server.perceiving import perception
from server.record import audit, checkins, journal, patients
from server.record.transaction import Transaction
from server.vocabulary.clock import SystemClock
from server.vocabulary.dispositions import Verdict
from server.vocabulary.events import CueJudged
from server.vocabulary.models import ModelFile, ModelMissing
from tests.fakes.records import COMMAND, COMPLIANCE, NURSE, ROSA

KIND = "services"

EVIDENCE = load_table().evidence
RIGHT: tuple[Verdict, Verdict] = ("not_right", "right")


class NoModels:
    """A site without the face model."""

    @property
    def tell(self) -> Callable[[str], None]:
        return lambda line: None

    def fetch(self, files: tuple[ModelFile, ...]) -> Path:
        raise ModelMissing("no model here")


def told(data: Path, *command: str, code: int = 0) -> str:
    """What the command printed."""
    found = CliRunner().invoke(commands, ["perception", *command, "--data", str(data)])
    assert found.exit_code == code, found.output
    return found.output


def in_records(data: Path, work: Callable[[Transaction], object]) -> object:
    async def run() -> object:
        database = await open_records(settings_of(data), SystemClock())
        try:
            return await database.run(work)
        finally:
            await database.close()

    return asyncio.run(run())


def judge(data: Path, count: int, calibration: str = "prior") -> None:
    """Verdicts of one patient's findings: half as much follows from the evidence as the prior says."""
    chance = np.random.default_rng(1)
    evidence = chance.normal(3.0, 2.0, count)
    right = chance.random(count) < expit(0.45 * evidence - 2.0)

    def write(tx: Transaction) -> None:
        checkin = checkins.order(tx, COMMAND, patients.add(tx, COMMAND, ROSA), "after-discharge")
        for at, (one, warranted) in enumerate(zip(evidence, right, strict=True)):
            log_odds = float(EVIDENCE.slope * one + EVIDENCE.bias)
            about = ("tension", float(at), Observable.VISIBLE_TENSION.value, log_odds, calibration)
            event = CueJudged(*about, RIGHT[int(warranted)], NURSE.id, NURSE.name)
            journal.append(tx, NURSE, checkin, event, tx.now + timedelta(seconds=at))

    in_records(data, write)


def calibration_in_use(data: Path) -> str:
    return CalibrationFolder(data / "calibrations", EVIDENCE).in_use().name


def test_below_fifty_verdicts_nothing_is_made(tmp_path: Path) -> None:
    judge(tmp_path, 49)
    assert "at least 50" in told(tmp_path, "recalibrate", code=1)
    assert told(tmp_path, "calibrations") == "* prior\n"
    rows = in_records(tmp_path, lambda tx: [row.detail for row in audit.find(tx, COMPLIANCE)])
    assert '{"count":49,"kind":"cue_judged"}' in rows  # type: ignore[operator]


def test_below_a_hundred_a_fit_is_kept_to_look_at(tmp_path: Path) -> None:
    judge(tmp_path, 70)
    assert "prior stays in use" in told(tmp_path, "recalibrate")
    assert calibration_in_use(tmp_path) == "prior"
    shown = told(tmp_path, "calibrations")
    assert "  site-1  made" in shown
    assert "70 verdicts" in shown
    assert "shadow" in shown


def test_what_judges_better_is_used_and_given_back(tmp_path: Path) -> None:
    judge(tmp_path, 200)
    assert "visible_tension  200 verdicts" in (said := told(tmp_path, "recalibrate"))
    assert "adopted: it judges better what it never saw" in said
    assert calibration_in_use(tmp_path) == "site-1"
    assert "* site-1" in told(tmp_path, "calibrations")
    assert "prior is in use in place of site-1" in told(tmp_path, "roll-back")
    assert calibration_in_use(tmp_path) == "prior"
    assert "nothing before it" in told(tmp_path, "roll-back", code=1)


def test_the_last_verdict_on_a_finding_counts_and_a_lost_calibrations_do_not(tmp_path: Path) -> None:
    judge(tmp_path, 49)
    judge(tmp_path, 60, calibration="site-9")
    assert "visible_tension 49" in told(tmp_path, "recalibrate", code=1)

    def again(tx: Transaction) -> None:
        ((checkin, entry), *_) = journal.find(tx, COMMAND, "cue_judged")
        journal.append(tx, NURSE, checkin, entry.event, tx.now)

    in_records(tmp_path, again)
    assert "visible_tension 49" in told(tmp_path, "recalibrate", code=1)


@pytest.mark.parametrize(
    ("marker", "named", "state"), [("site-1", "site-1", ""), ("site-7", "prior", "cannot be read")]
)
async def test_the_service_takes_the_one_in_use_and_says_so(
    tmp_path: Path, marker: str, named: str, state: str
) -> None:
    folder = CalibrationFolder(tmp_path, EVIDENCE)
    made = folder.read("prior")
    folder.keep(type(made)("site-1", made.lines, "2026-11-30", "prior"))
    (tmp_path / "in-use.json").write_text(json.dumps({"name": marker}))
    async with perception(NoModels(), tmp_path) as (_, part):
        assert f"calibration {named};" in part.what
        assert state in part.what
