"""Sentences as vectors whose cosine is likeness of meaning: all-MiniLM-L6-v2 in ONNX Runtime, on this machine.

Every text is run alone: int8 scales what it sees together, so a neighbor in a batch would move the vector.
"""

import logging
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from server.knowledge.weights import MINILM
from server.knowledge.wordpiece import BEGIN, END, Piece, WordPieces
from server.record.privacy import log
from server.vocabulary.models import ModelMissing, Models

WIDTH = 384
"""Dimensions of a sentence's vector."""
DEPTH = 1536
"""Dimensions of a token's: layers 3 to 6 of the model, the last 384 are what sentence vectors are made of."""
_MOST_PIECES = 254
"""With [CLS] and [SEP] the 256 tokens the model was trained for (sentence_bert_config.json); longer texts are split."""
_GRAPHS = ("int8-v1.onnx", "float32-v1.onnx")
"""Best first. int8 takes half the time (36 words: 4.3 against 8.8 ms) and a quarter of the memory; it is not used on a
processor where it is not faithful."""
_FAITHFUL = 0.98
"""Least cosine to the known vectors; seen: int8 0.99, float32 1.0000."""
_KNOWN = {
    "My chest feels tight and it goes down my left arm.": (
        0.0397,
        0.0207,
        0.027,
        0.0431,
        0.0494,
        -0.0681,
        0.0272,
        -0.018,
    ),
    "I slept well and the cat is fine.": (0.1029, -0.0126, 0.0548, 0.0876, -0.0098, -0.0103, -0.0569, 0.0029),
    "I took two of the little white pills by mistake.": (
        0.0227,
        0.0318,
        -0.0042,
        0.0675,
        0.0433,
        -0.0743,
        0.0305,
        0.0505,
    ),
}
"""First dimensions of three vectors, computed apart from this code in float64 with numpy and Hugging Face's tokenizer."""

_logger = logging.getLogger(__name__)

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Reading:
    """One text, read in one pass: a vector for each of its word pieces, which knows the words around it."""

    vectors: Vectors
    """float32 [t, 1536]."""
    starts: npt.NDArray[np.int64]
    """[t], characters of the text."""
    ends: npt.NDArray[np.int64]
    whole: Vectors
    """float32 [1536], the mean of all tokens, those for beginning and end included."""

    def pool(self, start: int, end: int) -> Vectors:
        """The mean [1536] of the characters `start` to `end`; where nothing readable stands there, that of the whole."""
        chosen = self.vectors[(self.starts >= start) & (self.ends <= end)]
        return chosen.mean(axis=0) if len(chosen) else self.whole


def sentence_vector(pooled: Vectors) -> Vectors:
    """The unit vector [384] of the model's last layer, whose cosine with another is likeness of meaning."""
    last = pooled[-WIDTH:]
    return (last / np.linalg.norm(last)).astype(np.float32)


class Embedder:
    """The model; thread-safe, blocking, releases the interpreter's lock while it computes."""

    def __init__(self, folder: Path, graph: str) -> None:
        options = onnxruntime.SessionOptions()
        # A second thread gained nothing on two cores, and spinning takes them from the recognizer.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(folder / graph, options, providers=["CPUExecutionProvider"])
        self._pieces = WordPieces(folder / "tokenizer.json")
        self.folder = folder
        """Where the model's files are, and what is derived from them may be kept."""
        self.version = graph
        """Changes when the vectors do."""

    @classmethod
    def load(cls, models: Models) -> "Embedder":
        """Fetched, built on the first use and checked against known vectors; raises `ModelMissing`. Blocks for seconds."""
        folder = models.fetch(MINILM)
        if not any((folder / graph).is_file() for graph in _GRAPHS):
            models.tell("Building the sentence embedder (some seconds, once)")
            _build_apart(folder)
        made = (cls(folder, graph) for graph in _GRAPHS if (folder / graph).is_file())
        if faithful := next((embedder for embedder in made if embedder.is_faithful()), None):
            return faithful
        models.tell(f"  {folder}: does not give the known vectors of the sentence embedder")
        raise ModelMissing("the sentence embedder is damaged; delete its folder in the model cache and start again")

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32 [n, 384]."""
        return np.array([sentence_vector(self.read(text).whole) for text in texts], np.float32).reshape(-1, WIDTH)

    def read(self, text: str) -> Reading:
        """The text's word pieces in context; more than 254 of them are read in several passes, none is left out."""
        pieces = self._pieces.cut(text)
        passes = [self._run([piece.id for piece in part]) for part in _parts(pieces)]
        every = np.concatenate(passes)
        inner = np.concatenate([each[1:-1] for each in passes])
        starts, ends = [piece.start for piece in pieces], [piece.end for piece in pieces]
        return Reading(inner, np.array(starts, np.int64), np.array(ends, np.int64), every.mean(axis=0))

    def is_faithful(self) -> bool:
        """Whether it gives the known vectors on this machine."""
        known = np.array(list(_KNOWN.values()))
        found = self.embed(list(_KNOWN))[:, : known.shape[1]]
        cosines = (known * found).sum(axis=1) / np.linalg.norm(known, axis=1) / np.linalg.norm(found, axis=1)
        return bool(cosines.min() >= _FAITHFUL)

    def _run(self, ids: list[int]) -> Vectors:
        vectors: Vectors = self._session.run(None, {"ids": np.array([[BEGIN, *ids, END]], np.int32)})[0][0]
        return vectors


def _parts(pieces: list[Piece]) -> Iterator[list[Piece]]:
    """Runs of at most `_MOST_PIECES`, cut before a word; one empty run of nothing."""
    begin = 0
    while len(pieces) - begin > _MOST_PIECES:
        last = begin + _MOST_PIECES
        end = next((place for place in range(last, begin, -1) if pieces[place].begins_word), last)
        yield pieces[begin:end]
        begin = end
    yield pieces[begin:]


def _build_apart(folder: Path) -> None:
    """In a process of its own, which takes the memory for it along when it ends."""
    command = (sys.executable, "-m", "server.knowledge.embedder", str(folder))
    done = subprocess.run(command, capture_output=True, check=False, text=True)  # noqa: S603
    if done.returncode:
        last = done.stderr.strip().rpartition("\n")[2]
        log(_logger, logging.WARNING, "sentence_embedder_not_built", status=done.returncode, error=last)
        raise ModelMissing("the sentence embedder could not be built on this machine; the log says why")


def _build(folder: Path) -> None:
    """Writes both graphs; needs about 470 MB for some seconds."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from safetensors.numpy import load_file

    from server.knowledge import minilm

    int8, exact = (folder / graph for graph in _GRAPHS)
    partial = folder / "int8.partial"
    onnx.save(minilm.build(load_file(folder / "model.safetensors")), exact)
    types = {"DefaultTensorType": onnx.TensorProto.FLOAT}
    quantize_dynamic(exact, partial, per_channel=True, weight_type=QuantType.QInt8, extra_options=types)
    partial.replace(int8)


if __name__ == "__main__":
    _build(Path(sys.argv[1]))
