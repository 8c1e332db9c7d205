"""A guardrail that changes its meaning gets a new version; the lock beside the guardrails holds everyone to it."""

from pathlib import Path

import pytest

from server.persona import lock
from server.persona.loading import load_pack
from server.persona.pack import Pack
from server.vocabulary.findings import Tier

KIND = "unit"

PACKS = [load_pack(file.parent) for file in sorted((Path(__file__).parents[2] / "personas").glob("*/persona.yaml"))]
SHARED = Path(__file__).parents[2] / "personas" / "shared"
RAIL = PACKS[0].guardrails["CHEST_PAIN"]
LOCKED = {"CHEST_PAIN": (RAIL.version, lock.digest(RAIL))}


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: str(pack.id))
def test_no_guardrail_changed_without_a_new_version(pack: Pack) -> None:
    locked = lock.read(SHARED)
    assert list(lock.unraised(pack.guardrails, locked)) == [], "raise their `version`"
    assert list(lock.stale(pack.guardrails, locked)) == [], "run `nightlight personas check --lock`"


@pytest.mark.parametrize(
    "change",
    [
        {"tier": Tier.URGENT},
        {"phrases": RAIL.phrases[1:]},
        {"hints": (*RAIL.hints, "something new")},
        {"numbers": PACKS[0].guardrails["LOW_SUGAR"].numbers},
        {"raised_with": PACKS[0].guardrails["LOW_SUGAR"].raised_with},
    ],
)
def test_a_change_of_meaning_is_seen(change: dict[str, object]) -> None:
    changed = {"CHEST_PAIN": RAIL.model_copy(update=change)}
    assert list(lock.unraised(changed, LOCKED)) == ["CHEST_PAIN"]
    raised = {"CHEST_PAIN": changed["CHEST_PAIN"].model_copy(update={"version": RAIL.version + 1})}
    assert list(lock.unraised(raised, LOCKED)) == []
    assert list(lock.stale(raised, LOCKED)) == ["CHEST_PAIN"]


def test_other_words_to_the_nurse_are_no_other_rule() -> None:
    same = {"CHEST_PAIN": RAIL.model_copy(update={"title": "Pain in the chest", "nurse_needs": ("onset",)})}
    assert list(lock.unraised(same, LOCKED)) == []


def test_a_version_does_not_go_back() -> None:
    assert list(lock.unraised({"CHEST_PAIN": RAIL}, {"CHEST_PAIN": (RAIL.version + 1, "")})) == ["CHEST_PAIN"]


def test_the_lock_is_read_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / lock.FILE).write_text(lock.written(PACKS[0].guardrails), "utf-8")
    assert list(lock.stale(PACKS[0].guardrails, lock.read(tmp_path))) == []
