"""The linear map: equal to a ridge regression solved by hand, odd without drift, and left alone where there is none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training is not installed")

from sextet.data.windows import gather
from sextet.members.layers.scene import SKIP
from sextet.members.registry import member_of
from sextet.training.prime import prime


def network(setting: Any, *, skip: bool) -> Any:
    return member_of(replace(setting.spec, skip=skip, normalisation="shift", covariates=False)).build(setting.shape)


def primed(setting: Any, *, drift: bool = True) -> tuple[np.ndarray, np.ndarray]:
    model = network(setting, skip=True)
    prime(model, setting.prepared, setting.train, setting.select, setting.shape, drift=drift)
    kernel, bias = model.get_layer(SKIP).get_weights()
    return kernel, bias


def test_it_is_the_ridge_regression_of_the_windows(setting: Any) -> None:
    kernel, bias = primed(setting)
    batch = gather(setting.prepared, setting.train, setting.shape)
    whole = (batch.weight > 0).all(axis=1)
    history, mask = (batch.past[whole][..., k].astype(np.float64) for k in (0, 1))
    begun = np.cumsum(mask, axis=1) > 0
    last = history[:, -1:] * (mask.sum(axis=1, keepdims=True) > 0)
    x, y = (history - last) * begun, batch.target[whole] - last
    inside, ahead = x - x.mean(axis=0), y - y.mean(axis=0)
    # the penalty that was chosen is not known here: a ridge solution solves its equations for one penalty
    left = inside.T @ (ahead - inside @ kernel)
    penalty = float((left * kernel).sum() / (kernel**2).sum())
    assert penalty > 0
    np.testing.assert_allclose(left, penalty * kernel, atol=2e-3 * penalty)
    np.testing.assert_allclose(bias, y.mean(axis=0) - x.mean(axis=0) @ kernel, atol=1e-4)


def test_without_drift_there_is_no_constant(setting: Any) -> None:
    kernel, bias = primed(setting, drift=False)
    assert (bias == 0).all() and np.abs(kernel).max() > 0.01


def test_the_map_is_not_trained(setting: Any) -> None:
    assert not network(setting, skip=True).get_layer(SKIP).trainable_weights


def test_a_network_without_a_map_is_left_alone(setting: Any) -> None:
    model = network(setting, skip=False)
    before = [np.array(value) for value in model.get_weights()]
    prime(model, setting.prepared, setting.train, setting.select, setting.shape)
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
