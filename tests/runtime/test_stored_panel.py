"""A panel as arrays, its tail, and new data put after it."""

from __future__ import annotations

import dataclasses
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.runtime.joining import joined
from sextet.runtime.stored_panel import panel_from_arrays, panel_to_arrays, tail


def make(lengths: list[int], first: list[int], ahead: int = 0) -> Panel:
    """A panel whose target says its series and ordinal; `ahead` rows without a target at each end."""
    total = [length + ahead for length in lengths]
    y = np.concatenate(
        [
            np.where(np.arange(n) < k, 1000.0 * s + f + np.arange(n), np.nan)
            for s, (n, k, f) in enumerate(zip(total, lengths, first, strict=True))
        ]
    )
    rows = len(y)
    return Panel(
        ids=tuple(f"s{s}" for s in range(len(lengths))),
        frequency=Frequency.parse("h"),
        offsets=np.concatenate([[0], np.cumsum(total)]).astype(np.int64),
        first=np.array(first, dtype=np.int64),
        known=np.array(lengths, dtype=np.int64),
        y=y,
        past=np.zeros((rows, 0), np.float32),
        future=np.arange(rows, dtype=np.float32)[:, None],
        static=np.zeros((len(lengths), 0), np.float32),
        future_names=("price",),
        label=np.zeros(rows, np.int8),
    )


def test_arrays_and_back_without_pickle() -> None:
    panel = make([5, 3], [10, 12], ahead=2)
    buffer = io.BytesIO()
    np.savez(buffer, **panel_to_arrays(panel))
    buffer.seek(0)
    with np.load(buffer, allow_pickle=False) as stored:
        again = panel_from_arrays(dict(stored))
    for field in dataclasses.fields(Panel):
        np.testing.assert_equal(getattr(again, field.name), getattr(panel, field.name))


def test_tail_keeps_the_last_rows_and_those_ahead() -> None:
    kept = tail(make([5, 3], [10, 12], ahead=2), 4)
    assert kept.known.tolist() == [4, 3]
    assert kept.first.tolist() == [11, 12]
    assert kept.lengths.tolist() == [6, 5]
    np.testing.assert_equal(kept.y[kept.rows(0)], [11, 12, 13, 14, np.nan, np.nan])


def test_a_tail_that_would_begin_in_a_gap_begins_with_what_the_gap_is_filled_with() -> None:
    panel = make([8, 3], [10, 12])
    gap = np.isin(np.arange(11), (3, 4, 5, 6))
    kept = tail(dataclasses.replace(panel, y=np.where(gap, np.nan, panel.y)), 3)
    np.testing.assert_equal(kept.y[kept.rows(0)], [12, np.nan, np.nan, np.nan, np.nan, 17])
    assert (kept.first.tolist(), kept.known.tolist()) == ([12, 12], [6, 3])


def test_history_from_long_ago_is_not_joined() -> None:
    history = make([20, 5], [0, 0])
    near, far = make([4, 4], [30, 20]), make([4, 4], [1_000_000, 20])
    assert joined(history, near).first.tolist() == [0, 0]
    whole = joined(history, far)
    assert whole.first.tolist() == [1_000_000, 0]
    np.testing.assert_equal(whole.y[whole.rows(0)], far.y[far.rows(0)])


@given(old=st.integers(1, 20), gap=st.integers(-10, 5), new=st.integers(1, 20), rows=st.integers(1, 25))
def test_joining_equals_the_whole_but_for_the_gap(old: int, gap: int, new: int, rows: int) -> None:
    """History up to 100 + old, new data from there plus a gap (or an overlap): every stamp keeps its value."""
    start = 100 + old + gap
    history, fresh = tail(make([old], [100]), rows), make([new], [start])
    whole = joined(history, fresh)
    ordinals = whole.first[0] + np.arange(len(whole.y))
    kept = (ordinals >= 100 + max(0, old - rows)) & (ordinals < 100 + old)
    expected = np.where(kept | (ordinals >= start), ordinals.astype(float), np.nan)
    np.testing.assert_equal(whole.y, expected)
    assert int(whole.first[0] + whole.known[0]) == start + new


def test_a_series_never_seen_is_left_as_it_is_and_an_old_one_is_left_out() -> None:
    history, fresh = make([5, 5], [0, 0]), make([4], [5])
    fresh = dataclasses.replace(fresh, ids=("new",))
    assert joined(history, fresh).ids == ("new",)
    np.testing.assert_equal(joined(history, fresh).y, fresh.y)


@pytest.mark.parametrize("change", [{"frequency": Frequency.parse("D")}, {"future_names": ("other",)}])
def test_other_columns_or_frequencies_are_not_joined(change: dict[str, object]) -> None:
    fresh = dataclasses.replace(make([4], [5]), **change)
    assert joined(make([5], [0]), fresh) is fresh
