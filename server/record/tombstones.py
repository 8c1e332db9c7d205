"""Who was forgotten, outside the database: a line for each, so that no older copy of the records brings them back.

Read whenever records are opened (`forgetting.settle`). Ids and times only.
"""

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from server.vocabulary.ids import PatientId


class Tombstones:
    """One file, which only grows."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> dict[PatientId, datetime]:
        """When each was forgotten; a line that is none is passed over."""
        found: dict[PatientId, datetime] = {}
        lines = self.path.read_text("utf-8", errors="replace").splitlines() if self.path.exists() else []
        for line in lines:
            try:
                told = json.loads(line)
                found.setdefault(PatientId(str(told["patient"])), datetime.fromisoformat(told["at"]).astimezone(UTC))
            except (ValueError, TypeError, KeyError):
                continue
        return found

    def add(self, forgotten: Mapping[PatientId, datetime]) -> None:
        """Those that are not in it yet; on disk when it returns. Raises OSError."""
        known = self.read() if forgotten else {}
        fresh = [{"patient": one, "at": at.isoformat()} for one, at in forgotten.items() if one not in known]
        if not fresh:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.writelines(json.dumps(one) + "\n" for one in fresh)
            file.flush()
            os.fsync(file.fileno())
