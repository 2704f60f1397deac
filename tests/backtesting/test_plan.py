"""The plan: every cutoff once, and a fit never sees a target of its own fold or a later one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.backtesting.plan import make_plan
from sextet.core.errors import ConfigError
from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.data.split import PARTS, SplitConfig, make_split


def panel_of(lengths: list[int], first: list[int] | None = None) -> Panel:
    known = np.array(lengths, dtype=np.int64)
    empty = np.zeros((int(known.sum()), 0), dtype=np.float32)
    return Panel(
        ids=tuple(f"s{k}" for k in range(len(lengths))),
        frequency=Frequency.parse("h"),
        offsets=np.concatenate([[0], np.cumsum(known)]).astype(np.int64),
        first=np.array(first or [0] * len(lengths), dtype=np.int64),
        known=known,
        y=np.arange(float(known.sum())),
        past=empty,
        future=empty,
        static=np.zeros((len(lengths), 0), dtype=np.float32),
    )


@given(
    lengths=st.lists(st.integers(150, 300), min_size=1, max_size=3),
    horizon=st.integers(1, 6),
    step=st.integers(1, 9),
    windows=st.none() | st.integers(1, 8),
    refit=st.integers(0, 9),
)
def test_every_cutoff_once_and_no_fit_sees_its_fold(
    lengths: list[int], horizon: int, step: int, windows: int | None, refit: int
) -> None:
    panel = panel_of(lengths)
    config = SplitConfig(windows=windows, step=step)
    plan, base = make_plan(panel, config, horizon, refit), make_split(panel, config, horizon)
    seen: list[tuple[int, int]] = []
    for number, split in enumerate(plan.splits):
        index = plan.windows(panel, number)
        assert len(index)
        first = index.row - panel.offsets[index.series]
        assert (first >= split.calibrate[index.series]).all()
        assert np.bincount(index.series).max() <= (refit or plan.cutoffs)
        for part in PARTS[1:4]:  # select, weigh and calibrate keep their lengths
            before, after = base.bounds(part), split.bounds(part)
            assert (after[1] - after[0] == before[1] - before[0]).all()
        for s in set(index.series.tolist()):
            assert first[index.series == s].min() == split.calibrate[s]
        seen += zip(index.series.tolist(), first.tolist(), strict=True)
    wanted = [
        (s, row)
        for s in range(panel.series)
        for row in range(int(base.calibrate[s]), int(base.test[s]) - horizon + 1, step)
    ]
    assert sorted(seen) == wanted
    assert len(plan) == (-(-plan.cutoffs // refit) if refit else 1)


def test_the_published_number_of_windows() -> None:
    config = SplitConfig(train_end=8640, validation_end=11520, test_end=14400, step=1)
    plan = make_plan(panel_of([17420] * 7), config, 96)
    assert len(plan) == 1 and len(plan.windows(panel_of([17420] * 7), 0)) == 7 * 2785


def test_bounds_that_are_dates_give_the_same_cutoffs_in_every_series() -> None:
    panel = panel_of([300, 260], first=[0, 40])
    config = SplitConfig(train_end="1970-01-07", validation_end="1970-01-10", test_end="1970-01-12", step=24)
    plan = make_plan(panel, config, 24, refit=1)
    assert len(plan) == 2
    for number in range(2):
        index = plan.windows(panel, number)
        cutoffs = panel.first[index.series] + index.row - panel.offsets[index.series]
        assert cutoffs.tolist() == [240 + 24 * number] * 2


def test_what_cannot_be_planned() -> None:
    with pytest.raises(ConfigError, match="needs a test part"):
        make_plan(panel_of([300]), SplitConfig(test=0.0), 6)
    with pytest.raises(ConfigError, match="refit"):
        make_plan(panel_of([300]), SplitConfig(), 6, -1)
