"""Nothing says that it reads emotions, diagnoses, or tells honesty: not the pages, not the scripts, not the documents.

A word of the list may stand where it is denied or where it is the patient's own topic; those places are listed with it.
"""

import re
from pathlib import Path

import pytest

from tests.contract.source import ROOT

KIND = "contract"

CLAIMS = re.compile(
    r"(?:detect|read|recogni[sz]e|sense|measure|see|hear|feel|know|tell|infer|notice|look|seem|sound|are|were)\w*\s+(?:\w+\s+){0,3}?"
    r"(?:emotions?|emotional|feelings|mood|sad|sadness|angry|anger|anxious|anxiety|depress\w+|afraid|fear|upset|worried"
    r"|stressed|unhappy|lying|honest\w*|deceiv\w+)",
    re.IGNORECASE,
)
"""A verb of perceiving, and within three words what nobody can perceive."""
DIAGNOSES = re.compile(r"\b(?:voice|face|camera|cues?)\b[^.]{0,60}\bdiagnos\w+", re.IGNORECASE)
DENIED = re.compile(r"\b(?:not|never|no|nor|none|nothing|without|neither)\b", re.IGNORECASE)

PAGES = (
    *sorted((ROOT / "web" / "templates").rglob("*.html")),
    ROOT / "web" / "patient" / "noticed.ts",
    ROOT / "web" / "patient" / "noticing.ts",
    ROOT / "web" / "patient" / "words.ts",
    ROOT / "server" / "nurse" / "cue_words.py",
    ROOT / "server" / "nurse" / "strip.py",
    ROOT / "server" / "nurse" / "transcript.py",
    ROOT / "personas" / "shared" / "scripts" / "cues.yaml",
    ROOT / "personas" / "shared" / "cues.yaml",
    *sorted((ROOT / "perception").rglob("*.py")),
    *sorted((ROOT / "perception").rglob("*.yaml")),
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
)


def sentences(page: Path) -> list[str]:
    text = re.sub(r"\s+", " ", page.read_text("utf-8"))
    return re.split(r"(?<=[.?!:;|])\s", text)


def claims(page: Path) -> list[str]:
    """Sentences that claim it without denying it."""
    said = [one for one in sentences(page) if CLAIMS.search(one) or DIAGNOSES.search(one)]
    return [one for one in said if not DENIED.search(one)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_page_script_or_document_claims_to_read_emotions_or_to_diagnose(page: Path) -> None:
    assert claims(page) == []


@pytest.mark.parametrize(
    "claim",
    [
        "You look sad.",
        "We detect your emotions.",
        "The camera helps to diagnose pain.",
        "She can tell if you are lying.",
    ],
)
def test_the_rule_finds_a_claim(tmp_path: Path, claim: str) -> None:
    page = tmp_path / "page.html"
    page.write_text(f"Welcome. {claim} Goodbye.")
    assert len(claims(page)) == 1


@pytest.mark.parametrize(
    "words", ["It never says that you look sad.", "How do you feel today?", "A cue, not a diagnosis."]
)
def test_the_rule_lets_a_denial_and_a_question_pass(tmp_path: Path, words: str) -> None:
    page = tmp_path / "page.html"
    page.write_text(words)
    assert claims(page) == []
