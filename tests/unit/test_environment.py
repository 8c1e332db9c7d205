"""A wrong variable stops every command with one plain line: its name, what is wrong, what to do; never its value."""

import asyncio
import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from server import environment
from server.cli import commands
from server.config import Settings
from server.environment import WrongSetting, names_of, read_settings
from server.model_store import ModelStore
from server.record.master_key import VARIABLE as MASTER_KEY
from server.speech.weights import MOONSHINE_TINY_EN

KIND = "unit"

BROKEN_LINE = "kanarie\n"
WRONG = {
    "PORT": "kanarie",
    "NIGHTLIGHT_PORT": "70000",
    "DATA": "/dev/null/kanarie",
    "NIGHTLIGHT_DATA": "/dev/null",
    "NIGHTLIGHT_HOST": "kan arie",
    "NIGHTLIGHT_PUBLIC_URL": "kanarie.example.org",
    "NIGHTLIGHT_DATABASE_URL": "kanarie",
    "NIGHTLIGHT_MASTER_KEY": "kanarie",
    "NIGHTLIGHT_MODEL_CACHE": "/dev/null",
    "NIGHTLIGHT_MODEL_MIRROR": "/kanarie",
    "NIGHTLIGHT_CLINIC": BROKEN_LINE,
    "NIGHTLIGHT_NURSE_PHONE": "kanarie",
    "NIGHTLIGHT_EMERGENCY_NUMBER": "kanarie",
    "NIGHTLIGHT_VOICE": "kanarie",
    "NIGHTLIGHT_END_OF_TURN_MODEL": "kanarie",
    "NIGHTLIGHT_MAX_CHECKINS": "0",
    "NIGHTLIGHT_LINK_HOURS": "nan",
    "NIGHTLIGHT_DROP_OFF_MINUTES": "-5",
    "NIGHTLIGHT_LLM_URL": "kanarie",
    "NIGHTLIGHT_LLM_KEY": BROKEN_LINE,
    "NIGHTLIGHT_LLM_MODEL": BROKEN_LINE,
    "NIGHTLIGHT_LLM_SMALL_MODEL": BROKEN_LINE,
    "NIGHTLIGHT_LLM_AGREEMENT": BROKEN_LINE,
    "NIGHTLIGHT_LLM_FALLBACKS": '[{"url": "kanarie"}]',
    "NIGHTLIGHT_LLM_PRICES": '{"kanarie": [-3, 1]}',
    "NIGHTLIGHT_LLM_CHECKIN_TOKENS": "1.5",
    "NIGHTLIGHT_LLM_DAY_TOKENS": "kanarie",
    "NIGHTLIGHT_LLM_CHECKIN_MONEY": "inf",
    "NIGHTLIGHT_LLM_DAY_MONEY": "kanarie",
    "NIGHTLIGHT_ESCALATION": "/kanarie",
    "NIGHTLIGHT_DEADMAN_URL": "kanarie",
    "NIGHTLIGHT_METRICS_PORT": "kanarie",
    "NIGHTLIGHT_AGREEMENTS": "/kanarie",
    "NIGHTLIGHT_SECOND_FACTOR": "kanarie",
    "NIGHTLIGHT_OIDC_ISSUER": "kanarie",
    "NIGHTLIGHT_OIDC_CLIENT_ID": BROKEN_LINE,
    "NIGHTLIGHT_OIDC_CLIENT_SECRET": BROKEN_LINE,
    "NIGHTLIGHT_OIDC_CLAIM": BROKEN_LINE,
    "NIGHTLIGHT_OIDC_ROLES": '{"a": "kanarie"}',
    "NIGHTLIGHT_OIDC_SECOND_FACTOR": "kanarie",
    "NIGHTLIGHT_STUN": "stun:kanarie",
    "NIGHTLIGHT_TURN": '["http://kanarie"]',
    "NIGHTLIGHT_TURN_SECRET": BROKEN_LINE,
    "NIGHTLIGHT_LAN": "kanarie",
    "NIGHTLIGHT_PROXIES": '["kanarie"]',
}
ALSO_WRONG = [
    ("NIGHTLIGHT_DATABASE_URL", "postgresql+nodriver://kanarie/y"),
    ("NIGHTLIGHT_DATABASE_URL", "postgresql://kanarie/y"),
    ("NIGHTLIGHT_DATABASE_URL", "sqlite://"),
    ("NIGHTLIGHT_DATABASE_URL", "sqlite:////dev/null/kanarie"),
    ("NIGHTLIGHT_MASTER_KEY", "a2FuYXJpZQ=="),
    ("NIGHTLIGHT_PUBLIC_URL", "https://example.org/kanarie"),
    ("NIGHTLIGHT_LLM_FALLBACKS", "kanarie"),
    ("NIGHTLIGHT_LLM_PRICES", "kanarie"),
    ("NIGHTLIGHT_VOICE", "kanarie/slt"),
    ("NIGHTLIGHT_LINK_HOURS", "1e300"),
]


