"""The evidence step as an ONNX graph, written from the table alone: the same table gives the same bytes. Pure.

In double precision, so that the contributions shown add up to the score to the last digit anybody looks at.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from scipy.special import logit

from perception.fusion.table import SCORED, Either, Table
from perception.reading import Cue

OPSET = 17
IR_VERSION = 8
INPUTS = ("value", "mu", "sd", "quality", "seconds", "dt", "state", "slope", "bias", "shift")
OUTPUTS = ("z", "contributions", "state_out", "p")
_FAR = 1e6
"""Spreads that no reading comes to: an unknown one is that far off."""
_TINY = 1e-12


class _Writer:
    """Nodes in the order written; every operator's result has the name that it was given."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def __call__(self, result: str, operator: str, *inputs: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(operator, list(inputs), [result], name=result, **attributes))
        return result

    def constant(self, name: str, value: object, kind: type = np.float64) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value, kind), name))
        return name

    def sum(self, result: str, operand: str) -> str:
        """Over cues, kept as a row."""
        return self(result, "ReduceSum", operand, "axis_cues", keepdims=1)


def build_graph(table: Table) -> onnx.ModelProto:
    """Shapes: value, mu, sd, quality, seconds [F]; dt [1]; state [F, S]; slope, bias, shift [S] → z [F]; contributions,
    state_out [F, S]; p [S]. `quality` 0 is unknown. Contributions + bias + shift are the log-odds of p."""
    write = _Writer()
    _constants(write, table)
    _deviation(write)
    _corroboration(write, table)
    _evidence(write)
    _settled(write)
    _accumulation(write)
    _score(write)
    return _model(write, len(table.cues))


def _constants(write: _Writer, table: Table) -> None:
    numbers, modalities = table.evidence, table.modalities
    either = np.array([row.counts == "either" for row in table.cues], np.float64)
    write.constant("sign", [{"more": 1.0, "less": -1.0, "either": 0.0}[row.counts] for row in table.cues])
    write.constant("either", either)
    # What counts in both directions is away from usual by sqrt(2 / pi) spreads on average when nothing is the matter.
    write.constant("threshold", (numbers.threshold + either * np.sqrt(2 / np.pi))[:, None])
    write.constant("weights", table.weights)
    write.constant("ceilings", table.ceilings)
    write.constant("together", table.together)
    write.constant("is_voice", table.voice.astype(np.float64)[:, None])
    write.constant("is_face", (~table.voice).astype(np.float64)[:, None])
    write.constant("agreement", [[table.observables[observable].agreement for observable in SCORED]])
    write.constant("fading", [np.log(0.5) / table.observables[observable].half_life for observable in SCORED])
    scalars = {"least": numbers.least, "most": numbers.most, "floor": numbers.floor, "hold": table.hold_log_odds}
    scalars |= {"alone": float(logit(modalities.alone)), "bend": modalities.bend, "bend_squared": modalities.bend**2}
    scalars |= {"corroborates": modalities.corroborates, "admits": modalities.admits}
    scalars |= {"zero": 0.0, "one": 1.0, "tiny": _TINY, "far": _FAR, "not_far": _FAR / 2, "minus_far": -_FAR}
    scalars |= {"minus_half_far": -_FAR / 2}
    for name, value in scalars.items():
        write.constant(name, value)
    write.constant("axis_cues", [0], np.int64)
    write.constant("axis_observables", [1], np.int64)
    write.constant("two", [2], np.int64)
    write.constant("last", [1], np.int64)


def _deviation(write: _Writer) -> None:
    write("away", "Sub", "value", "mu")
    write("spreads", "Div", "away", "sd")
    write("directed", "Mul", "spreads", "sign")
    write("distance", "Abs", "spreads")
    write("undirected", "Mul", "distance", "either")
    write("z", "Add", "directed", "undirected")
    write("known", "Greater", "quality", "zero")


def _corroboration(write: _Writer, table: Table) -> None:
    """`limit` [1, S]: what a movement of the face counts for at most; `heard` [1, S]: whether enough is known to say."""
    write("z_known", "Where", "known", "z", "far")
    write("z_or_less", "Where", "known", "z", "minus_far")
    limits = [_second_of_groups(write, table, index) for index in range(len(SCORED))]
    write("limits", "Concat", *limits, axis=0)
    write("agreed", "Unsqueeze", "limits", "axis_cues")
    write("limit", "Sub", "agreed", "agreement")
    write("limit_known", "Greater", "limit", "minus_half_far")
    write("limit_heard", "Cast", "limit_known", to=TensorProto.DOUBLE)


