"""A member is drawn towards what it said of the same steps at the cutoffs before, and only where that pays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sextet.combine.lagged import (
    EARLIER,
    Asked,
    LaggedAverage,
    lagged_shift,
    learn_shares,
    moved,
    octaves,
)
from sextet.core.answer import Answer
from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.core.quantiles import LEVELS, MEDIAN
from sextet.core.window import WindowIndex


def panel_of(*lengths: int) -> Panel:
    rows, series = sum(lengths), len(lengths)
    return Panel(
        ids=tuple(f"s{k}" for k in range(series)),
        frequency=Frequency.parse("h"),
        offsets=np.cumsum([0, *lengths]).astype(np.int64),
        first=np.zeros(series, np.int64),
        known=np.array(lengths, np.int64),
        y=np.zeros(rows),
        past=np.zeros((rows, 0), np.float32),
        future=np.zeros((rows, 0), np.float32),
        static=np.zeros((series, 0), np.float32),
    )


@st.composite
def windows(draw: st.DrawFn) -> tuple[Panel, WindowIndex]:
    panel = panel_of(*draw(st.lists(st.integers(2, 30), min_size=1, max_size=4)))
    pairs = [(s, int(r)) for s in range(panel.series) for r in range(panel.offsets[s] + 1, panel.offsets[s + 1] + 1)]
    some = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=20))
    series, row = zip(*some, strict=True)
    return panel, WindowIndex(series=np.array(series, np.int32), row=np.array(row, np.int64))


@given(windows())
def test_every_window_and_the_cutoffs_before_it_are_asked_once(drawn: tuple[Panel, WindowIndex]) -> None:
    panel, index = drawn
    asked = Asked.of(panel, index)
    pairs = list(zip(asked.index.series.tolist(), asked.index.row.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs)
    for w in range(len(index)):
        series, row = int(index.series[w]), int(index.row[w])
        for lag, place in enumerate(asked.place[w]):
            if lag and row - lag <= panel.offsets[series]:
                assert place == -1
            else:
                assert pairs[place] == (series, row - lag)
    used = np.unique(asked.place[asked.place >= 0])
    assert used.tolist() == list(range(len(pairs)))  # nothing is asked in vain


@given(st.integers(1, 12), st.integers(1, 9), st.integers(0, 2**16))
def test_quantiles_move_with_the_mean_of_the_medians_that_were_said_of_the_same_step(
    rows: int, horizon: int, seed: int
) -> None:
    panel = panel_of(rows + 1)
    index = WindowIndex(series=np.zeros(rows, np.int32), row=np.arange(1, rows + 1))
    asked = Asked.of(panel, index)
    random = np.random.default_rng(seed)
    said = np.sort(random.normal(size=(len(asked.index), horizon, len(LEVELS))), axis=-1).astype(np.float32)
    shift = lagged_shift(said, asked.place)
    for w in range(rows):
        for step in range(horizon):
            lags = [lag for lag in range(EARLIER + 1) if w >= lag and step + lag < horizon]
            mean = np.mean([said[w - lag, step + lag, MEDIAN] for lag in lags])
            np.testing.assert_allclose(shift[w, step], mean - said[w, step, MEDIAN], rtol=1e-4, atol=1e-6)
    shares = random.random(horizon).astype(np.float32)
    got = moved(said, shift, shares)
    assert (np.diff(got, axis=-1) >= 0).all()
    np.testing.assert_allclose(got[..., -1] - got[..., 0], said[..., -1] - said[..., 0], rtol=1e-4, atol=1e-6)


def test_warnings_stay_those_of_the_window_itself_and_steps_without_a_share_what_was_said() -> None:
    panel = panel_of(20)
    index = WindowIndex(series=np.zeros(2, np.int32), row=np.array([9, 15]))
    asked = Asked.of(panel, index)
    random, count = np.random.default_rng(0), len(asked.index)
    said = Answer(
        quantiles=random.normal(size=(count, 6, len(LEVELS))).astype(np.float32),
        spike_probability=random.random((count, 6)).astype(np.float32),
        spike_size=random.random((count, 6)).astype(np.float32),
    )
    shares = np.array([0, 0, 0.5, 1, 1, 1], np.float32)
    drawn = LaggedAverage(shares={"lstm": shares}).drawn("lstm", said, asked.place)
    own = asked.place[:, 0]
    assert drawn.spike_probability is not None and said.spike_probability is not None
    np.testing.assert_array_equal(drawn.spike_probability, said.spike_probability[own])
    np.testing.assert_array_equal(drawn.quantiles[:, :2], said.quantiles[own][:, :2])
    np.testing.assert_array_equal(drawn.quantiles[:, 5], said.quantiles[own][:, 5])  # the last has none before it
    assert not np.isclose(drawn.quantiles[:, 3], said.quantiles[own][:, 3]).any()


def said_with(noise: float, stale: float, seed: int = 0) -> tuple[NDArray[np.float32], ...]:
    """What a member said of 300 windows of 64 steps, off by `noise` of the cutoff's own, how far it is to be moved, and
    what came; cutoffs before were off by `stale` too."""
    random = np.random.default_rng(seed)
    target = random.normal(size=(300, 64))
    own = target + random.normal(size=target.shape) * noise
    before = target + random.normal(size=(EARLIER, *target.shape)).mean(axis=0) * noise + stale
    shift = (own + EARLIER * before) / (EARLIER + 1) - own
    said = own[..., None] + np.linspace(-1.0, 1.0, len(LEVELS))
    return tuple(one.astype(np.float32) for one in (said, shift, target))


def test_noise_of_the_cutoff_is_averaged_away_and_stale_answers_are_left() -> None:
    own, shift, target = said_with(noise=2.0, stale=0.0)
    assert learn_shares(own, shift, target, LEVELS).min() > 0.4  # the first octave is one step of 300 windows
    own, shift, target = said_with(noise=0.01, stale=1.0)
    assert not learn_shares(own, shift, target, LEVELS).any()
    own, shift, target = said_with(noise=0.0, stale=0.0)
    assert not learn_shares(own, shift, target, LEVELS).any()  # nothing to gain is nothing to do


def test_steps_that_no_target_is_known_of_are_left_alone() -> None:
    own, shift, target = said_with(noise=2.0, stale=0.0)
    target[:, 31:] = np.nan
    shares = learn_shares(own, shift, target, LEVELS)
    assert shares[:31].all() and not shares[31:].any()


@pytest.mark.parametrize("horizon", [1, 2, 3, 96, 100, 127, 128])
def test_octaves_cover_every_step_once(horizon: int) -> None:
    steps = np.concatenate([np.arange(horizon)[part] for part in octaves(horizon)])
    assert steps.tolist() == list(range(horizon))


def test_it_comes_back_from_its_arrays_and_is_none_where_there_are_none() -> None:
    one = LaggedAverage(shares={"lstm": np.linspace(0, 1, 5, dtype=np.float32), "a": np.ones(5, np.float32)})
    again = LaggedAverage.from_arrays(one.to_arrays())
    assert again.names == ("lstm", "a") and again.reach == EARLIER
    np.testing.assert_array_equal(again.shares["lstm"], one.shares["lstm"])
    for none in (LaggedAverage.from_arrays(LaggedAverage().to_arrays()), LaggedAverage.from_arrays({})):
        assert none.names == () and none.reach == 0
