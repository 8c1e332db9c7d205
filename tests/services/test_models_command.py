"""`nightlight models`: what a later start needs is there afterwards, also where that start may write nothing."""

from pathlib import Path

from typer.testing import CliRunner

from server.cli import commands
from server.config import Settings
from server.perception_models import FACE_LANDMARKER

KIND = "services"


def test_the_model_that_finds_faces_is_among_them(tmp_path: Path) -> None:
    done = CliRunner().invoke(commands, ["models", "--data", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "perception   ok        cues from voice and face" in done.output
    assert (Settings().model_cache / FACE_LANDMARKER.path).is_file()
