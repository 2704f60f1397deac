"""The same graph in the same bytes, whatever the converter called and ordered what is inside."""

from __future__ import annotations

import random

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="training is not installed")

import onnxruntime  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from sextet.training.canonical import canonical  # noqa: E402


def graph(seed: int):  # type: ignore[no-untyped-def]
    """A loop that adds to its state, and arithmetic around it; names and order follow from the seed."""
    chance = random.Random(seed)

    def name(what: str) -> str:
        return f"{what}_{chance.randint(0, 10**9)}"

    step, go, state, after, go_on = (name(what) for what in ("i", "go", "state", "after", "on"))
    constants = {what: name(what) for what in ("two", "one", "count", "true", "unused")}
    cast = name("cast")
    body = helper.make_graph(
        [
            helper.make_node("Cast", [step], [cast], to=TensorProto.FLOAT),
            helper.make_node("Add", [state, cast], [after]),
            helper.make_node("Identity", [go], [go_on]),
        ],
        name("body"),
        [
            helper.make_tensor_value_info(step, TensorProto.INT64, []),
            helper.make_tensor_value_info(go, TensorProto.BOOL, []),
            helper.make_tensor_value_info(state, TensorProto.FLOAT, [None]),
        ],
        [
            helper.make_tensor_value_info(go_on, TensorProto.BOOL, []),
            helper.make_tensor_value_info(after, TensorProto.FLOAT, [None]),
        ],
    )
    doubled, looped, dead = name("doubled"), name("looped"), name("dead")
    nodes = [
        helper.make_node("Mul", ["past", constants["two"]], [doubled], name("m")),
        helper.make_node("Loop", [constants["count"], constants["true"], doubled], [looped], name("l"), body=body),
        helper.make_node("Add", [looped, constants["one"]], ["quantiles"], name("a")),
        helper.make_node("Neg", [constants["unused"]], [dead], name("n")),
    ]
    values = {"two": np.float32(2), "one": np.float32(1), "count": np.int64(3), "true": np.bool_(True)}
    given = [numpy_helper.from_array(np.asarray(values.get(k, np.float32(0))), v) for k, v in constants.items()]
    chance.shuffle(given)
    made = helper.make_graph(
        nodes,
        name("g"),
        [helper.make_tensor_value_info("past", TensorProto.FLOAT, [None])],
        [helper.make_tensor_value_info("quantiles", TensorProto.FLOAT, [None])],
        given,
        doc_string=name("converted"),
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 15)])
    model.ir_version = 8
    return model


def answer(model, past: np.ndarray) -> np.ndarray:  # type: ignore[no-untyped-def]
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(["quantiles"], {"past": past})[0]


def test_other_names_and_order_give_the_same_bytes_and_the_same_answers() -> None:
    past = np.array([1.0, -2.0], dtype=np.float32)
    found = set()
    for seed in range(6):
        model = graph(seed)
        before = answer(model, past)
        canonical(model.graph)
        onnx.checker.check_model(model)
        np.testing.assert_array_equal(answer(model, past), before)
        found.add(model.SerializeToString())
    np.testing.assert_array_equal(before, past * 2 + 3 + 1)
    assert len(found) == 1


def test_what_computes_something_else_differs() -> None:
    model = graph(0)
    other = graph(0)
    for constant in other.graph.initializer:
        if constant.name.startswith("two"):
            constant.CopyFrom(numpy_helper.from_array(np.float32(3), constant.name))
    canonical(model.graph)
    canonical(other.graph)
    assert model.SerializeToString() != other.SerializeToString()


def test_what_no_output_needs_is_left_out() -> None:
    model = graph(1)
    canonical(model.graph)
    assert [node.op_type for node in model.graph.node] == ["Mul", "Loop", "Add"]
    assert len(model.graph.initializer) == 4
