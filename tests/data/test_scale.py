"""Scaling: mean and population deviation of observed training rows, transforms that invert, alignment by name."""

from __future__ import annotations

import numpy as np
import pytest
from data_panels import make_panel
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError, DataError
from sextet.data.scale import Scaler, Transform


def test_mean_and_population_deviation_of_the_training_rows_only() -> None:
    y = np.array([1.0, 2.0, np.nan, 6.0, 1000.0])
    scaler = Scaler.fit(make_panel([y]), np.array([4]))
    assert scaler.location[0] == np.mean([1, 2, 6]) and scaler.scale[0] == pytest.approx(np.std([1, 2, 6]))


@pytest.mark.parametrize("value", [0.0, 7.0, 0.1, 1e9, -1e-9])
def test_a_constant_series_has_scale_one(value: float) -> None:
    scaler = Scaler.fit(make_panel([np.full(50, value)]), np.array([50]))
    assert scaler.scale[0] == 1.0
    np.testing.assert_allclose(scaler.to_z(np.array([value]), 0), 0, atol=1e-9)


@given(
    y=st.lists(st.floats(0.01, 1e6), min_size=3, max_size=40),
    transform=st.sampled_from(["none", "log1p", "boxcox"]),
)
def test_from_z_inverts_to_z(y: list[float], transform: Transform) -> None:
    scaler = Scaler.fit(make_panel([y]), np.array([len(y)]), transform=transform)
    values = np.array([y])
    back = scaler.from_z(scaler.to_z(values, np.array([0])), np.array([0]))
    np.testing.assert_allclose(back, values, rtol=1e-6, atol=1e-6 * max(y))


@pytest.mark.parametrize("transform", ["none", "log1p", "boxcox"])
def test_from_z_is_monotone_and_finite_far_out(transform: Transform) -> None:
    y = np.random.default_rng(0).lognormal(3, 1, size=300)
    scaler = Scaler.fit(make_panel([y]), np.array([300]), transform=transform, nonnegative=True)
    out = scaler.from_z(np.linspace(-60, 60, 500)[None], np.array([0]))
    assert np.isfinite(out).all() and (np.diff(out) >= 0).all() and (out >= 0).all()


def test_boxcox_finds_the_logarithm_of_a_lognormal() -> None:
    y = np.random.default_rng(1).lognormal(2, 0.8, size=4000)
    scaler = Scaler.fit(make_panel([y]), np.array([4000]), transform="boxcox")
    assert scaler.lambdas[0] < 0.05


def test_series_numbers_broadcast_over_the_leading_axis() -> None:
    scaler = Scaler.fit(make_panel([[0.0, 2.0], [10.0, 30.0]]), np.array([2, 2]))
    z = scaler.to_z(np.full((2, 3, 4), 20.0), np.array([0, 1]))
    assert (z[0] == 19).all() and (z[1] == 0).all()


def test_targets_outside_the_domain_are_named() -> None:
    panel = make_panel([[1.0, 2.0], [3.0, 0.0, 5.0]])
    with pytest.raises(DataError, match=r"'s1' has .*--transform none"):
        Scaler.fit(panel, panel.known, transform="boxcox")


@given(y=st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=40), transform=st.sampled_from(["log1p", "asinh"]))
def test_the_logarithm_and_arsinh_take_any_value(y: list[float], transform: Transform) -> None:
    scaler = Scaler.fit(make_panel([y]), np.array([len(y)]), transform=transform)
    values = np.sort(np.array([y]))
    z = scaler.to_z(values, np.array([0]))
    assert (np.diff(z) >= 0).all()
    scale = max(1.0, float(np.abs(values).max()))
    np.testing.assert_allclose(scaler.from_z(z, np.array([0])), values, rtol=1e-6, atol=1e-6 * scale)


def test_an_unknown_transform_and_an_empty_training_part() -> None:
    panel = make_panel([[np.nan, 2.0]])
    with pytest.raises(ConfigError, match="sqrt"):
        Scaler.fit(panel, panel.known, transform="sqrt")  # type: ignore[arg-type]
    with pytest.raises(DataError, match="no observed target"):
        Scaler.fit(panel, np.array([1]))


def test_alignment_by_name_and_series_not_seen_in_training() -> None:
    trained = Scaler.fit(make_panel([[0.0, 2.0], [10.0, 30.0]]), np.array([2, 2]), nonnegative=True)
    from dataclasses import replace

    other = replace(make_panel([[1.0, 5.0] * 12, [0.0, 0.0]]), ids=("new", "s0"))
    aligned = trained.for_panel(other)
    assert aligned.ids == ("new", "s0") and aligned.unseen == ("new",) and aligned.nonnegative
    assert aligned.location.tolist() == [3.0, 1.0] and aligned.scale.tolist() == [2.0, 1.0]
    assert trained.for_panel(make_panel([[5.0], [6.0]])) is trained


def test_arrays_round_trip_without_pickle(tmp_path) -> None:  # type: ignore[no-untyped-def]
    y = np.random.default_rng(2).lognormal(size=(2, 50))
    scaler = Scaler.fit(make_panel(y), np.array([50, 50]), transform="boxcox", nonnegative=True)
    np.savez(tmp_path / "scaler.npz", allow_pickle=False, **scaler.to_arrays())
    with np.load(tmp_path / "scaler.npz", allow_pickle=False) as arrays:
        back = Scaler.from_arrays(arrays)
    np.testing.assert_array_equal(
        back.from_z(np.ones((2, 3)), np.arange(2)), scaler.from_z(np.ones((2, 3)), np.arange(2))
    )
    assert back.ids == scaler.ids and back.nonnegative
