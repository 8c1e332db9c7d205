"""Keeps the index of a release in a folder, so that a restart does not embed it again."""

import json
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter, ValidationError

from server.knowledge.passage import Passage
from server.vocabulary.errors import ServiceError

FORMAT = 2
"""Changes when what is kept does."""
_PASSAGES, _ARRAYS, _ABOUT = "passages.json", "arrays.npz", "about.json"
_SHAPE = TypeAdapter(list[Passage])

Arrays = Mapping[str, npt.NDArray[np.generic]]


class IndexUnreadable(ServiceError):
    """A kept index cannot be used; it can be built again."""

    code = "index_unreadable"


def save(folder: Path, passages: Sequence[Passage], vectors: Arrays, postings: Arrays, embedder: str) -> None:
    """Whole or not at all."""
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    (partial / _PASSAGES).write_bytes(_SHAPE.dump_json(list(passages)))
    named = {f"{kind}.{name}": array for kind, of in (("v", vectors), ("p", postings)) for name, array in of.items()}
    with (partial / _ARRAYS).open("wb") as file:
        np.savez(file, allow_pickle=False, **named)
    (partial / _ABOUT).write_text(
        json.dumps({"format": FORMAT, "embedder": embedder, "passages": len(passages)}), "utf-8"
    )
    shutil.rmtree(folder, ignore_errors=True)
    partial.replace(folder)


def load(folder: Path, embedder: str) -> tuple[list[Passage], Arrays, Arrays]:
    """Passages, vectors and postings; raises `IndexUnreadable`."""
    try:
        about = json.loads((folder / _ABOUT).read_text("utf-8"))
        passages = _SHAPE.validate_json((folder / _PASSAGES).read_bytes())
        with np.load(folder / _ARRAYS, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        if (about["format"], about["embedder"], about["passages"]) != (FORMAT, embedder, len(passages)):
            raise IndexUnreadable(f"{folder.name}: made by another version")
    except (OSError, EOFError, KeyError, TypeError, ValueError, ValidationError, zipfile.BadZipFile):
        raise IndexUnreadable(f"{folder.name}: damaged or not there") from None
    vectors, postings = (
        {name[2:]: array for name, array in arrays.items() if name.startswith(kind)} for kind in ("v.", "p.")
    )
    return passages, vectors, postings
