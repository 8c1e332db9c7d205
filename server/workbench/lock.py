"""Holds an evaluation set still: it is only what its `LOCK` names by hash, so that no case and no ship gate drifts unseen."""

import hashlib
from pathlib import Path

from server.vocabulary.errors import ServiceError

LOCK = "LOCK"
KINDS = ("*.jsonl", "*.tsv", "*.yaml")
"""Cases, tables of sentences, and ship gates."""


class SetInvalid(ServiceError):
    """The evaluation set cannot be used as it is; the message names the file and the remedy."""

    code = "evaluation_set_invalid"


def check(folder: Path) -> None:
    """Raises `SetInvalid` when a file is not as `LOCK` has it."""
    if changed := changes(folder):
        raise SetInvalid(
            f"{folder}: {', '.join(changed)}: not as {LOCK} has it; if the change is meant, run `nightlight evaluate --lock`"
        )


def changes(folder: Path) -> list[str]:
    """Names of the files that are new, gone or different since the set was locked."""
    kept, now = _by_name(_kept(folder)), _by_name(lock_of(folder))
    return sorted(name for name in kept.keys() | now.keys() if kept.get(name) != now.get(name))


def lock_of(folder: Path) -> str:
    """What `LOCK` must say: `sha256sum` lines of every file of the set."""
    files = sorted(file for kind in KINDS for file in folder.glob(kind))
    return "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files)


def lock(folder: Path) -> None:
    """Declare the files as they are now to be the set."""
    (folder / LOCK).write_text(lock_of(folder), "utf-8")


def _kept(folder: Path) -> str:
    file = folder / LOCK
    return file.read_text("utf-8") if file.is_file() else ""


def _by_name(lines: str) -> dict[str, str]:
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines.splitlines())}
