"""The node for models, with models that the tests make, in the runtime."""

from __future__ import annotations

from pathlib import Path

import needs
import numpy as np
import pytest
from graphs import printed, prints, run
from sluice.ai._onnx_session import open_model

pytestmark = [needs.runtime, needs.package("onnxruntime"), needs.package("onnx")]


def save(
    path: Path, shape: list[object], nodes: list[tuple[str, list[str], dict[str, object]]], **constants: np.ndarray
) -> str:
    """Makes a model whose input is ``x`` and whose output that of its last node, ``y``."""
    from onnx import TensorProto, helper, numpy_helper, save

    made = []
    for place, (kind, inputs, attributes) in enumerate(nodes):
        output = "y" if place == len(nodes) - 1 else f"h{place}"
        made.append(helper.make_node(kind, inputs, [output], **attributes))
    graph = helper.make_graph(
        made,
        "made",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)
    return str(path)


def test_records_values_and_pictures_go_through_models(tmp_path: Path) -> None:
    weights = np.array([[1, 0], [2, 1]], np.float32)
    linear = save(tmp_path / "linear.onnx", ["n", 2], [("MatMul", ["x", "w"], {})], w=weights)
    mean = save(tmp_path / "mean.onnx", ["n", 3, 16, 64], [("ReduceMean", ["x"], {"axes": [2, 3], "keepdims": 0})])
    pattern = {"width": 64, "height": 16, "durationSeconds": 0.2, "frameRate": 25}
    nodes = {
        "packets": {"type": "test.packets"},
        "linear": {"type": "python.onnx", "config": {"model": linear, "fields": ["x", "y"], "labels": ["sum"]}},
        "columns": {"type": "test.records"},
        "script": {
            "type": "test.script",
            "config": {"lines": [{"value": [1, 1]}, {"atMs": 5, "value": [0, 2]}, {"atMs": 9, "value": [3, 0]}]},
        },
        "values": {"type": "python.onnx", "config": {"model": linear, "batch": 2}},
        "pictures": {"type": "pattern-source", "config": pattern},
        "means": {"type": "python.onnx", "config": {"model": mean, "batch": 3}},
        **{name: prints() for name in ("rows", "results", "colours")},
    }
    links = [
        "packets.packet > linear.packet",
        "linear.records > columns.packet",
        "columns.columns > rows.data",
        "script.first > values.data",
        "values.result > results.data",
        "pictures.video > means.video",
        "means.result > colours.data",
    ]
    status, found, error = run(tmp_path, nodes, links)
    assert status == 0, error
    assert printed("rows", found) == [{"sum": [21.0, 42.0, 63.0], "value_1": [10.0, 20.0, 30.0]}]
    times = [line["ptsNs"] for line in found if line.get("node") == "results"]
    assert times == [0, 5_000_000, 9_000_000], "each frame keeps its time, also the one that fills no batch"
    assert [
        list(each["y"].values()) if isinstance(each["y"], dict) else each["y"] for each in printed("results", found)
    ] == [
        [3, 1],
        [4, 2],
        [3, 0],
    ]
    colours = printed("colours", found)
    assert len(colours) == 5


@needs.package("silero_vad")
def test_a_model_with_a_state_hears_sound(tmp_path: Path) -> None:
    from sluice.ai.silero import _own_model

    config = {"model": _own_model(), "constants": {"sr": 16_000}, "state": {"state": "stateN"}}
    nodes = {
        "noise": {"type": "test.noise", "config": {"amplitude": 0.1, "blocks": 32}},
        "cut": {"type": "rebuffer", "config": {"size": 512}},
        "model": {"type": "python.onnx", "config": config},
        "results": prints(),
    }
    links = ["noise.audio > cut.frameIn", "cut.frameOut > model.audio", "model.result > results.data"]
    status, found, error = run(tmp_path, nodes, links)
    assert status == 0, error
    assert len(printed("results", found)) >= 20


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("no.onnx", 'there is no model at "no.onnx", wanted a file of ONNX'),
        (__file__, "is no model that onnxruntime reads"),
    ],
)
def test_a_wrong_model_is_told(path: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        open_model(path, 1)


def test_frames_of_another_shape_are_told(tmp_path: Path) -> None:
    model = save(tmp_path / "wide.onnx", ["n", 5], [("Relu", ["x"], {})])
    nodes = {"packets": {"type": "test.packets"}, "model": {"type": "python.onnx", "config": {"model": model}}}
    status, _, error = run(tmp_path, nodes, ["packets.packet > model.packet"])
    assert status != 0
    assert "a tensor of 3 × 3, and the model wants any × 5" in error
