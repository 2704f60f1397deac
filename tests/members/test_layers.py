from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training is not installed")

from sextet.core.quantiles import LEVELS, MEDIAN
from sextet.members.layers.quantile_head import MonotoneQuantiles, with_median_moved
from sextet.members.layers.segments import fold, unfold
from sextet.members.layers.window_norm import FLOOR, Restore, WindowNorm

RNG = np.random.default_rng(1)


def past(values: list[float], mask: list[float]) -> np.ndarray:
    return np.stack([values, mask, np.arange(len(values))], axis=-1)[None].astype(np.float32)


def normed(anchor: str, values: list[float], mask: list[float]) -> tuple[np.ndarray, float, float]:
    normal, level, spread = WindowNorm(anchor)(past(values, mask))  # type: ignore[arg-type]
    np.testing.assert_array_equal(normal[..., 1:], past(values, mask)[..., 1:])
    return np.asarray(normal)[0, :, 0], float(level[0, 0]), float(spread[0, 0])


def test_level_and_spread_are_of_the_observed_steps() -> None:
    # 2, 4 and 9 are observed; the 4 in between is carried forward over a gap, the 0 is before the beginning
    values, mask = [0.0, 2.0, 4.0, 4.0, 9.0], [0.0, 1.0, 1.0, 0.0, 1.0]
    spread = np.sqrt(np.var([2, 4, 9]) + FLOOR**2)
    normal, level, got = normed("mean", values, mask)
    assert (level, got) == (pytest.approx(5), pytest.approx(spread))
    np.testing.assert_allclose(normal, [0, -3 / spread, -1 / spread, -1 / spread, 4 / spread], rtol=1e-5)
    normal, level, got = normed("last", values, mask)
    assert (level, got) == (pytest.approx(9), pytest.approx(spread))
    assert normal[-1] == 0
    normal, level, got = normed("shift", values, mask)
    assert (level, got) == (9, 1)
    np.testing.assert_allclose(normal, [0, -7, -5, -5, 0])


@pytest.mark.parametrize("anchor", ["mean", "last", "shift"])
def test_flat_and_empty_windows_stay_finite(anchor: str) -> None:
    normal, level, spread = normed(anchor, [3.0] * 4, [1.0] * 4)
    assert level == 3
    assert spread == pytest.approx(1 if anchor == "shift" else FLOOR)
    assert (normal == 0).all()
    normal, level, spread = normed(anchor, [0.0] * 4, [0.0] * 4)
    assert (level, spread) == (0, 1)
    assert (normal == 0).all()


def test_restore_undoes_the_measure() -> None:
    window = past([1.0, 5.0, 3.0], [1.0, 1.0, 1.0])
    normal, level, spread = WindowNorm("mean")(window)
    back = Restore()(normal[..., :1], level, spread)
    np.testing.assert_allclose(back[..., 0], window[..., 0], rtol=1e-5)


def test_quantiles_begin_as_a_normal_of_half_the_spread() -> None:
    quantiles = np.asarray(MonotoneQuantiles(LEVELS)(np.zeros((1, len(LEVELS)), dtype=np.float32)))[0]
    assert quantiles[MEDIAN] == 0
    np.testing.assert_allclose(quantiles[-1], 1.96 / 2, atol=1e-3)
    np.testing.assert_allclose(quantiles, -quantiles[::-1], atol=1e-6)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3, 1e6])
def test_quantiles_never_cross(scale: float) -> None:
    raw = (scale * RNG.normal(size=(200, len(LEVELS)))).astype(np.float32)
    quantiles = np.asarray(MonotoneQuantiles(LEVELS)(raw))
    assert np.isfinite(quantiles).all()
    assert (np.diff(quantiles, axis=-1) >= 0).all()
    np.testing.assert_array_equal(quantiles[:, MEDIAN], raw[:, MEDIAN])


@pytest.mark.parametrize("levels", [(0.5,), (0.5, 0.9), (0.1, 0.5), (0.25, 0.75)])
def test_any_set_of_levels_will_do(levels: tuple[float, ...]) -> None:
    quantiles = np.asarray(MonotoneQuantiles(levels)(RNG.normal(size=(5, 2, len(levels))).astype(np.float32)))
    assert quantiles.shape == (5, 2, len(levels))
    assert (np.diff(quantiles, axis=-1) > 0).all()


def test_the_median_is_taught_by_its_own_loss_alone() -> None:
    import tensorflow as tf

    raw = tf.Variable(np.zeros((1, len(LEVELS)), dtype=np.float32))
    with tf.GradientTape(persistent=True) as tape:
        quantiles = MonotoneQuantiles(LEVELS)(raw)
        tails = tf.reduce_sum(quantiles[:, MEDIAN + 1 :]) - tf.reduce_sum(quantiles[:, :MEDIAN])
        centre = tf.reduce_sum(quantiles[:, MEDIAN])
    assert tape.gradient(tails, raw).numpy()[0, MEDIAN] == 0
    assert tape.gradient(centre, raw).numpy()[0, MEDIAN] == 1


def test_fold_and_unfold_keep_the_order_of_time() -> None:
    steps = np.arange(24, dtype=np.float32).reshape(1, 12, 2)
    folded = np.asarray(fold(steps, 4))
    assert folded.shape == (1, 3, 8)
    np.testing.assert_array_equal(np.asarray(unfold(folded, 10, 2)), steps[:, :10])


def test_moving_the_median_moves_every_quantile_and_no_distance() -> None:
    raw = RNG.normal(size=(3, 2, len(LEVELS))).astype(np.float32)
    by = np.array([[[1.0], [-2.0]]], dtype=np.float32)
    plain = np.asarray(MonotoneQuantiles(LEVELS)(raw))
    moved = np.asarray(MonotoneQuantiles(LEVELS)(with_median_moved(raw, by, LEVELS)))
    np.testing.assert_allclose(moved, plain + by, atol=1e-5)
