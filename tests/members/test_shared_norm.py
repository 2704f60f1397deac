from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training is not installed")

from sextet.members.backend import keras
from sextet.members.layers.shared_norm import SharedNorm, counted

VALUES = np.random.default_rng(0).normal(3.0, 2.0, size=(6, 5, 2)).astype(np.float32)
REAL = np.array([1, 1, 1, 1, 0, 0], dtype=np.float32)


def trained(values: np.ndarray, real: np.ndarray | None = None) -> tuple[np.ndarray, list[np.ndarray]]:
    layer = SharedNorm(momentum=0.5)
    with counted(real):
        out = layer(values, training=True)
    return np.asarray(out), layer.get_weights()


def test_padding_has_no_influence() -> None:
    wild = VALUES.copy()
    wild[4:] = 1e6
    alone, weights = trained(VALUES[:4])
    padded, learned = trained(wild, REAL)
    np.testing.assert_allclose(padded[:4], alone, atol=2e-5)
    for one, other in zip(weights, learned, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_without_padding_it_is_that_of_keras() -> None:
    theirs = keras.layers.BatchNormalization(momentum=0.5)
    expected = np.asarray(theirs(VALUES, training=True))
    out, weights = trained(VALUES)
    np.testing.assert_allclose(out, expected, atol=1e-5)
    for one, other in zip(weights, theirs.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)


def test_answering_counts_every_sample_as_ever() -> None:
    layer = SharedNorm()
    layer(VALUES, training=True)
    plain = np.asarray(layer(VALUES, training=False))
    with counted(REAL):
        np.testing.assert_array_equal(np.asarray(layer(VALUES, training=False)), plain)


def test_one_channel_and_no_window_at_all() -> None:
    out, _ = trained(VALUES[..., :1], REAL)
    assert out.shape == (6, 5, 1) and np.isfinite(out).all()
    out, _ = trained(VALUES, np.zeros(6, dtype=np.float32))
    assert np.isfinite(out).all()
