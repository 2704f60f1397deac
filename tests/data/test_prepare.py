"""Preparation: gaps filled from the past only, covariates standardised on training rows and aligned by name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from data_panels import make_panel
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import DataError
from sextet.data import pieces as pieces_module
from sextet.data.covariates import CovariateScaler, forward_fill
from sextet.data.prepare import prepare
from sextet.data.scale import Scaler


@given(
    values=st.lists(st.one_of(st.none(), st.floats(-5, 5, width=32)), min_size=1, max_size=30),
    before=st.floats(-5, 5, width=32),
)
def test_forward_fill_agrees_with_a_loop(values: list[float | None], before: float) -> None:
    array = np.array([np.nan if v is None else v for v in values], dtype=np.float32)
    expected, last = [], before
    for value in values:
        last = last if value is None else value
        expected.append(last)
    filled = forward_fill(array, np.isfinite(array), before)
    np.testing.assert_array_equal(filled, np.array(expected, np.float32))


def test_long_series_in_pieces_are_as_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    y = np.random.default_rng(0).normal(size=500)
    y[np.random.default_rng(1).random(500) < 0.5] = np.nan
    y[:30] = np.nan
    panel = make_panel([y, y[::-1]])
    scaler = Scaler.fit(panel, panel.known)
    whole = prepare(panel, scaler)
    monkeypatch.setattr("sextet.data.prepare.pieces", lambda values: pieces_module.pieces(values, 7))
    np.testing.assert_array_equal(prepare(panel, scaler).z, whole.z)
    assert (whole.z[:30] == 0).all()
    assert np.isfinite(whole.z).all()


def test_covariates_are_standardised_on_training_rows() -> None:
    panel = make_panel([np.arange(100.0), np.arange(80.0)], past=1, future=1)
    train = np.array([50, 40])
    scaler = CovariateScaler.fit(panel, train)
    past, future, _ = scaler.apply(panel)
    rows = np.r_[0:50, 100:140]
    assert abs(past[rows].mean()) < 1e-6 and past[rows].std() == pytest.approx(1, abs=1e-5)
    assert abs(future[rows].mean()) < 1e-6
    arrays = {name: np.asarray(value) for name, value in scaler.to_arrays().items()}
    again = CovariateScaler.from_arrays(arrays)
    np.testing.assert_array_equal(again.apply(panel)[0], past)
    assert again.past_names == ("p0",) and again.cycles == scaler.cycles


def test_gaps_constants_and_columns_without_a_value() -> None:
    panel = make_panel([np.arange(6.0)], past=3)
    past = np.stack([[np.nan, 1, np.nan, 3, np.nan, np.nan], np.full(6, np.nan), np.full(6, 4.0)], axis=1)
    panel = replace(panel, past=past.astype(np.float32))
    out, _, _ = CovariateScaler.fit(panel, panel.known).apply(panel)
    np.testing.assert_allclose(out[:, 0], [0, -1, -1, 1, 1, 1])
    np.testing.assert_array_equal(out[:, 1:], 0)


def test_columns_are_aligned_by_name_and_a_missing_one_is_named() -> None:
    panel = make_panel([np.arange(30.0)], past=2)
    scaler = CovariateScaler.fit(panel, panel.known)
    swapped = replace(panel, past=panel.past[:, ::-1], past_names=("p1", "p0"))
    np.testing.assert_array_equal(scaler.apply(swapped)[0], scaler.apply(panel)[0])
    with pytest.raises(DataError, match="'p1'.*the data has p0"):
        scaler.apply(replace(panel, past=panel.past[:, :1], past_names=("p0",)))


def test_static_text_not_seen_again_is_zero() -> None:
    panel = make_panel([np.arange(9.0), np.arange(9.0)])
    panel = replace(panel, static=np.eye(2, dtype=np.float32), static_names=("kind=red", "kind=blue"))
    scaler = CovariateScaler.fit(panel, panel.known)
    other = replace(panel, static=np.ones((2, 1), np.float32), static_names=("kind=red",))
    np.testing.assert_array_equal(scaler.apply(other)[2], [[1, -1], [1, -1]])
    with pytest.raises(DataError, match="'kind'"):
        scaler.apply(replace(panel, static=np.zeros((2, 0), np.float32), static_names=()))


def test_the_panel_is_left_untouched() -> None:
    panel = make_panel([[1, np.nan, 3, 4, 5]], past=1, future=1)
    before = (panel.y.copy(), panel.past.copy(), panel.future.copy())
    prepare(panel, Scaler.fit(panel, panel.known))
    for old, new in zip(before, (panel.y, panel.past, panel.future), strict=True):
        np.testing.assert_array_equal(old, new)
