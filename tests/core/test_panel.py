"""The panel's own arithmetic, and windows as indices."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from sextet.core.answer import Answer, joined
from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.core.window import WindowIndex


def panel() -> Panel:
    return Panel(
        ids=("a", "b"),
        frequency=Frequency.parse("D"),
        offsets=np.array([0, 3, 8]),
        first=np.array([19_000, 19_002]),
        known=np.array([3, 4]),
        y=np.arange(8.0),
        past=np.zeros((8, 0), np.float32),
        future=np.zeros((8, 0), np.float32),
        static=np.zeros((2, 0), np.float32),
    )


def test_rows_lengths_and_stamps() -> None:
    made = panel()
    assert made.series == 2 and made.lengths.tolist() == [3, 5]
    assert made.y[made.rows(1)].tolist() == [3, 4, 5, 6, 7]
    expected = np.datetime64("1970-01-01") + 19_002 + np.arange(5)
    np.testing.assert_array_equal(made.stamps(1), expected.astype("datetime64[ns]"))


def test_notes_are_added_to_a_copy() -> None:
    made = panel()
    assert made.with_notes("one", "two").with_notes("three").notes == ("one", "two", "three")
    assert made.notes == ()
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.ids = ()  # type: ignore[misc]


def test_windows_are_picked_by_position_mask_or_slice() -> None:
    index = WindowIndex(series=np.array([0, 0, 1], np.int32), row=np.array([1, 2, 5]))
    assert len(index) == 3
    for which in (np.array([0, 2]), np.array([True, False, True]), slice(0, 3, 2)):
        assert index.take(which).row.tolist() == [1, 5]


def test_answers_are_joined() -> None:
    one = Answer(quantiles=np.zeros((2, 3, 4), np.float32), spike_probability=np.ones((2, 3), np.float32))
    both = joined([one, one])
    assert both.quantiles.shape == (4, 3, 4) and both.spike_probability is not None and both.spike_size is None
    assert both.spike_probability.shape == (4, 3)
