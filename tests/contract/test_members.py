"""Every member keeps the contract."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from sextet.core.window import WindowBatch

pytest.importorskip("tensorflow", reason="training is not installed")


def answer(network: Any, batch: WindowBatch) -> dict[str, np.ndarray]:
    named = network.predict_on_batch({name: batch.inputs()[name] for name in network.input})
    return {name: np.asarray(values) for name, values in named.items()}


def trained(case: Any, fitted: Callable[[str], Any]) -> Any:
    return fitted(case.name)


def window_kinds(batch: WindowBatch) -> dict[str, WindowBatch]:
    """Windows that a member must survive."""
    past = batch.past
    constant, missing, padded, wild = past.copy(), past.copy(), past.copy(), past.copy()
    constant[..., 0], constant[..., 1] = 1.5, 1.0
    missing[..., :2] = 0.0
    padded[:, :-3] = 0.0
    wild[:, -1, 0] = 1e4
    kinds = {"real": past, "constant": constant, "missing": missing, "padded": padded, "wild": wild}
    return {name: replace(batch, past=values) for name, values in kinds.items()}


def test_answer_has_the_shape_of_the_horizon(case: Any) -> None:
    batch = case.batch()
    named = answer(case.network(), batch)
    assert named.pop("quantiles").shape == (24, case.shape.horizon, len(case.shape.levels))
    assert set(named) in (set(), {"spike_probability", "spike_size"})
    assert (set(named) != set()) == (case.spec.name == "spike-detector")
    assert all(values.shape == (24, case.shape.horizon) for values in named.values())


@pytest.mark.parametrize("kind", ["real", "constant", "missing", "padded", "wild"])
def test_answers_are_finite_and_do_not_cross(case: Any, fitted: Callable[[str], Any], kind: str) -> None:
    named = answer(trained(case, fitted).model, window_kinds(case.batch())[kind])
    assert all(np.isfinite(values).all() for values in named.values())
    # float32 rounds the sum of level and step: a step below the level's last digit may vanish, never turn round
    assert (np.diff(named["quantiles"], axis=-1) >= 0).all()
    if "spike_probability" in named:
        assert ((named["spike_probability"] >= 0) & (named["spike_probability"] <= 1)).all()
        assert (named["spike_size"] >= 0).all()


def test_same_seed_gives_the_same_bits(case: Any, fitted: Callable[[str], Any]) -> None:
    first, second = trained(case, fitted), case.fit()
    assert [row["select"] for row in first.history] == [row["select"] for row in second.history]
    assert [row["loss"] for row in first.history] == [row["loss"] for row in second.history]
    for a, b in zip(first.model.get_weights(), second.model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_inputs_are_left_as_they_were(case: Any, fitted: Callable[[str], Any]) -> None:
    prepared = case.prepared
    before = {name: getattr(prepared, name).copy() for name in ("z", "observed", "past", "future", "static")}
    batch = case.batch()
    past, future = batch.past.copy(), batch.future.copy()
    answer(trained(case, fitted).model, batch)
    np.testing.assert_array_equal(batch.past, past)
    np.testing.assert_array_equal(batch.future, future)
    for name, values in before.items():
        np.testing.assert_array_equal(getattr(prepared, name), values)


def test_training_lowers_the_loss(case: Any, fitted: Callable[[str], Any]) -> None:
    from sextet.training.judge import mean_pinball

    member = trained(case, fitted)
    fresh = mean_pinball(case.network(), case.prepared, case.select, case.shape)
    assert member.select < 0.9 * fresh
    assert member.history[-1]["loss"] < member.history[0]["loss"]
    assert member.select <= min(row["select"] for row in member.history) + 1e-6
    assert member.history[member.best_epoch - 1]["select"] == min(row["select"] for row in member.history)


def test_one_window_is_answered_as_among_many(case: Any, fitted: Callable[[str], Any]) -> None:
    network, batch = trained(case, fitted).model, case.batch()
    many = answer(network, batch)
    one = answer(network, replace(batch, past=batch.past[5:6], future=batch.future[5:6], static=batch.static[5:6]))
    for name, values in many.items():
        np.testing.assert_allclose(one[name], values[5:6], atol=2e-6)


def test_exported_graph_answers_as_the_network(case: Any, fitted: Callable[[str], Any], tmp_path: Path) -> None:
    from sextet.training.export import export_onnx

    network, batch = trained(case, fitted).model, case.batch()
    difference = export_onnx(network, tmp_path / "member.onnx", batch)
    assert 0 <= difference <= 1e-4
    session = onnxruntime.InferenceSession(str(tmp_path / "member.onnx"), providers=["CPUExecutionProvider"])
    assert {item.name for item in session.get_inputs()} <= {"past", "future", "static"}
    outputs = [item.name for item in session.get_outputs()]
    named = answer(network, batch)
    assert set(outputs) == set(named)
    for kind in window_kinds(batch).values():
        fed = {item.name: kind.inputs()[item.name] for item in session.get_inputs()}
        expected = answer(network, kind)
        for name, values in zip(outputs, session.run(outputs, fed), strict=True):
            # wild windows are answered in the ten thousands, where float32 itself has steps of a thousandth
            size = max(1.0, float(np.abs(expected[name]).max()))
            np.testing.assert_allclose(values, expected[name], atol=1e-4 if size < 100 else 3e-6 * size)


@pytest.mark.parametrize("name", ["lstm", "gru", "cnn-lstm", "patchtst"])
@pytest.mark.parametrize("normalisation", ["mean", "last"])
def test_answer_follows_level_and_scale(cases: dict[str, Any], name: str, normalisation: str) -> None:
    case = cases[name]
    network = case.network(level_features=False, normalisation=normalisation)
    batch = case.batch()
    shifted = batch.past.copy()
    shifted[..., 0] = 2.5 * batch.past[..., 0] + 3.0
    # padded rows hold 0 whatever the level; none is padded here
    base, moved = answer(network, batch), answer(network, replace(batch, past=shifted))
    # the floor under the spread is not scaled along, hence the tolerance
    np.testing.assert_allclose(moved["quantiles"], 2.5 * base["quantiles"] + 3.0, atol=0.05, rtol=0.01)


def test_answer_in_units_of_the_series_follows_its_level(cases: dict[str, Any]) -> None:
    case = cases["gru-shift"]
    network = case.network(level_features=False)
    batch = case.batch()
    shifted = batch.past.copy()
    shifted[..., 0] += 3.0
    base, moved = answer(network, batch), answer(network, replace(batch, past=shifted))
    np.testing.assert_allclose(moved["quantiles"], base["quantiles"] + 3.0, atol=1e-4)


def test_history_outside_the_lookback_is_not_seen(cases: dict[str, Any]) -> None:
    case = cases["lstm"]  # looks at 20 of the 24 steps: whole segments of 4 within 21
    network, batch = case.network(), case.batch()
    changed = batch.past.copy()
    changed[:, :4] = 99.0
    np.testing.assert_array_equal(
        answer(network, batch)["quantiles"], answer(network, replace(batch, past=changed))["quantiles"]
    )


def test_a_later_step_of_known_covariates_does_not_move_an_earlier_segment(cases: dict[str, Any]) -> None:
    case = cases["lstm"]
    network, batch = case.network(), case.batch()
    changed = batch.future.copy()
    changed[:, 5:] += 1.0
    base = answer(network, batch)["quantiles"]
    moved = answer(network, replace(batch, future=changed))["quantiles"]
    np.testing.assert_allclose(moved[:, :4], base[:, :4], atol=1e-6)
    assert np.abs(moved[:, 5:] - base[:, 5:]).max() > 1e-4


@pytest.mark.filterwarnings(
    # Keras writes variables of TensorFlow, which do not yet take numpy's `copy` keyword
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
)
def test_networks_come_back_from_a_file(case: Any, fitted: Callable[[str], Any], tmp_path: Path) -> None:
    import keras

    network, batch = trained(case, fitted).model, case.batch()
    network.save(tmp_path / "member.keras")
    again = keras.saving.load_model(tmp_path / "member.keras")
    for name, values in answer(network, batch).items():
        np.testing.assert_allclose(answer(again, batch)[name], values, atol=1e-6)
