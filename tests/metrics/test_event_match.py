"""Scores by event, by hand and for any stretches."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import DataError
from sextet.metrics.event_match import days_between, event_scores


def test_events_by_hand() -> None:
    found = event_scores(alarms=[(8, 9), (11, 11), (40, 45)], events=[(10, 12), (30, 31)], tolerance=1, days=2)
    assert (found.events, found.found, found.alarms, found.right) == (2, 1, 3, 2)
    assert (found.precision, found.recall) == (2 / 3, 1 / 2)
    assert found.f1 == pytest.approx(2 * (2 / 3) * (1 / 2) / (2 / 3 + 1 / 2))
    assert found.lead.tolist() == [2] and found.median_lead == 2  # the first alarm came two rows before
    assert found.false_alarms_a_day == 0.5


def test_the_tolerance_reaches_both_ways_and_no_further() -> None:
    for alarm, hit in ((6, 0), (7, 1), (15, 1), (16, 0)):
        assert event_scores([alarm], [(10, 12)], tolerance=3).found == hit


def test_stamps() -> None:
    hour = np.timedelta64(1, "h")
    start = np.datetime64("2024-01-01T10:00")
    found = event_scores(
        np.array([start - hour]),
        np.array([[start, start + hour]]),
        tolerance=2 * hour,
        days=days_between(start, start + 48 * hour),
    )
    assert found.found == 1 and found.median_lead == hour and found.false_alarms_a_day == 0
    assert event_scores(np.array([start - hour]), np.array([start])).found == 0


def test_where_there_is_nothing_to_count() -> None:
    silent = event_scores([], [(1, 2)])
    assert np.isnan(silent.precision) and silent.recall == 0 and np.isnan(silent.f1) and silent.median_lead is None
    calm = event_scores([3], [])
    assert calm.precision == 0 and np.isnan(calm.recall)
    assert event_scores([3], [5]).f1 == 0


def test_what_is_refused() -> None:
    with pytest.raises(DataError, match="end after it starts"):
        event_scores([(3, 2)], [])
    with pytest.raises(DataError, match="tolerance"):
        event_scores([1], [1], tolerance=-1)
    with pytest.raises(DataError, match="days"):
        event_scores([1], [1], days=0)
    with pytest.raises(DataError, match="shape"):
        event_scores(np.zeros((2, 3)), [1])


stretch = st.tuples(st.integers(0, 50), st.integers(0, 5)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(st.lists(stretch, max_size=8), st.lists(stretch, max_size=8), st.integers(0, 5))
def test_each_counts_once_as_in_the_definition(
    alarms: list[tuple[int, int]], events: list[tuple[int, int]], tolerance: int
) -> None:
    def touch(alarm: tuple[int, int], event: tuple[int, int]) -> bool:
        return alarm[0] <= event[1] + tolerance and alarm[1] >= event[0] - tolerance

    found = event_scores(alarms, events, tolerance=tolerance)
    assert found.right == sum(any(touch(alarm, event) for event in events) for alarm in alarms)
    assert found.found == sum(any(touch(alarm, event) for alarm in alarms) for event in events) == len(found.lead)
    leads = [
        event[0] - min(alarm[0] for alarm in alarms if touch(alarm, event))
        for event in sorted(events, key=lambda event: event[0])
        if any(touch(alarm, event) for alarm in alarms)
    ]
    assert found.lead.tolist() == leads
