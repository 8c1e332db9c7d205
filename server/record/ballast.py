"""A file that only takes up room: let go when the disk is full, so that a page can still be written."""

import contextlib
import os
import shutil
from pathlib import Path


class Ballast:
    """The file beside a SQLite database; taken back once there is room for it three times over."""

    def __init__(self, path: Path, size: int) -> None:
        """`size` in bytes; 0 keeps none."""
        self._path = path
        self._size = size

    @property
    def held(self) -> bool:
        return self._path.exists()

    def take(self) -> bool:
        """Takes the room if it is free; tells whether the ballast is there afterwards."""
        if self.held or not self._size:
            return self.held
        if shutil.disk_usage(self._path.parent).free < 3 * self._size:
            return False
        with self._path.open("wb") as file:
            try:
                os.posix_fallocate(file.fileno(), 0, self._size)
            except OSError:
                self.release()
        return self.held

    def release(self) -> bool:
        """Frees the room; tells whether there was any to free."""
        held = self.held
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()
        return held
