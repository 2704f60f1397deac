"""The NAB score against cases worked out by hand and what must hold for any alarms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import DataError
from sextet.metrics.nab import (
    NAB_PROFILES,
    OUTSIDE,
    PROBATIONARY,
    NabCount,
    nab_count,
    nab_positions,
    nab_probation,
    nab_score,
)

ROWS, WINDOW = 200, (50, 59)  # rows 0 to 29 are probationary
FULL = 2 / (1 + math.exp(-5)) - 1


def score(alarms: list[int], profile: str = "standard", windows: tuple[tuple[int, int], ...] = (WINDOW,)) -> float:
    return nab_score([nab_count(alarms, windows, ROWS)], NAB_PROFILES[profile])


@pytest.mark.parametrize("profile", list(NAB_PROFILES))
def test_a_perfect_detector_has_100_and_a_silent_one_0(profile: str) -> None:
    windows = (WINDOW, (120, 139))
    assert score([50, 120], profile, windows) == pytest.approx(100)
    assert score([], profile, windows) == 0


def test_an_alarm_on_the_last_row_of_a_window_is_worth_little() -> None:
    late = (2 / (1 + math.exp(-0.5)) - 1) / FULL  # its position is -1/10
    assert late == pytest.approx(0.2482, abs=1e-4)
    assert score([59]) == pytest.approx(100 * (late + 1) / 2)


def test_only_the_first_alarm_in_a_window_counts() -> None:
    assert score([52, 53, 59, 59]) == score([52])


@pytest.mark.parametrize(
    ("row", "cost"),
    [
        (40, 1.0),  # before any window
        (60, 1 - 2 / (1 + math.exp(5 / 9))),  # one row after a window of ten: a ninth of its width
        (86, 1 - 2 / (1 + math.exp(15))),  # three widths after it
        (87, 1.0),
    ],
)
def test_what_a_false_alarm_costs(row: int, cost: float) -> None:
    for profile, weight in (("standard", 0.11), ("reward_low_FP", 0.22)):
        assert score([50, row], profile) == pytest.approx(100 * (2 - weight * cost) / 2)


def test_a_miss_costs_double_where_misses_matter() -> None:
    windows = (WINDOW, (120, 139))
    assert score([50], "standard", windows) == pytest.approx(50)
    assert score([50], "reward_low_FN", windows) == pytest.approx(100 * (1 - 2 + 4) / (2 + 4))


def test_nothing_in_the_probation_counts() -> None:
    assert nab_probation(200) == 30 and nab_probation(4032) == 604 and nab_probation(20_000) == 750
    assert score([0, 29, 50]) == pytest.approx(100)
    assert score([30, 50]) < 100
    # a window that lies wholly in it is none; one that reaches out of it is met on its first row after it
    assert nab_count([10], [(5, 29)], ROWS) == NabCount()
    reaching = nab_count([29, 30], [(21, 40)], ROWS)
    assert reaching.hits == reaching.windows == 1
    assert reaching.early == pytest.approx((2 / (1 + math.exp(-5 * 11 / 20)) - 1) / FULL)


def test_windows_of_one_row_at_the_edges_of_a_file() -> None:
    assert score([199], windows=((199, 199),)) == pytest.approx(100)
    both = nab_count([60, 61], [(60, 60)], ROWS)
    assert (both.hits, both.false_alarms) == (1, 1) and both.strays == pytest.approx(FULL)


def test_files_are_summed_before_they_are_scaled() -> None:
    quiet = nab_count([100] * 3 + [101], [], ROWS)
    assert (quiet.windows, quiet.false_alarms) == (0, 2)
    assert nab_score([nab_count([50], [WINDOW], ROWS), quiet]) == pytest.approx(100 * (2 - 0.22) / 2)
    assert math.isnan(nab_score([quiet]))


def test_what_is_refused() -> None:
    for windows in ([(10, 5)], [(190, 200)], [(40, 60), (60, 70)]):
        with pytest.raises(DataError, match="do not overlap"):
            nab_count([], windows, ROWS)
    for row in (-1, 200):
        with pytest.raises(DataError, match=f"row {row}"):
            nab_count([row], [WINDOW], ROWS)


rows = st.integers(0, ROWS - 1)


@given(st.lists(rows, max_size=20), rows, st.sampled_from(list(NAB_PROFILES)))
def test_a_further_false_alarm_never_raises_the_score(alarms: list[int], more: int, profile: str) -> None:
    windows = (WINDOW, (90, 99), (150, 150))
    _, window = nab_positions(windows, ROWS)
    before, after = score(alarms, profile, windows), score([*alarms, more], profile, windows)
    if window[more] == OUTSIDE:
        assert after <= before
    elif window[more] == PROBATIONARY:
        assert after == before
    else:
        assert after >= before - 1e-12
    assert max(before, after) <= 100 + 1e-9


@given(st.lists(rows, max_size=20))
def test_an_earlier_alarm_in_a_window_is_never_worth_less(alarms: list[int]) -> None:
    worth, _ = nab_positions([WINDOW], ROWS)
    assert (np.diff(worth[50:60]) < 0).all() and (np.diff(worth[59:]) <= 0).all()
    assert nab_count(alarms, [WINDOW], ROWS) == nab_count(alarms[::-1], [WINDOW], ROWS)
