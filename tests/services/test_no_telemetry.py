"""The model runtime keeps no log of its own for its maker: nothing leaves the machine but what the configuration names."""

import subprocess
import sys
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

KIND = "services"

RUN = "import {package}, onnxruntime; onnxruntime.InferenceSession({model!r})"


def identity_model(path: Path) -> str:
    """The smallest model there is, as a file."""
    value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "identity", value[:1], value[1:])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return str(path)


def written(home: Path, code: str) -> list[str]:
    """The files that a process with this home has left there."""
    home.mkdir()
    subprocess.run(
        [sys.executable, "-c", code], check=True, env={"HOME": str(home), "XDG_CACHE_HOME": str(home)}, cwd="."
    )
    return [path.name for path in home.rglob("*") if path.is_file()]


@pytest.mark.parametrize("package", ["server", "perception"])
def test_the_runtime_reports_to_nobody(package: str, tmp_path: Path) -> None:
    model = identity_model(tmp_path / "identity.onnx")
    assert written(tmp_path / "home", RUN.format(package=package, model=model)) == []


def test_left_alone_it_would(tmp_path: Path) -> None:
    model = identity_model(tmp_path / "identity.onnx")
    assert "onnxruntime.db" in written(tmp_path / "home", RUN.format(package="sys", model=model))
