"""Keeps the process's memory where it was: what a check-in leaves behind is found, and goes back to the system.

Two things would hold on to it. Python looks through the oldest objects only when a quarter as many new ones have lived as
long, and the persona packs alone are 300,000: connections that ended would wait for hours in the cycles they are made of, and a
look stops every voice for a quarter of a second (0.4 ms without the packs, measured). So what is loaded at the start is set
aside (`keep`). And glibc does not return what is free.

Thresholds of 128 KiB are glibc's own defaults, fixed so that it does not raise them by itself (research/speech.md §4: they
removed most of the fragmentation seen over 70 sessions). Elsewhere than on glibc that part does nothing.
"""

import ctypes
import ctypes.util
import gc
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


def keep() -> None:
    """Call once everything is loaded: what there is now is not looked through again, until `release`."""
    gc.collect()
    gc.freeze()


def release() -> None:
    """Everything may be collected again; for a process that outlives the service."""
    gc.unfreeze()


def give_back() -> None:
    """Return what is free to the system; takes some milliseconds, so it is called when a check-in has ended."""
    gc.collect()
    if _LIBRARY is not None:
        _LIBRARY.malloc_trim(0)
