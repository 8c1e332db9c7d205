"""Patients' words go to a language model only where an agreement is on file, and never in the clear."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from server import language
from server.config import LanguageEndpoint, Settings
from tests.fakes.language_server import LanguageServer

KIND = "unit"

REMOTE = {"NIGHTLIGHT_LLM_URL": "https://llm.example.org/v1", "NIGHTLIGHT_LLM_MODEL": "large"}
AGREED = {**REMOTE, "NIGHTLIGHT_LLM_AGREEMENT": "BAA with Example Inc., 2026-03-01"}
SECOND = {"url": "https://other.example.org/v1", "model": "other"}


def anybody(_at: int, _endpoint: LanguageEndpoint) -> Callable[[], bool]:
    return lambda: True


def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, environment: dict[str, str]) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Settings(data=tmp_path)


@pytest.mark.parametrize(
    ("environment", "names"),
    [
        (REMOTE, "NIGHTLIGHT_LLM_AGREEMENT"),
        ({**AGREED, "NIGHTLIGHT_LLM_AGREEMENT": "  "}, "NIGHTLIGHT_LLM_AGREEMENT"),
        ({**AGREED, "NIGHTLIGHT_LLM_URL": "http://llm.example.org/v1"}, "NIGHTLIGHT_LLM_URL"),
        ({**AGREED, "NIGHTLIGHT_LLM_URL": "https://me:secret@llm.example.org/v1"}, "NIGHTLIGHT_LLM_URL"),
        ({**AGREED, "NIGHTLIGHT_LLM_URL": "llm.example.org"}, "NIGHTLIGHT_LLM_URL"),
        ({**AGREED, "NIGHTLIGHT_LLM_URL": "http://127.0.0.1.example.org/v1"}, "NIGHTLIGHT_LLM_URL"),
        ({**AGREED, "NIGHTLIGHT_LLM_MODEL": ""}, "NIGHTLIGHT_LLM_MODEL"),
        ({**AGREED, "NIGHTLIGHT_LLM_FALLBACKS": json.dumps([SECOND])}, "NIGHTLIGHT_LLM_FALLBACKS[0].agreement"),
        ({**AGREED, "NIGHTLIGHT_LLM_DAY_MONEY": "5"}, "NIGHTLIGHT_LLM_PRICES"),
    ],
    ids=[
        "no-agreement",
        "blank-agreement",
        "plain-http",
        "user",
        "no-scheme",
        "not-this-machine",
        "model",
        "second",
        "price",
    ],
)
def test_a_start_is_refused_with_the_line_to_fix(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, environment: dict[str, str], names: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        settings(monkeypatch, tmp_path, environment)
    assert f"{names}: " in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "[::1]", "localhost"])
def test_this_machine_needs_no_agreement(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, host: str) -> None:
    found = settings(monkeypatch, tmp_path, {**REMOTE, "NIGHTLIGHT_LLM_URL": f"http://{host}:8081/v1"})
    assert [endpoint.on_this_machine for endpoint in found.language_endpoints] == [True]
    assert found.language_endpoints[0].models == ("large", "large")


def test_keys_are_not_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = settings(monkeypatch, tmp_path, {**AGREED, "NIGHTLIGHT_LLM_KEY": "sk-canary"})
    assert found.language_endpoints[0].key == "sk-canary"
    assert "canary" not in repr(found) + repr(found.language_endpoints)


async def test_without_a_model_there_are_no_means(tmp_path: Path) -> None:
    async with language.models(Settings(data=tmp_path), anybody) as (means, part):
        assert means is None
        assert (part.name, part.state) == ("llm", "off")


async def test_the_part_says_what_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with LanguageServer() as server:
        gone = json.dumps([{"url": "http://127.0.0.1:9/v1", "model": "gone"}])
        first = {"NIGHTLIGHT_LLM_URL": server.url, "NIGHTLIGHT_LLM_MODEL": "large"}
        async with language.models(settings(monkeypatch, tmp_path, first), anybody) as (means, live):
            assert means is not None
        with_second = settings(monkeypatch, tmp_path, {**first, "NIGHTLIGHT_LLM_FALLBACKS": gone})
        async with language.models(with_second, anybody) as (_, fallback):
            pass
    async with language.models(with_second, anybody) as (_, missing):
        pass
    assert (live.state, fallback.state, missing.state) == ("live", "fallback", "missing")
    assert "no answer from endpoint 2" in fallback.what
    assert "no answer from endpoint 1, 2" in missing.what
