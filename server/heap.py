"""Keeps the process's memory where it was: glibc otherwise holds on to what each check-in's buffers left behind.

Thresholds of 128 KiB are glibc's own defaults, fixed so that it does not raise them by itself (research/speech.md §4: they
removed most of the fragmentation seen over 70 sessions). Elsewhere than on glibc both functions do nothing.
"""

import ctypes
import ctypes.util
from typing import Final

_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_BYTES: Final = 128 * 1024


def _glibc() -> ctypes.CDLL | None:
    name = ctypes.util.find_library("c")
    library = ctypes.CDLL(name) if name is not None else None
    return library if library is not None and hasattr(library, "malloc_trim") else None


_LIBRARY = _glibc()


def settle() -> None:
    """Call once, before the models are loaded."""
    if _LIBRARY is not None:
        _LIBRARY.mallopt(_TRIM_THRESHOLD, _BYTES)
        _LIBRARY.mallopt(_MMAP_THRESHOLD, _BYTES)


def give_back() -> None:
    """Return free memory to the system; takes a few milliseconds, so it is called when a check-in has ended."""
    if _LIBRARY is not None:
        _LIBRARY.malloc_trim(0)
