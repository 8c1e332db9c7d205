"""Words that stand nowhere else, planted in a patient and in what is said; and the search for them, however written."""

import base64
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote

CARD = """\
name: Quillane Zebworthy
first_name: Quillane
phone: 202-555-0187
callback: 202-555-0188
birth_date: 1951-07-29
discharged_on: {discharged}
diagnosis: Zorbal heart failure
address: 41 Vexley Lane
conditions: [heart_failure]
medicines:
  - name: zylofarin
    purpose: blood thinner for the quorvex
    how: one tablet each vesperal morning
    high_alert: true
"""
CHEST = "I have crushing chest pain and my quandlebone tingles"
QUESTION = "Can I take zylofarin with glimmerfruit juice?"
CANARIES = (
    "Quillane", "Zebworthy", "555-0187", "555-0188", "5550187", "5550188", "1951-07-29", "Zorbal", "Vexley", "zylofarin",
    "quorvex", "vesperal", "quandlebone", "glimmerfruit", "crushing chest",
)  # fmt: skip


def disguises(word: str) -> set[bytes]:
    """A word as a file or a message may hold it."""
    plain = word.encode()
    # Base64 of a longer text holds a word in one of three alignments; the characters at its edges depend on neighbors.
    inner = {base64.b64encode(b"x" * lead + plain)[own:].rstrip(b"=")[:-2] for lead, own in ((0, 0), (1, 2), (2, 3))}
    # Short pieces would be found in random bytes by chance.
    pieces = {text for text in inner if len(text) >= 6}
    cases = (word, word.casefold(), word.upper())
    written = {one.encode(encoding) for one in cases for encoding in ("utf-8", "utf-16-le", "utf-16-be")}
    return {*written, quote(word).encode(), plain.hex().encode(), *pieces}


def found(needles: Iterable[bytes], files: Iterable[bytes]) -> set[bytes]:
    """Those needles that are in any of the files."""
    contents = list(files)
    return {needle for needle in needles for content in contents if needle in content}


def leaks(sinks: Mapping[str, bytes], words: Iterable[str] = CANARIES) -> list[tuple[str, str]]:
    """Every sink that holds a word in whatever disguise."""
    wanted = {word: disguises(word) for word in words}
    return [(name, word) for name, data in sinks.items() for word, forms in wanted.items() if found(forms, [data])]


def files_of(*folders: Path) -> dict[str, bytes]:
    """Every file in them, the database's log and temporary files included."""
    paths = [path for folder in folders for path in sorted(folder.rglob("*"))]
    return {str(path): path.read_bytes() for path in paths if path.is_file()}