def _second_of_groups(write: _Writer, table: Table, index: int) -> str:
    groups = table.observables[SCORED[index]].corroborated
    if not groups:
        return write.constant(f"limit_{index}", [_FAR])
    for number, group in enumerate(groups):
        _movement(write, table, group, f"group_{index}_{number}")
    write(f"groups_{index}", "Concat", *(f"group_{index}_{number}" for number in range(len(groups))), axis=0)
    write.nodes.append(
        helper.make_node("TopK", [f"groups_{index}", "two"], [f"best_{index}", f"places_{index}"], axis=0)
    )
    return write(f"limit_{index}", "Gather", f"best_{index}", "last", axis=0)


def _movement(write: _Writer, table: Table, group: tuple[Cue, ...] | Either, name: str) -> None:
    """How far a movement is off [1]; minus far where nothing is known of it."""
    cues = group.either if isinstance(group, Either) else group
    write.constant(f"{name}_members", [table.index(cue) for cue in cues], np.int64)
    if isinstance(group, Either):
        write(f"{name}_z", "Gather", "z_or_less", f"{name}_members", axis=0)
        write(name, "ReduceMax", f"{name}_z", keepdims=1)
        return
    write(f"{name}_z", "Gather", "z_known", f"{name}_members", axis=0)
    write(f"{name}_least", "ReduceMin", f"{name}_z", keepdims=1)
    write(f"{name}_unknown", "Greater", f"{name}_least", "not_far")
    write(name, "Where", f"{name}_unknown", "minus_far", f"{name}_least")


def _evidence(write: _Writer) -> None:
    """`speaks` [F, S]: what this step's readings say for (above 0) and against (below)."""
    write("z_column", "Unsqueeze", "z", "axis_observables")
    write("z_limited", "Min", "z_column", "limit")
    write("face_rows", "Greater", "is_face", "zero")
    write("z_counted", "Where", "face_rows", "z_limited", "z_column")
    write("beyond", "Sub", "z_counted", "threshold")
    write("clipped", "Clip", "beyond", "least", "most")
    write("weighed", "Mul", "clipped", "weights")
    write("exposure", "Mul", "quality", "seconds")
    write("exposure_column", "Unsqueeze", "exposure", "axis_observables")
    write("face_heard", "Mul", "is_face", "limit_heard")
    write("heard", "Add", "face_heard", "is_voice")
    write("exposed", "Mul", "exposure_column", "heard")
    write("speaks", "Mul", "weighed", "exposed")


def _settled(write: _Writer) -> None:
    """What was there fades; then a cue first takes back what it said itself before it adds to the rest."""
    write("fade_log", "Mul", "fading", "dt")
    write("fade", "Exp", "fade_log")
    write("faded", "Mul", "state", "fade")
    write("speaks_for", "Max", "speaks", "zero")
    write("speaks_against", "Min", "speaks", "zero")
    write("faded_for", "Max", "faded", "zero")
    write("faded_against", "Min", "faded", "zero")
    write("owed_for", "Neg", "faded_against")
    write("owed_against", "Neg", "faded_for")
    write("taken_for", "Min", "speaks_for", "owed_for")
    write("taken_against", "Max", "speaks_against", "owed_against")
    write("taken", "Add", "taken_for", "taken_against")
    write("settled", "Add", "faded", "taken")
    write("new_for", "Sub", "speaks_for", "taken_for")
    write("new_against", "Sub", "speaks_against", "taken_against")


def _accumulation(write: _Writer) -> None:
    """The more a group has said already, the less the next reading adds: it nears its ceiling and never reaches it."""
    write("room_above_bias", "Sub", "hold", "bias")
    write("room_unscaled", "Div", "room_above_bias", "slope")
    write("ceiling_scaled", "Mul", "ceilings", "room_unscaled")
    write("ceiling", "Max", "ceiling_scaled", "tiny")
    write("settled_for", "Max", "settled", "zero")
    write("group_has", "MatMul", "together", "settled_for")
    write("group_says", "MatMul", "together", "new_for")
    _saturating(write, "more", "ceiling", "group_has", "group_says", "new_for")
    write("settled_against", "Min", "settled", "zero")
    write("settled_debt", "Neg", "settled_against")
    write("against", "Neg", "new_against")
    write.sum("debt", "settled_debt")
    write.sum("all_against", "against")
    _saturating(write, "less", "floor", "debt", "all_against", "against")
    write("grown", "Add", "settled", "more")
    write("state_out", "Sub", "grown", "less")


