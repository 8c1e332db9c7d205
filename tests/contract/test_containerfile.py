"""The Containerfile: everything it copies is there, everything the service reads is copied, and nothing runs as root."""

import re
import tomllib
from pathlib import PurePosixPath

import pytest

from server import app, installation
from tests.contract import deployment as deployed
from tests.contract.source import ROOT

KIND = "contract"

TEXT = deployed.CONTAINERFILE.read_text("utf-8")
STEPS = [line.split(maxsplit=1) for line in TEXT.replace("\\\n", " ").splitlines() if line and not line.startswith("#")]
IGNORED = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
OTHER = {"PATH", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "HOME", "MPLCONFIGDIR"}
"""Names in the image's environment that are not ours."""


def step(word: str) -> list[str]:
    return [rest for first, rest in STEPS if first == word]


def copied() -> list[str]:
    """What it takes from the checkout."""
    return [name for rest in step("COPY") if not rest.startswith("--from") for name in rest.split()[:-1]]


def last_stage() -> list[list[str]]:
    starts = [at for at, (first, _) in enumerate(STEPS) if first == "FROM"]
    return STEPS[starts[-1] :]


def strange_names(text: str) -> set[str]:
    return deployed.image_variables(text).keys() - OTHER - deployed.setting_names()


def test_every_environment_name_is_a_setting() -> None:
    assert "NIGHTLIGHT_MODEL_MIRROR" in deployed.image_variables(TEXT)
    assert strange_names(TEXT) == set()
    assert deployed.image_variables(TEXT).keys() & deployed.secret_names() == set()


@pytest.mark.parametrize("name", ["NIGHTLIGHT_MODEL_CACHE", "NIGHTLIGHT_MODEL_MIRROR", "NIGHTLIGHT_HOST"])
def test_a_misspelled_environment_name_is_found(name: str) -> None:
    assert strange_names(TEXT.replace(name, f"{name[:-1]}X")) == {f"{name[:-1]}X"}


def test_the_image_and_the_pod_agree_where_things_are() -> None:
    image, pod = deployed.image_variables(TEXT), deployed.settings(deployed.K8S)
    shared = image.keys() & pod.keys()
    assert shared >= {"NIGHTLIGHT_DATA", "NIGHTLIGHT_MODEL_CACHE", "NIGHTLIGHT_HOST"}
    assert {name: image[name] for name in shared} == {name: pod[name] for name in shared}
    assert step("EXPOSE") == [f"{pod['NIGHTLIGHT_PORT']}/tcp"]


def test_it_does_not_run_as_root() -> None:
    (user,) = [rest for first, rest in last_stage() if first == "USER"]
    context = deployed.pod(deployed.deployment())["securityContext"]
    assert user == f"{context['runAsUser']}:{context['runAsGroup']}"
    assert int(user.split(":")[0]) > 0
    # By number: Kubernetes cannot see that a name is not root's.
    words = [first for first, _ in last_stage()]
    assert words.index("USER") > words.index("COPY")
    assert "RUN" not in words[words.index("USER") :]


def test_everything_it_copies_is_there() -> None:
    assert [name for name in copied() if not (ROOT / name).exists()] == []


def test_everything_it_copies_is_let_through() -> None:
    allowed = {line[1:] for line in IGNORED if line.startswith("!")}
    assert IGNORED[1] == "*"
    assert {PurePosixPath(name).parts[0] for name in copied()} == allowed


def test_everything_the_service_reads_is_in_the_image() -> None:
    folders = {str(path.relative_to(ROOT)) for path in (installation.PERSONAS, app.TEMPLATES)}
    assert folders | {"server", "perception"} <= set(copied())
    (pages,) = [rest for rest in step("COPY") if rest.startswith("--from=pages")]
    assert pages.split()[-1] == str(app.STATIC.relative_to(ROOT))


def test_nothing_is_installed_that_is_not_locked() -> None:
    got = [line for line in step("RUN") if re.search(r"\bpip (install|download)\b", line)]
    assert len(got) == 2
    assert [line for line in got if "--require-hashes" not in line and "--no-index" not in line] == []
    assert [line for line in step("RUN") if "npm " in line] == ["npm ci --no-audit --no-fund", "npm run build"]


def test_its_python_is_one_that_the_project_takes() -> None:
    (version,) = re.findall(r"^ARG PYTHON=python:(\d+)\.(\d+)-", TEXT, re.MULTILINE)
    with (ROOT / "pyproject.toml").open("rb") as file:
        wanted = tomllib.load(file)["project"]["requires-python"]
    low, high = (tuple(map(int, part)) for part in re.findall(r"(\d+)\.(\d+)", wanted))
    assert low <= tuple(map(int, version)) < high


def test_it_starts_the_service() -> None:
    (container,) = deployed.pod(deployed.deployment())["containers"]
    assert (step("ENTRYPOINT"), step("CMD")) == (['["nightlight"]'], ['["serve"]'])
    assert container["args"] == ["serve"]
    assert "command" not in container
