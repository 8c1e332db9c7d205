"""Voice activity of a recording: Silero's model in ONNX Runtime. A call's listener has these probabilities already.

Model: https://github.com/snakers4/silero-vad, MIT; 512 samples at 16 kHz with the 64 before them, and a state of 2 x 1 x 128.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from perception.voice.spectrum import RATE, Floats, Samples

WINDOW = 512
"""Samples a probability stands for: 32 ms."""
WINDOW_SECONDS = WINDOW / RATE
_CONTEXT = 64


class Activity:
    """The model with its memory of one recording."""

    def __init__(self, model: Path) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._rate = np.array(RATE, np.int64)
        self._reset()

    def _reset(self) -> None:
        self._state: npt.NDArray[np.float32] = np.zeros((2, 1, 128), np.float32)
        self._context = np.zeros(_CONTEXT, np.float32)

    def probability(self, window: Samples) -> float:
        """The probability of voice in the next 512 samples."""
        sound = np.concatenate([self._context, window])[None]
        out, self._state = self._session.run(None, {"input": sound, "state": self._state, "sr": self._rate})
        self._context = window[-_CONTEXT:]
        return float(out[0, 0])

    def probabilities(self, samples: Samples) -> Floats:
        """One probability for each 32 ms of a whole recording, the last of them filled up with silence."""
        self._reset()
        padded = np.concatenate([samples, np.zeros(-len(samples) % WINDOW, np.float32)])
        return np.array([self.probability(window) for window in padded.reshape(-1, WINDOW)], np.float32)
