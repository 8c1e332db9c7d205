"""What another process holds: its memory, searched for a mark, and its open files."""

import os
from collections.abc import Iterable, Iterator


def holds(pid: int, marks: Iterable[bytes]) -> bool:
    """Whether any of the marks is anywhere in the process's memory."""
    wanted = list(marks)
    return any(mark in region for region in _regions(pid) for mark in wanted)


def open_files(pid: int) -> list[str]:
    """What its descriptors point to."""
    folder = f"/proc/{pid}/fd"
    return [os.readlink(f"{folder}/{descriptor}") for descriptor in os.listdir(folder)]


def _regions(pid: int) -> Iterator[bytes]:
    """Everything it can write to: a picture can be nowhere else."""
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            addresses, rights, *_ = line.split()
            if not rights.startswith("rw"):
                continue
            low, high = (int(end, 16) for end in addresses.split("-"))
            memory.seek(low)
            yield memory.read(high - low)
