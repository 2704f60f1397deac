"""The seasonal residual: robust, right by hand, and blind to the row itself and to what comes after."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.spikes import residual
from sextet.spikes.residual import Layout, Levels, residuals, seasonal_profile


def panel_of(*series: np.ndarray, freq: str = "h", first: int = 0) -> Panel:
    lengths = [len(s) for s in series]
    total = sum(lengths)
    return Panel(
        ids=tuple(f"s{k}" for k in range(len(series))),
        frequency=Frequency.parse(freq),
        offsets=np.cumsum([0, *lengths]).astype(np.int64),
        first=np.full(len(series), first, np.int64),
        known=np.array(lengths, np.int64),
        y=np.concatenate([np.asarray(s, float) for s in series]),
        past=np.zeros((total, 0), np.float32),
        future=np.zeros((total, 0), np.float32),
        static=np.zeros((len(series), 0), np.float32),
    )


def all_residuals(panel: Panel, layout: Layout, train: np.ndarray) -> np.ndarray:
    profile = seasonal_profile(panel, layout, train)
    return residuals(panel, layout, profile, Levels(panel, layout, profile), slice(0, len(panel.y)))


def brute_level(y: np.ndarray, first: int, row: int, layout: Layout) -> float:
    """The definition, block by block."""
    own = (first + row) // layout.block
    medians = []
    for block in range(own - layout.span, own):
        values = [y[k] for k in range(len(y)) if (first + k) // layout.block == block and not np.isnan(y[k])]
        if values:
            medians.append(np.median(values))
    return float(np.median(medians)) if medians else float("nan")


@pytest.mark.parametrize(
    ("freq", "rows", "season", "bins"),
    [("h", 2500, 168, 168), ("h", 500, 24, 24), ("h", 80, 1, 1), ("5min", 50_000, 2016, 168), ("B", 3000, 5, 5)],
)
def test_layout_suits_frequency_and_length(freq: str, rows: int, season: int, bins: int) -> None:
    layout = Layout.of(Frequency.parse(freq), rows)
    assert (layout.season, layout.bins) == (season, bins)
    assert layout.block * layout.span >= Frequency.parse(freq).season


@given(
    st.lists(
        st.lists(st.one_of(st.floats(-9, 9), st.just(float("nan"))), min_size=1, max_size=25), min_size=1, max_size=3
    ),
    st.integers(-7, 7),
    st.integers(1, 4),
    st.integers(1, 5),
)
def test_levels_are_as_defined(series: list[list[float]], first: int, block: int, span: int) -> None:
    layout = Layout(season=1, bin_width=1, block=block, span=span)
    panel = panel_of(*[np.array(s) for s in series], first=first)
    levels = Levels(panel, layout)
    for s, y in enumerate(series):
        rows = np.arange(len(y) + 1)  # also the row after the last: where a forecast starts
        found = levels.at(np.full(len(rows), s), panel.offsets[s] + rows)
        expected = [brute_level(np.array(y), first, int(row), layout) for row in rows]
        np.testing.assert_allclose(found, expected)


def test_season_and_level_are_taken_off() -> None:
    t = np.arange(24 * 40)
    y = 50 + 10 * np.sin(2 * np.pi * t / 24) + np.where(t > 500, 30, 0)
    panel = panel_of(y)
    found = all_residuals(panel, Layout.of(panel.frequency, len(y)), np.array([480]))
    assert np.nanmax(np.abs(found[100:500])) < 1.0
    assert np.nanmax(np.abs(found[560:])) < 1.0  # the new level is learnt within two days
    assert found[505] > 25


def test_one_spike_moves_neither_profile_nor_level() -> None:
    y = np.random.default_rng(0).normal(size=600)
    spiked = y.copy()
    spiked[300] += 1e6
    layout = Layout.of(Frequency.parse("h"), 600)
    before, after = (all_residuals(panel_of(v), layout, np.array([600])) for v in (y, spiked))
    others = np.arange(600) != 300
    assert np.nanmax(np.abs(after - before)[others]) < 1.0
    assert after[300] > 9e5


@given(st.integers(120, 238), st.floats(-1e6, 1e6), st.booleans())
def test_a_change_never_reaches_back(row: int, noise: float, missing: bool) -> None:
    y = np.random.default_rng(1).normal(size=240)
    changed = y.copy()
    changed[row:] = np.nan if missing else changed[row:] + noise
    panel, other = panel_of(y, y), panel_of(changed, y)
    layout = Layout(season=24, bin_width=1, block=3, span=8)
    train = np.array([120, 120])
    ours, theirs = all_residuals(panel, layout, train), all_residuals(other, layout, train)
    np.testing.assert_array_equal(ours[:row], theirs[:row])
    np.testing.assert_array_equal(ours[240:], theirs[240:])  # nor into another series


def test_a_rows_level_does_not_read_the_row_itself() -> None:
    y = np.random.default_rng(2).normal(size=100)
    layout = Layout(season=1, bin_width=1, block=4, span=5)
    for row in range(30, 40):
        changed = y.copy()
        changed[row] += 1000
        rows = np.array([row])
        zero = np.zeros(1, np.int64)
        assert Levels(panel_of(y), layout).at(zero, rows) == Levels(panel_of(changed), layout).at(zero, rows)


def test_later_history_alone_gives_the_same_levels() -> None:
    y = np.random.default_rng(3).normal(size=300)
    layout = Layout.of(Frequency.parse("h"), 300)
    zero = np.zeros(50, np.int64)
    whole = Levels(panel_of(y), layout).at(zero, np.arange(250, 300))
    cut = Levels(panel_of(y[250 - layout.reach :], first=250 - layout.reach), layout)
    np.testing.assert_array_equal(cut.at(zero, layout.reach + np.arange(50)), whole)


def test_chunks_do_not_show(monkeypatch) -> None:
    rng = np.random.default_rng(4)
    panel = panel_of(*[rng.normal(size=n) for n in (400, 7, 300, 1, 120)])
    layout, train = Layout(season=24, bin_width=1, block=3, span=8), np.array([300, 5, 200, 1, 100])
    whole = all_residuals(panel, layout, train)
    monkeypatch.setattr(residual, "_ROWS", 301)
    np.testing.assert_array_equal(all_residuals(panel, layout, train), whole)


def test_a_short_series_has_no_profile_of_its_own() -> None:
    rng = np.random.default_rng(5)
    panel = panel_of(rng.normal(size=500), rng.normal(size=50))
    profile = seasonal_profile(panel, Layout.of(panel.frequency, 500), panel.known)
    assert np.abs(profile[0]).max() > 0 and (profile[1] == 0).all()
