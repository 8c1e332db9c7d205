"""Holds each guardrail's version to its meaning: a rule that changes and keeps its version would be two rules of one name.

The lock names every guardrail with a digest of all that decides when and how urgently it fires. Words said, titles, sources
and what a nurse needs are no part of it.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from server.persona.pack import Guardrail

FILE = "guardrails.lock"
MEANING = frozenset({
    "tier", "phrases", "hints", "numbers", "needs_group", "system", "raised_by", "raised_with", "anyone", "is_request",
    "ask_if_supposed",
})  # fmt: skip
"""Fields of a guardrail that decide when it fires, and how urgently."""
_NOT_MEANT = {"numbers": {"__all__": {"source"}}}
_LETTERS = 16


def digest(rail: Guardrail) -> str:
    """The same for the same meaning, whatever the order of keys or the layout of the file."""
    meaning = rail.model_dump(mode="json", include=set(MEANING), exclude=_NOT_MEANT)
    return hashlib.sha256(json.dumps(meaning, sort_keys=True).encode()).hexdigest()[:_LETTERS]


def read(folder: Path) -> dict[str, tuple[int, str]]:
    """Guardrail to version and digest; empty where there is no lock."""
    file = folder / FILE
    lines = file.read_text("utf-8").splitlines() if file.is_file() else []
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return {name: (int(version), meaning) for name, version, meaning in rows}


def written(guardrails: Mapping[str, Guardrail]) -> str:
    """The lock's text."""
    head = (
        "# Each guardrail, its version, and a digest of its meaning. Written by `nightlight personas check --lock`.\n"
    )
    return head + "".join(f"{rail.id} {rail.version} {digest(rail)}\n" for rail in guardrails.values())


def unraised(guardrails: Mapping[str, Guardrail], locked: Mapping[str, tuple[int, str]]) -> Iterator[str]:
    """Guardrails whose meaning changed while their version did not, or whose version went back."""
    for rail in guardrails.values():
        version, meaning = locked.get(rail.id, (0, ""))
        if rail.version < version or (rail.version == version and digest(rail) != meaning):
            yield rail.id


def stale(guardrails: Mapping[str, Guardrail], locked: Mapping[str, tuple[int, str]]) -> Iterator[str]:
    """Guardrails of which the lock does not hold this version and this meaning, and those that are gone."""
    now = {rail.id: (rail.version, digest(rail)) for rail in guardrails.values()}
    yield from (name for name in (*now, *(locked.keys() - now.keys())) if now.get(name) != locked.get(name))