def _saturating(write: _Writer, result: str, ceiling: str, has: str, says: str, parts: str) -> None:
    """`parts`' shares of (ceiling - has)(1 - exp(-says / ceiling)): the exact solution for evidence that comes evenly."""
    write(f"{result}_room_left", "Sub", ceiling, has)
    write(f"{result}_room", "Max", f"{result}_room_left", "zero")
    write(f"{result}_load", "Div", says, ceiling)
    write(f"{result}_unload", "Neg", f"{result}_load")
    write(f"{result}_left", "Exp", f"{result}_unload")
    write(f"{result}_filled", "Sub", "one", f"{result}_left")
    write(f"{result}_gain", "Mul", f"{result}_room", f"{result}_filled")
    write(f"{result}_said", "Max", says, "tiny")
    write(f"{result}_share", "Div", parts, f"{result}_said")
    write(result, "Mul", f"{result}_share", f"{result}_gain")


def _score(write: _Writer) -> None:
    """One modality alone bends off below `alone`; what it is cut by is taken off the contributions that it shows."""
    write("calibrated", "Mul", "state_out", "slope")
    write("voice_parts", "Mul", "calibrated", "is_voice")
    write("face_parts", "Mul", "calibrated", "is_face")
    write.sum("voice", "voice_parts")
    write.sum("face", "face_parts")
    write("weaker", "Min", "voice", "face")
    write("beyond_support", "Sub", "weaker", "corroborates")
    write("support", "Max", "beyond_support", "zero")
    write("made_room", "Mul", "support", "admits")
    write("highest", "Add", "made_room", "alone")
    write("bends_at", "Sub", "highest", "bend")
    write("both", "Add", "voice", "face")
    write("straight", "Add", "both", "bias")
    write("past_bend", "Sub", "straight", "bends_at")
    write("excess", "Max", "past_bend", "zero")
    write("spread_out", "Add", "excess", "bend")
    write("gap", "Div", "bend_squared", "spread_out")
    write("bent", "Sub", "highest", "gap")
    write("bends", "Greater", "past_bend", "zero")
    write("weighed_up", "Where", "bends", "bent", "straight")
    write("log_odds", "Add", "weighed_up", "shift")
    write("p_row", "Sigmoid", "log_odds")
    write("p", "Squeeze", "p_row", "axis_cues")
    write("cut", "Sub", "straight", "weighed_up")
    write("voice_leads", "GreaterOrEqual", "voice", "face")
    write("leading", "Where", "voice_leads", "is_voice", "is_face")
    write("shown_for", "Max", "calibrated", "zero")
    write("leading_for", "Mul", "shown_for", "leading")
    write.sum("leading_sum", "leading_for")
    write("leading_safe", "Max", "leading_sum", "tiny")
    write("cut_share", "Div", "cut", "leading_safe")
    write("cut_parts", "Mul", "leading_for", "cut_share")
    write("contributions", "Sub", "calibrated", "cut_parts")


def _model(write: _Writer, cues: int) -> onnx.ModelProto:
    each, pairs, scored = [cues], [cues, len(SCORED)], [len(SCORED)]
    shapes: dict[str, Sequence[int]] = dict.fromkeys(("value", "mu", "sd", "quality", "seconds", "z"), each)
    shapes |= dict.fromkeys(("state", "contributions", "state_out"), pairs) | {"dt": [1]}
    shapes |= dict.fromkeys(("slope", "bias", "shift", "p"), scored)
    inputs, outputs = (
        [helper.make_tensor_value_info(name, TensorProto.DOUBLE, shapes[name]) for name in names]
        for names in (INPUTS, OUTPUTS)
    )
    graph = helper.make_graph(write.nodes, "evidence_step", inputs, outputs, write.constants)
    opset = helper.make_opsetid("", OPSET)
    model = helper.make_model(graph, opset_imports=[opset], producer_name="nightlight", ir_version=IR_VERSION)
    onnx.checker.check_model(model, full_check=True)
    return model
