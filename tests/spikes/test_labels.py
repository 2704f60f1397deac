"""Spike labels: planted spikes are found, each way of saying what a spike is holds, and nothing leaks."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from sextet.core.errors import DataError
from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.core.quantiles import LEVELS
from sextet.core.window import WindowIndex
from sextet.metrics.exceedance import mass_of
from sextet.spikes.labels import SpikeModel, fit_spikes


def panel_of(*series: np.ndarray, ids: tuple[str, ...] | None = None, first: int = 0) -> Panel:
    lengths = [len(s) for s in series]
    total = sum(lengths)
    return Panel(
        ids=ids or tuple(f"s{k}" for k in range(len(series))),
        frequency=Frequency.parse("h"),
        offsets=np.cumsum([0, *lengths]).astype(np.int64),
        first=np.full(len(series), first, np.int64),
        known=np.array(lengths, np.int64),
        y=np.concatenate([np.asarray(s, float) for s in series]),
        past=np.zeros((total, 0), np.float32),
        future=np.zeros((total, 0), np.float32),
        static=np.zeros((len(series), 0), np.float32),
    )


def spiky(rows: int = 4000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    y = 20 + 5 * np.sin(2 * np.pi * np.arange(rows) / 24) + rng.normal(size=rows)
    at = np.arange(200, rows, 97)
    y[at] += rng.uniform(15, 40, len(at))
    return y, at


def test_planted_spikes_are_found_and_little_else() -> None:
    y, at = spiky()
    panel = panel_of(y)
    label = fit_spikes(panel, np.array([3000])).label(panel)
    assert label.dtype == np.int8 and len(label) == len(y)
    found = np.flatnonzero(label)
    assert np.isin(at, found).mean() > 0.9
    assert np.isin(found, at).mean() > 0.9


def test_without_spikes_about_the_risk_is_labelled() -> None:
    y = np.random.default_rng(0).normal(size=20_000)
    panel = panel_of(y)
    for risk in (0.01, 0.002):
        assert fit_spikes(panel, np.array([10_000]), risk=risk).label(panel).mean() == pytest.approx(risk, rel=0.35)


def test_a_fixed_level_overrides() -> None:
    panel = panel_of(np.array([1.0, 5.0, np.nan, 7.0]))
    panel = replace(panel, label=np.array([1, 1, 1, 1], np.int8))
    model = fit_spikes(panel, np.array([4]), threshold=5.0)
    np.testing.assert_array_equal(model.label(panel), [0, 0, 0, 1])
    index = WindowIndex(series=np.zeros(1, np.int32), row=np.array([2]))
    np.testing.assert_array_equal(model.spike_level(panel, index, 3), [[5, 5, 5]])


def test_the_users_column_is_taken_and_missed_when_absent() -> None:
    panel = panel_of(np.array([1.0, 5.0, np.nan, 7.0]))
    labelled = replace(panel, label=np.array([0, 1, 1, 0], np.int8))
    model = fit_spikes(labelled, np.array([4]))
    np.testing.assert_array_equal(model.label(labelled), [0, 1, 0, 0])
    with pytest.raises(DataError, match="--spike-label"):
        model.label(panel)


def test_a_constant_series_has_no_spike_and_a_gap_none() -> None:
    panel = panel_of(np.full(1000, 3.0), np.full(1000, np.nan))
    model = fit_spikes(panel, np.array([800, 800]))
    assert not model.label(panel).any()
    assert np.isinf(model.threshold).all()


def test_short_series_share_the_pooled_threshold_in_their_own_scale() -> None:
    rng = np.random.default_rng(2)
    panel = panel_of(*[rng.normal(size=200) * 10.0**k for k in range(3)], rng.normal(size=3000))
    model = fit_spikes(panel, panel.known)
    np.testing.assert_array_equal(model.own, [False, False, False, True])
    np.testing.assert_allclose(model.threshold[:3], model.pooled * model.scale[:3])
    assert model.scale[2] == pytest.approx(100, rel=0.3)


def test_too_little_data_for_any_tail_still_has_a_threshold() -> None:
    y = np.random.default_rng(3).normal(size=100)
    y[90] = 60.0
    panel = panel_of(y)
    label = fit_spikes(panel, np.array([80])).label(panel)
    assert label[90] == 1 and label.sum() <= 3


def test_an_unseen_series_is_measured_on_its_own_history() -> None:
    y, _ = spiky()
    model = fit_spikes(panel_of(y, y), np.array([3000, 3000]))
    fresh = panel_of(y * 10, y, ids=("new", "s1"))
    aligned = model.for_panel(fresh)
    assert aligned.threshold[0] == pytest.approx(model.threshold[0] * 10, rel=0.3)
    assert aligned.threshold[1] == model.threshold[1]
    label = model.label(fresh)
    assert label[:4000].mean() == pytest.approx(label[4000:].mean(), rel=0.5)


@given(st.integers(300, 399), st.floats(-1e5, 1e5))
def test_no_label_depends_on_what_comes_after(row: int, noise: float) -> None:
    y, _ = spiky(400)
    changed = y.copy()
    changed[row:] += noise
    train = np.array([300])
    ours, theirs = (fit_spikes(panel_of(v), train).label(panel_of(v)) for v in (y, changed))
    np.testing.assert_array_equal(ours[:row], theirs[:row])


@given(st.integers(300, 399), st.floats(-1e5, 1e5))
def test_the_spike_level_of_a_window_is_known_at_its_cutoff(row: int, noise: float) -> None:
    y, _ = spiky(400)
    changed = y.copy()
    changed[row:] += noise
    index = WindowIndex(series=np.zeros(1, np.int32), row=np.array([row]))
    ours, theirs = (fit_spikes(panel_of(v), np.array([300])).spike_level(panel_of(v), index, 12) for v in (y, changed))
    np.testing.assert_array_equal(ours, theirs)


def test_level_ahead_is_usual_plus_threshold_and_exists_after_the_last_row() -> None:
    y, _ = spiky(2000)
    panel = panel_of(y, y + 100)
    model = fit_spikes(panel, np.array([1500, 1500]))
    index = WindowIndex(series=np.array([0, 1], np.int32), row=panel.offsets[:-1] + panel.known)
    usual = model.usual(panel, index, 24)
    truth = 20 + 5 * np.sin(2 * np.pi * np.arange(2000, 2024) / 24)
    assert np.abs(usual - [truth, truth + 100]).mean() < 1.5
    np.testing.assert_allclose(model.spike_level(panel, index, 24), usual + model.threshold[:, None])


def test_a_window_at_the_very_start_has_the_usual_level() -> None:
    y, _ = spiky(2000)
    model = fit_spikes(panel_of(y), np.array([1500]))
    index = WindowIndex(series=np.zeros(1, np.int32), row=np.zeros(1, np.int64))
    assert np.abs(model.usual(panel_of(y), index, 24) - np.median(y[:1500])).max() < 8


def test_arrays_give_the_model_back(tmp_path) -> None:
    y, _ = spiky()
    panel = panel_of(y, y[:150])
    model = fit_spikes(panel, panel.known)
    np.savez(tmp_path / "spikes.npz", **model.to_arrays())
    with np.load(tmp_path / "spikes.npz", allow_pickle=False) as arrays:
        again = SpikeModel.from_arrays(dict(arrays))
    np.testing.assert_array_equal(again.label(panel), model.label(panel))
    assert (again.kind, again.risk, again.layout, again.ids) == (model.kind, model.risk, model.layout, model.ids)
    assert again.typical_sizes(panel) == dict(zip(panel.ids, model.typical, strict=True))


def test_the_quantile_alarm_is_the_mass_above_the_spike_level() -> None:
    y, _ = spiky(2000)
    panel = panel_of(y)
    model = fit_spikes(panel, np.array([1500]))
    index = WindowIndex(series=np.zeros(2, np.int32), row=np.array([1600, 1700]))
    level = model.spike_level(panel, index, 3)
    quantiles = level[..., None] + norm.ppf(LEVELS) - norm.ppf(0.9)  # a tenth of each lies above
    np.testing.assert_allclose(mass_of(model.quantile_score(panel, index, quantiles)), 0.1)
