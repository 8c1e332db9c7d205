"""Unique names, dates, drugs and words go through a rehearsal; then every file is searched: none is there."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes.canaries import CANARIES, CARD, CHEST, QUESTION, files_of, leaks
from tests.fakes.service import Service

KIND = "services"

pytestmark = pytest.mark.timeout(600)


async def test_a_rehearsal_for_a_patient_leaves_nothing(tmp_path: Path) -> None:
    """`simulate --patient` prints what was said, and keeps none of it."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    service = Service(tmp_path / "data", {"TMPDIR": str(temporary)})
    card, lines = tmp_path / "card.yaml", tmp_path / "lines.txt"
    card.write_text(CARD.format(discharged=datetime.now(UTC).date() - timedelta(days=3)))
    lines.write_text(f"{QUESTION}\n{CHEST}\n")
    patient = (await service.command("patients", "add", str(card))).split()[0]
    said = await service.command("simulate", "--lines", str(lines), "--patient", patient)
    assert "quandlebone" in said
    assert leaks(files_of(tmp_path / "data", temporary)) == []


@pytest.mark.parametrize("word", CANARIES)
def test_the_search_finds_a_canary_however_it_is_written(word: str) -> None:
    written = [word, word.upper(), f"so, {word}!"]
    texts = [one.encode(encoding) for one in written for encoding in ("utf-8", "utf-16-le", "utf-16-be")]
    assert [leaks({"x": text}, [word]) != [] for text in texts] == [True] * len(texts)
