"""Writes the evidence model: `python -m perception.fusion.build FOLDER`. The same table gives the same bytes, anywhere.

It takes milliseconds, so the service builds it in memory at its start and no binary is committed. Beside it goes a card.
"""

import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perception.fusion.graph import build_graph
from perception.fusion.table import SCORED, Table, load_table

NAME = "evidence_step"


@dataclass(frozen=True)
class Artifact:
    """A built model."""

    graph: bytes
    """ONNX."""
    card: str
    """JSON that says what it is and what it is not."""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.graph).hexdigest()


def build(table: Table) -> Artifact:
    """The model of a table."""
    graph = build_graph(table).SerializeToString(deterministic=True)
    return Artifact(graph, json.dumps(_card(table, graph), indent=1, ensure_ascii=False, sort_keys=True) + "\n")


def _card(table: Table, graph: bytes) -> dict[str, Any]:
    return {
        "name": NAME,
        "sha256": hashlib.sha256(graph).hexdigest(),
        "bytes": len(graph),
        "validation": "not clinically validated",
        "what": "adds up evidence from voice and face, against the patient's own usual, for things that can be observed",
        "never": "names an emotion, an intention or a disease; pages anybody by itself; judges from one modality alone",
        "made": "from priors out of the literature; no patient's data; a simulator chose rates and ceilings only",
        "observables": {name.value: row.model_dump(mode="json") for name, row in table.observables.items()},
        "cues": [_cue(table, index) for index in range(len(table.cues))],
        "evidence": table.evidence.model_dump(),
        "modalities": table.modalities.model_dump(),
    }


def _cue(table: Table, index: int) -> dict[str, Any]:
    row = table.cues[index]
    weights, ceilings = table.weights[index], table.ceilings[index]
    return {
        **row.model_dump(mode="json"),
        "d_prime": _by_observable(table.worths[index]),
        "weight": _by_observable(weights),
        "ceiling": _by_observable(ceilings),
    }


def _by_observable(values: Any) -> dict[str, float]:
    return {name.value: round(float(value), 4) for name, value in zip(SCORED, values, strict=True)}


def main(arguments: list[str]) -> int:
    """Write both files into a folder and say what they are."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m perception.fusion.build FOLDER\n")
        return 2
    folder, artifact = Path(arguments[0]), build(load_table())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{NAME}.onnx").write_bytes(artifact.graph)
    (folder / f"{NAME}.json").write_text(artifact.card, "utf-8")
    sys.stdout.write(f"{NAME}.onnx {len(artifact.graph)} bytes sha256 {artifact.sha256}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
