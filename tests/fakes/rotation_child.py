"""`nightlight keys rotate` in a process of its own that kills itself with SIGKILL right after a step."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from server.cli import commands
from server.record import master_key, rotation

STEPS: dict[str, tuple[Any, str, int]] = {
    "the next key is made": (master_key, "following", 1),
    "it is in use": (rotation, "begin", 1),
    "some are wrapped": (rotation, "wrap_some", 1),
    "more are wrapped": (rotation, "wrap_some", 2),
    "seals are signed anew": (rotation, "finish", 1),
    "the old key is gone": (master_key, "adopt", 1),
}
"""Module, function, and after which of its calls. Those of `rotation` are in a transaction: killed, it is not committed."""
COMMITTED = ("begin", "wrap_some", "finish")


def rotate(data: Path, step: str) -> int:
    """The exit status; a negative signal number where it was killed."""
    arguments = (sys.executable, "-m", "tests.fakes.rotation_child", str(data), step)
    return subprocess.run(arguments, check=False, capture_output=True, env=os.environ).returncode


def _dying(work: Callable[..., Any], calls: int, *, after_commit: bool) -> Callable[..., Any]:
    left = calls

    def done(*arguments: Any) -> Any:
        nonlocal left
        left -= 1
        result = work(*arguments)
        if left == 0 and after_commit:
            arguments[0].after_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))
        elif left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return done


def _main(data: str, step: str, committed: bool) -> None:
    module, name, calls = STEPS[step]
    setattr(module, name, _dying(getattr(module, name), calls, after_commit=committed and name in COMMITTED))
    rotation.AT_ONCE = 3  # type: ignore[misc]
    commands(["keys", "rotate", "--data", data])


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2].removesuffix(", committed"), sys.argv[2].endswith(", committed"))