REMEDY = r"for example |unset, it is |must look like |makes one|name a folder |look at |take out |needs "


def start(data: Path, variables: dict[str, str]) -> list[str]:
    """What a command that needs settings and records says before it gives up."""
    around = {"DATA": None, "PORT": None, "NIGHTLIGHT_DATA": str(data)}
    done = CliRunner().invoke(commands, ["journal", "ci_x"], env={**around, **variables})
    assert done.exit_code == 2
    return done.stderr.splitlines()


def test_every_variable_is_tried() -> None:
    assert set(WRONG) == {MASTER_KEY, *(name for field in Settings.model_fields for name in names_of(field))}


@pytest.mark.parametrize(("name", "value"), [*WRONG.items(), *ALSO_WRONG])
def test_a_wrong_value_is_one_line_with_the_name(tmp_path: Path, name: str, value: str) -> None:
    lines = start(tmp_path, {name: value})
    assert len(lines) == 1
    assert name in lines[0]
    assert re.search(REMEDY, lines[0])
    assert "anarie" not in lines[0].replace("LLM_PRICES.kanarie", "")


def test_several_wrong_values_are_all_said(tmp_path: Path) -> None:
    lines = start(tmp_path, {"NIGHTLIGHT_LAN": "perhaps", "PORT": "x", "NIGHTLIGHT_VIOCE": "auto"})
    assert [line.split(": ")[1] for line in lines] == ["NIGHTLIGHT_VIOCE", "PORT", "NIGHTLIGHT_LAN"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("NIGHTLIGHT_MAX_CHEKINS", "did you mean NIGHTLIGHT_MAX_CHECKINS?"),
        ("nightlight_hots", "did you mean NIGHTLIGHT_HOST?"),
        ("NIGHTLIGHT_MASTERKEY", "did you mean NIGHTLIGHT_MASTER_KEY?"),
        ("NIGHTLIGHT_QQQ", "docs/configuration.md lists them all"),
    ],
)
def test_an_unknown_variable_is_named_with_its_nearest(tmp_path: Path, name: str, said: str) -> None:
    assert start(tmp_path, {name: "3"}) == [f"nightlight: {name}: there is no such setting; {said}"]


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NIGHTLIGHT_MAX_CHECKINS", "")
    monkeypatch.setenv("NIGHTLIGHT_STUN", "")
    found = read_settings(tmp_path)
    assert (found.max_checkins, found.stun) == (12, ())


def test_lists_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NIGHTLIGHT_STUN", '["stun:stun.example.org:3478"]')
    monkeypatch.setenv("NIGHTLIGHT_TURN", '["turns:turn.example.org:443?transport=tcp"]')
    monkeypatch.setenv("NIGHTLIGHT_TURN_SECRET", "secret")
    monkeypatch.setenv("NIGHTLIGHT_LLM_PRICES", '{"large": [0.002, 0.008]}')
    found = read_settings(tmp_path)
    assert found.stun + found.turn == ("stun:stun.example.org:3478", "turns:turn.example.org:443?transport=tcp")
    assert found.llm_prices == {"large": (0.002, 0.008)}


def test_a_turn_server_needs_its_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NIGHTLIGHT_TURN", '["turn:turn.example.org"]')
    with pytest.raises(WrongSetting, match=r"^NIGHTLIGHT_TURN_SECRET: "):
        read_settings(tmp_path)


async def refused(host: str, port: int) -> OSError:
    with pytest.raises(OSError) as caught:  # noqa: PT011  (which one it is, is the question)
        await asyncio.get_running_loop().create_server(asyncio.Protocol, host, port)
    return caught.value


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("127.0.0.1", "PORT: another program listens there"),
        ("203.0.113.7", "NIGHTLIGHT_HOST: this machine has no such address"),
        ("no-such-host.invalid", "NIGHTLIGHT_HOST: no such host is known"),
    ],
)
async def test_where_it_cannot_listen_is_said(host: str, said: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        error = await refused(host, taken.getsockname()[1])
    assert str(environment.cannot_listen(error)).startswith(said)


def test_a_cache_that_cannot_be_made_is_said(tmp_path: Path, no_progress: Callable[[str], None]) -> None:
    store = ModelStore(Path("/dev/null/models"), None, no_progress)
    with pytest.raises(WrongSetting, match=r"^NIGHTLIGHT_MODEL_CACHE: .*Not a directory"):
        store.fetch(MOONSHINE_TINY_EN)


@pytest.fixture
def no_progress() -> Callable[[str], None]:
    return lambda line: None
