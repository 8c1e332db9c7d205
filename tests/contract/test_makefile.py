"""What `make` would do on machines other than this one."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.contract.source import ROOT

KIND = "contract"


def planned(folder: Path, version: str) -> str:
    """The commands that would install the tools of the pages, where `node` has this version."""
    for name, prints in (("node", version), ("npm", "")):
        program = folder / name
        program.write_text(f"#!/bin/sh\necho {prints}\n")
        program.chmod(0o755)
    # --always-make: whether they are installed already is not the question.
    command = ("make", "--dry-run", "--always-make", "web/node_modules/.package-lock.json")
    environment = {"PATH": f"{folder}:/usr/local/bin:/usr/bin:/bin"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("version", ["v18.20.4", "v20.18.3", "v21.7.3", "v22.11.0", "nonsense"])
def test_a_node_that_is_too_old_is_not_used(tmp_path: Path, version: str) -> None:
    found = planned(tmp_path, version)
    assert "requirements-node.lock" in found
    assert f'PATH="{ROOT}/.venv/bin:$PATH" "{ROOT}/.venv/bin/npm" ci' in found


@pytest.mark.parametrize("version", ["v20.19.0", "v22.12.0", "v24.1.0", "v100.0.0"])
def test_a_node_that_fits_is_used(tmp_path: Path, version: str) -> None:
    found = planned(tmp_path, version)
    assert "requirements-node.lock" not in found
    assert "cd web && npm ci" in found


@pytest.mark.parametrize("target", ["system", "browser", "postgresql"])
def test_what_may_not_be_installed_is_no_failure(tmp_path: Path, target: str) -> None:
    """Where there is no package manager, and nothing of it is there yet: `make` says so and goes on."""
    for name in ("sh", "id", "echo", "ls", "test"):
        (tmp_path / name).symlink_to(shutil.which(name) or name)
    command = ("/usr/bin/make", "SHELL=/bin/sh", target)
    done = subprocess.run(command, cwd=ROOT, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_tests_bring_what_they_need() -> None:
    command = ("make", "--dry-run", "test")
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert all(package in found for package in ("install -y -qq --no-install-recommends chromium", "postgresql"))
