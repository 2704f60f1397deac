from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training is not installed")

from sextet.core.quantiles import LEVELS, MEDIAN
from sextet.members.backend import keras
from sextet.specs.custom import CustomSpec
from sextet.training.fit import fit_member
from sextet.training.judge import answers
from sextet.training.point_quantiles import FEWEST, answers_points, distances

RNG = np.random.default_rng(2)


def test_distances_are_the_quantiles_of_the_errors_of_each_step() -> None:
    errors = (RNG.normal(size=(4000, 2)) * [1.0, 3.0]).astype(np.float32)
    out = distances(errors, LEVELS)
    assert out.shape == (2, len(LEVELS))
    np.testing.assert_allclose(out[0], np.quantile(errors[:, 0], LEVELS), atol=0.05)
    assert (np.diff(out, axis=-1) >= 0).all()
    assert (out[:, MEDIAN] == 0).all()
    assert out[1, -1] > 2 * out[0, -1]


def test_biased_errors_do_not_move_the_median_nor_cross() -> None:
    out = distances((RNG.normal(size=(500, 1)) + 5.0).astype(np.float32), LEVELS)
    assert (out[:, : MEDIAN + 1] == 0).all()
    assert (np.diff(out, axis=-1) >= 0).all()
    assert out[0, -1] > 5


def test_steps_with_few_errors_share_those_of_all() -> None:
    errors = RNG.normal(size=(100, 2)).astype(np.float32)
    errors[FEWEST - 1 :, 1] = np.nan
    out = distances(errors, LEVELS)
    known = errors[np.isfinite(errors)]
    np.testing.assert_allclose(out[1, 0], np.quantile(known, LEVELS[0]), rtol=1e-5)
    assert (distances(np.full((3, 2), np.nan, dtype=np.float32), LEVELS) == 0).all()


def test_a_point_model_gets_quantiles_that_cover_select(setting: Any) -> None:
    def build(shape: Any) -> Any:
        past = keras.Input((shape.lookback, 1), name="past")
        return keras.Model(past, keras.layers.Dense(shape.horizon)(keras.layers.Flatten()(past)))

    member = fit_member(
        CustomSpec(name="line", build=build),
        setting.prepared,
        setting.train,
        setting.select,
        setting.shape,
        setting.config,
    )
    assert answers_points(member.model)
    ((batch, quantiles),) = answers(member.model, setting.prepared, setting.select, setting.shape)
    inside = (batch.target >= quantiles[..., 2]) & (batch.target <= quantiles[..., -3])
    assert 0.7 < inside[batch.weight > 0].mean() < 0.95
    assert member.select < member.history[member.best_epoch - 1]["select"]
