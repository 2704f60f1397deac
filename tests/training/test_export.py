from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

pytest.importorskip("tensorflow", reason="training is not installed")

from sextet.core.errors import TrainingError
from sextet.data.windows import gather
from sextet.members.backend import keras
from sextet.members.registry import member_of
from sextet.training import export
from sextet.training.export import export_onnx


def network_of(past: Any, answer: Any, shape: Any) -> Any:
    return keras.Model({"past": past}, {"quantiles": keras.layers.Reshape((shape.horizon, len(shape.levels)))(answer)})


def sample(setting: Any, count: int = 9) -> Any:
    return gather(setting.prepared, setting.select.take(slice(0, count)), setting.shape)


def test_graph_is_small_named_and_of_any_batch_size(setting: Any, tmp_path: Path, capfd: Any) -> None:
    network = member_of(setting.spec).build(setting.shape)
    path = tmp_path / "run" / "gru.onnx"
    assert export_onnx(network, path, sample(setting)) < 1e-4
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (output,) = session.get_outputs()
    assert output.name == "quantiles"
    assert output.shape == ["batch", 4, len(setting.shape.levels)]
    assert {item.name: item.shape[1:] for item in session.get_inputs()} == {
        "past": [12, setting.shape.past_channels],
        "future": [4, setting.shape.future_channels],
    }
    assert [child.name for child in path.parent.iterdir()] == ["gru.onnx"]
    out, err = capfd.readouterr()
    assert out + err == ""


def test_no_kernel_of_cudnn_is_traced_into_a_graph(
    setting: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a GPU Keras would call cuDNN's operation, which ONNX does not have."""
    from keras.src.backend import tensorflow as backend

    network = member_of(setting.spec).build(setting.shape)

    def refused(*given: Any, **named: Any) -> Any:
        raise AssertionError("cuDNN was asked")

    with monkeypatch.context() as patched:
        for name in ("lstm", "gru"):
            patched.setattr(backend, name, refused)
            patched.setattr(keras.src.backend, name, refused)
        with pytest.raises(AssertionError, match="cuDNN was asked"):
            network(sample(setting).inputs())
        assert export_onnx(network, tmp_path / "member.onnx", sample(setting)) < 1e-4


def test_a_graph_that_answers_otherwise_is_refused_and_leaves_the_old_file(
    setting: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "member.onnx"
    path.write_bytes(b"old")
    network = member_of(setting.spec).build(setting.shape)
    real = export._answers

    def off(*given: Any) -> Any:
        return {name: values + 1e-3 for name, values in real(*given).items()}

    monkeypatch.setattr(export, "_answers", off)
    with pytest.raises(TrainingError, match=r"answers differently.*0\.001"):
        export_onnx(network, path, sample(setting))
    assert path.read_bytes() == b"old"
    assert [child.name for child in tmp_path.iterdir()] == ["member.onnx"]


def test_an_answer_that_is_no_number_is_refused(setting: Any, tmp_path: Path) -> None:
    shape = setting.shape
    past = keras.Input((shape.lookback, shape.past_channels), name="past")
    size = shape.horizon * len(shape.levels)
    nan = keras.layers.Dense(size, bias_initializer=keras.initializers.Constant(np.nan))
    network = network_of(past, nan(keras.layers.Flatten()(past)), shape)
    with pytest.raises(TrainingError, match="answers differently"):
        export_onnx(network, tmp_path / "member.onnx", sample(setting))


def test_an_operation_onnx_lacks_is_named(setting: Any, tmp_path: Path) -> None:
    shape = setting.shape
    past = keras.Input((shape.lookback, shape.past_channels), name="past")

    class Fourier(keras.layers.Layer):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            import tensorflow as tf

            return tf.math.betainc(tf.abs(inputs) + 1.0, tf.abs(inputs) + 1.0, tf.sigmoid(inputs))

    dense = keras.layers.Dense(shape.horizon * len(shape.levels))
    network = network_of(past, dense(keras.layers.Flatten()(Fourier()(past))), shape)
    with pytest.raises(TrainingError, match="cannot be exported to ONNX"):
        export_onnx(network, tmp_path / "member.onnx", sample(setting))
    assert list(tmp_path.iterdir()) == []
