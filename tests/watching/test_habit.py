"""What is usual at each time of the day or the week."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.watching.habit import DAY, WEEK, Habit, period_of


@pytest.mark.parametrize(
    ("step", "period"), [(1, DAY), (300, DAY), (3600, DAY), (43_200, WEEK), (DAY, WEEK), (8 * DAY, 0)]
)
def test_the_period_follows_from_the_step(step: float, period: float) -> None:
    assert period_of(step) == period


def test_what_happens_every_day_is_usual_and_only_then() -> None:
    habit = Habit(3600)
    for hour in range(24 * 5):
        habit.learn(hour * 3600, 50.0 if hour % 24 == 12 else 10.0)
    assert habit.range(12 * 3600) == (10.0, 50.0)
    assert habit.range(14 * 3600) == (10.0, 50.0)  # two parts on still counts as about the same time
    assert habit.range(18 * 3600) == (10.0, 10.0)
    assert habit.range(0.0) == habit.range(5 * DAY) == (10.0, 10.0)  # around midnight


def test_a_range_widens_at_once_and_draws_back_slowly() -> None:
    habit = Habit(DAY)
    for week, value in enumerate((10.0, 20.0, 10.0)):
        habit.learn(week * WEEK, value)
        habit.learn(week * WEEK + DAY, 15.0)
    low, high = habit.range(0.0) or (0, 0)
    assert low == pytest.approx(10.0) and high == pytest.approx(20 - 0.2 * 10)
    assert habit.range(2 * DAY) is None  # a day of the week stands alone


def test_what_creeps_in_today_is_not_yet_usual() -> None:
    habit = Habit(300)
    for row in range(288 * 3):
        habit.learn(row * 300.0, 10.0)
    for row in range(288 * 3, 288 * 3 + 12):
        assert habit.range(row * 300.0) == (10.0, 10.0)
        habit.learn(row * 300.0, 10.0 + row - 288 * 3)


def test_many_readings_in_a_part_count_as_their_range() -> None:
    habit = Habit(1)
    for day in range(2):
        for second in range(1800):
            habit.learn(day * DAY + second, float(second % 100))
    assert habit.range(2 * DAY + 60) == (0.0, 99.0)
    assert len(habit.late) <= 3


def test_without_a_period_nothing_is_usual() -> None:
    habit = Habit(30 * DAY)
    habit.learn(0.0, 1.0)
    assert habit.range(0.0) is None


@given(
    st.floats(0.001, 1e8),
    st.lists(st.tuples(st.floats(-1e11, 1e11), st.floats(-1e100, 1e100)), max_size=30).map(sorted),
)
def test_any_rows_give_an_ordered_range_and_a_state(step: float, rows: list[tuple[float, float]]) -> None:
    habit = Habit(step)
    for second, value in rows:
        habit.learn(second, value)
    again = Habit.from_json(json.loads(json.dumps(habit.to_json(), allow_nan=False)))
    for second, _ in rows:
        found = habit.range(second)
        assert found is None or found[0] <= found[1]
        assert again.range(second) == found
