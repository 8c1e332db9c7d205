"""Builds the ONNX graph of MiniLM from its published weights, so that neither PyTorch nor a converted file is needed.

BERT (Devlin et al. 2019, post-norm, exact GELU) with ONNX Runtime's fused operators, domain `com.microsoft`
(https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

IDS, TOKENS = "ids", "tokens"
"""Input int32 [n, t], texts of one length, without padding; output float32 [n, t, 1536]: layers 3 to 6, the last one last."""
_LAYERS, _HEADS, _WIDTH = 6, 12, 384
_SHOWN = (3, 4, 5, 6)
"""Layers whose states are given out: the middle ones still know who, when and whether (docs/measurements.md)."""
_EPSILON = 1e-12
"""Of every layer norm (config.json)."""
_FUSED = "com.microsoft"
_OPSETS = (helper.make_opsetid("", 17), helper.make_opsetid(_FUSED, 1))
_IR_VERSION = 10

Array = npt.NDArray[np.float32]


def build(weights: Mapping[str, Array]) -> ModelProto:
    """The graph from token ids to contextual token vectors."""
    tensors: dict[str, Array] = {}
    nodes = [_embedding(weights, tensors)]
    for layer in range(_LAYERS):
        nodes += _layer(weights, tensors, layer)
    nodes.append(helper.make_node("Concat", [f"state_{layer}" for layer in _SHOWN], [TOKENS], axis=2))
    graph = helper.make_graph(
        nodes,
        "all-MiniLM-L6-v2",
        [helper.make_tensor_value_info(IDS, TensorProto.INT32, ["n", "t"])],
        [helper.make_tensor_value_info(TOKENS, TensorProto.FLOAT, ["n", "t", _WIDTH * len(_SHOWN)])],
        [numpy_helper.from_array(np.ascontiguousarray(value), name) for name, value in tensors.items()],
    )
    return helper.make_model(graph, opset_imports=_OPSETS, ir_version=_IR_VERSION)


def _embedding(weights: Mapping[str, Array], tensors: dict[str, Array]) -> NodeProto:
    """Word, place and (always the first) segment, added and normalized."""
    tensors["words"] = weights["embeddings.word_embeddings.weight"]
    tensors["places"] = (
        weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    )
    tensors["gain"], tensors["offset"] = _norm(weights, "embeddings.LayerNorm")
    inputs = [IDS, "", "words", "places", "", "gain", "offset"]
    return _fused("EmbedLayerNormalization", inputs, ["state_0", "unused"], epsilon=_EPSILON)


def _layer(weights: Mapping[str, Array], tensors: dict[str, Array], layer: int) -> list[NodeProto]:
    source = f"encoder.layer.{layer}."
    name = f"layer_{layer}_"
    before, after = f"state_{layer}", f"state_{layer + 1}"
    parts = [source + f"attention.self.{part}" for part in ("query", "key", "value")]
    tensors[name + "qkv"] = np.concatenate([weights[f"{part}.weight"].T for part in parts], axis=1)
    tensors[name + "qkv_bias"] = np.concatenate([weights[f"{part}.bias"] for part in parts])
    for short, long in (("mix", "attention.output.dense"), ("wide", "intermediate.dense"), ("narrow", "output.dense")):
        tensors[name + short] = weights[f"{source}{long}.weight"].T
        tensors[name + short + "_bias"] = weights[f"{source}{long}.bias"]
    for short, long in (("mixed", "attention.output.LayerNorm"), ("done", "output.LayerNorm")):
        tensors[name + short + "_gain"], tensors[name + short + "_offset"] = _norm(weights, source + long)

    def own(*names: str) -> list[str]:
        return [name + each for each in names]

    return [
        _fused("Attention", [before, *own("qkv", "qkv_bias")], own("seen"), num_heads=_HEADS),
        helper.make_node("MatMul", own("seen", "mix"), own("told")),
        _fused(
            "SkipLayerNormalization",
            [*own("told"), before, *own("mixed_gain", "mixed_offset", "mix_bias")],
            own("mixed"),
            epsilon=_EPSILON,
        ),
        helper.make_node("MatMul", own("mixed", "wide"), own("spread")),
        _fused("BiasGelu", own("spread", "wide_bias"), own("thought")),
        helper.make_node("MatMul", own("thought", "narrow"), own("gathered")),
        _fused(
            "SkipLayerNormalization",
            own("gathered", "mixed", "done_gain", "done_offset", "narrow_bias"),
            [after],
            epsilon=_EPSILON,
        ),
    ]


def _norm(weights: Mapping[str, Array], name: str) -> tuple[Array, Array]:
    return weights[f"{name}.weight"], weights[f"{name}.bias"]


def _fused(operator: str, inputs: list[str], outputs: list[str], **attributes: Any) -> NodeProto:
    return helper.make_node(operator, inputs, outputs, domain=_FUSED, **attributes)
