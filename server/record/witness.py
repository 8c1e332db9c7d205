"""Seals outside the database, in files beside it: what shows that the whole database was put back to an earlier day.

`seals.jsonl` has the kept ones, a line each, and only grows; `newest.json` is the last one. Neither holds anything of a
patient. Whoever can change these files too is found by a seal noted further away: the service's log has every kept one.
"""

import json
import logging
import os
from collections.abc import Sequence
from pathlib import Path

from server.record import seal as seals
from server.record.privacy import log
from server.record.seal import Seal
from server.record.tombstones import Tombstones

_LOGGER = logging.getLogger(__name__)


class Witness:
    """The two files of one data folder."""

    def __init__(self, folder: Path) -> None:
        self.kept = folder / "seals.jsonl"
        self.newest = folder / "newest.json"
        self.tombstones = Tombstones(folder / "forgotten.jsonl")

    def last(self) -> int:
        """Row of the last kept seal that is written here; 0 for none."""
        found = self.read()[0]
        return max((one.seq for one in found if one.kept), default=0)

    def note(self, newest: Seal, kept: Sequence[Seal]) -> None:
        """After the commit. What cannot be written is written with the next; the work itself is done."""
        try:
            self.kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if kept:
                self._append(kept)
            beside = self.newest.with_suffix(f".{os.getpid()}")
            beside.write_text(_line(newest), "ascii")
            beside.replace(self.newest)
        except OSError as error:
            log(_LOGGER, logging.ERROR, "audit_witness_failed", error=type(error).__name__)
        for one in kept:
            log(_LOGGER, logging.INFO, "audit_sealed", seq=one.seq, hash=one.hash)

    def read(self) -> tuple[list[Seal], list[str]]:
        """Every seal that is written here, and the places of lines that are none."""
        found, bad = [], []
        for path in (self.kept, self.newest):
            text = path.read_text("utf-8", errors="replace") if path.exists() else ""
            for number, line in enumerate(text.splitlines(), 1):
                try:
                    found.append(seals.read(json.loads(line)))
                except (ValueError, AttributeError):
                    bad.append(f"{path.name}, line {number}")
        return found, bad

    def _append(self, kept: Sequence[Seal]) -> None:
        descriptor = os.open(self.kept, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.writelines(_line(one) for one in kept)
            file.flush()
            os.fsync(file.fileno())


def _line(seal: Seal) -> str:
    return json.dumps(seals.written(seal), sort_keys=True) + "\n"
