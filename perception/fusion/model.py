"""The evidence step, run: one thread of ONNX Runtime, shared by every session. It holds no patient's state."""

from dataclasses import dataclass

import numpy as np
import onnxruntime

from perception.fusion.build import build
from perception.fusion.graph import OUTPUTS
from perception.fusion.table import Floats, Table

SHORT_NAME = 8
"""Hexadecimal digits of the SHA-256 by which findings name the model."""


@dataclass(frozen=True)
class Step:
    """What one step came to; F cues in the table's order, S observables in the order of `SCORED`."""

    z: Floats
    """[F], spreads from usual in the direction that counts."""
    contributions: Floats
    """[F, S], log-odds; they and the bias make up the log-odds of `scores`."""
    state: Floats
    """[F, S], evidence before calibration, to hand in at the next step."""
    scores: Floats
    """[S]."""


class EvidenceModel:
    """A built table, ready to run."""

    def __init__(self, table: Table) -> None:
        artifact = build(table)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.table = table
        self.name = artifact.sha256[:SHORT_NAME]
        self._session = onnxruntime.InferenceSession(artifact.graph, options, providers=["CPUExecutionProvider"])

    def step(self, **inputs: Floats) -> Step:
        """Takes the graph's inputs by name, float64; see `perception.fusion.graph.build_graph` for their shapes."""
        z, contributions, state, scores = self._session.run(OUTPUTS, inputs)
        return Step(*(np.asarray(output, np.float64) for output in (z, contributions, state, scores)))
