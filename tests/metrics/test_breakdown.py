"""Scores by group are the scores of the group's points, in one go or in parts, and add up to the whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.core.quantiles import LEVELS
from sextet.core.weekdays import WEEKDAYS
from sextet.core.window import WindowIndex
from sextet.data.windows import window_ordinals
from sextet.metrics import breakdown as subject
from sextet.metrics.breakdown import Breakdown, breakdown, places, to_plain
from sextet.metrics.leaderboard import score, tally


def panel_of(freq: str, lengths: tuple[int, ...] = (90, 70, 60), tz: str | None = None) -> Panel:
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    count = int(offsets[-1])
    return Panel(
        ids=tuple(f"s{k}" for k in range(len(lengths))),
        frequency=Frequency.parse(freq),
        offsets=offsets,
        first=np.arange(len(lengths), dtype=np.int64) * 3 + 1000,
        known=np.array(lengths, dtype=np.int64),
        y=np.zeros(count),
        past=np.zeros((count, 0), np.float32),
        future=np.zeros((count, 0), np.float32),
        static=np.zeros((len(lengths), 0), np.float32),
        tz=tz,
    )


def case(panel: Panel, windows: int, horizon: int, seed: int):
    rng = np.random.default_rng(seed)
    series = rng.integers(0, panel.series, windows).astype(np.int32)
    row = panel.offsets[series] + rng.integers(0, panel.lengths[series] - horizon)
    target = rng.normal(3, 2, (windows, horizon))
    target[rng.random(target.shape) < 0.3] = np.nan
    quantiles = np.sort(rng.normal(3, 2, (windows, horizon, len(LEVELS))), axis=-1)
    scale = rng.choice([0.5, 2.0, 0.0, np.nan], windows)
    return WindowIndex(series=series, row=row.astype(np.int64)), target, quantiles, scale


def expected(panel: Panel, index: WindowIndex, horizon: int) -> dict[str, np.ndarray]:
    """The group of each point, the slow way."""
    import pandas as pd

    stamps = panel.frequency.stamps(window_ordinals(panel, index, 0, horizon))
    local = pd.DatetimeIndex(stamps.ravel())
    if panel.tz:
        local = local.tz_localize("UTC").tz_convert(panel.tz)
    shape = (len(index), horizon)
    return {
        "series": np.broadcast_to(index.series[:, None], shape),
        "step": np.broadcast_to(np.arange(1, horizon + 1), shape),
        "cutoff": np.broadcast_to(window_ordinals(panel, index, 0, 1), shape),
        "hour": np.asarray(local.hour).reshape(shape),
        "weekday": np.asarray(local.day_of_week).reshape(shape),
    }


@given(
    windows=st.integers(1, 40),
    horizon=st.integers(1, 9),
    seed=st.integers(0, 2**16),
    tz=st.sampled_from([None, "Europe/Berlin", "+05:30"]),
    cut=st.integers(0, 40),
)
def test_each_group_scores_as_its_points_do(windows: int, horizon: int, seed: int, tz: str | None, cut: int) -> None:
    panel = panel_of("h", tz=tz)
    index, target, quantiles, scale = case(panel, windows, horizon, seed)
    parts = [slice(0, cut), slice(cut, None)]
    found = [breakdown(places(panel, index.take(p), horizon), target[p], quantiles[p], scale=scale[p]) for p in parts]
    both = found[0] + found[1]
    keys = expected(panel, index, horizon)
    assert set(both.groups) == set(keys)
    for by, key in keys.items():
        tallies = both.tallies(by)
        assert list(tallies) == sorted(set(key[~np.isnan(target)].tolist()))
        for group, one in tallies.items():
            inside = np.where(key == group, target, np.nan)
            assert one.scores() == pytest.approx(score(inside, quantiles, LEVELS, scale), nan_ok=True)
    whole = tally(target, quantiles, LEVELS, scale)
    assert both.total().scores() == pytest.approx(whole.scores(), nan_ok=True)


def test_chunks_do_not_show(monkeypatch) -> None:
    panel = panel_of("15min")
    index, target, quantiles, scale = case(panel, 37, 5, 3)
    whole = breakdown(places(panel, index, 5), target, quantiles, scale=scale)
    monkeypatch.setattr(subject, "_CHUNK", 20)
    parts = breakdown(places(panel, index, 5), target, quantiles, scale=scale)
    for by, found in whole.groups.items():
        np.testing.assert_array_equal(parts.groups[by].keys, found.keys)
        np.testing.assert_allclose(parts.groups[by].sums, found.sums)


@pytest.mark.parametrize(
    ("freq", "dimensions"),
    [
        ("5min", {"hour", "weekday"}),
        ("12h", {"hour", "weekday"}),
        ("D", {"weekday"}),
        ("B", {"weekday"}),
        ("W", set()),
        ("MS", set()),
    ],
)
def test_clock_groups_only_where_steps_are_short_enough(freq: str, dimensions: set[str]) -> None:
    panel = panel_of(freq)
    index, target, quantiles, _ = case(panel, 20, 4, 0)
    found = breakdown(places(panel, index, 4), target, quantiles)
    assert set(found.groups) == {"series", "step", "cutoff"} | dimensions
    assert set(to_plain({"a": found}, panel.ids)) == {"series", "step"} | dimensions


def test_plain_columns_name_groups_and_leave_out_those_without_a_target() -> None:
    panel = panel_of("h")
    index, target, quantiles, scale = case(panel, 30, 4, 1)
    target[index.series == 1] = np.nan
    one = breakdown(places(panel, index, 4), target, quantiles)
    two = breakdown(places(panel, index, 4), target, quantiles + 1.0)
    plain = to_plain({"one": one, "two": two}, panel.ids)
    assert plain["series"]["group"] == ["s0", "s2"]
    assert plain["step"]["group"] == [1, 2, 3, 4]
    assert set(plain["weekday"]["group"]) <= set(WEEKDAYS)
    assert sum(plain["hour"]["points"]) == int((~np.isnan(target)).sum())
    direct = score(np.where((index.series == 2)[:, None], target, np.nan), quantiles + 1.0)
    assert plain["series"]["models"]["two"]["mae"][1] == pytest.approx(direct["mae"])
    assert plain["series"]["models"]["two"]["coverage_80"][1] == pytest.approx(direct["coverage_80"])
    assert plain["series"]["models"]["two"]["mase"] == [None, None]  # no scale was given


def test_no_window_and_no_target_make_no_group() -> None:
    panel = panel_of("h")
    index, target, quantiles, _ = case(panel, 3, 4, 1)
    none = slice(0, 0)
    for one in (
        breakdown(places(panel, index.take(none), 4), target[none], quantiles[none]),
        breakdown(places(panel, index, 4), np.full_like(target, np.nan), quantiles),
    ):
        assert one.total().points == 0
        assert to_plain({"a": one}, panel.ids) == {}


def test_arrays_bring_it_back() -> None:
    panel = panel_of("D")
    index, target, quantiles, scale = case(panel, 20, 4, 2)
    one = breakdown(places(panel, index, 4), target, quantiles, scale=scale, percents=(80, 90))
    again = Breakdown.from_arrays(one.to_arrays())
    assert again.percents == one.percents and set(again.groups) == set(one.groups)
    assert again.total() == one.total()
    assert (again + one).total().points == 2 * one.total().points


def test_what_differs_is_refused() -> None:
    panel = panel_of("h")
    index, target, quantiles, _ = case(panel, 20, 4, 2)
    where = places(panel, index, 4)
    one = breakdown(where, target, quantiles)
    with pytest.raises(ConfigError, match="cannot be added"):
        one + breakdown(where, target, quantiles, percents=(90,))
    with pytest.raises(ConfigError, match="cannot be added"):
        one + breakdown(replace(where, hour=None), target, quantiles)
    fewer = np.where(np.arange(20)[:, None] < 10, target, np.nan)
    with pytest.raises(ConfigError, match="same points"):
        to_plain({"a": one, "b": breakdown(where, fewer, quantiles)}, panel.ids)
