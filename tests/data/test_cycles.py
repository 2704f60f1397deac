"""Only cycles that the training rows repeat become features: less than two years hold no yearly cycle to learn."""

from __future__ import annotations

import numpy as np
import pytest

from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.data.calendar import repeated_cycles
from sextet.data.covariates import CovariateScaler
from sextet.data.prepare import prepare, shape
from sextet.data.scale import Scaler


@pytest.mark.parametrize(
    ("frequency", "rows", "expected"),
    [
        ("5min", 2 * 288, ("day",)),
        ("5min", 2 * 288 - 1, ()),
        ("5min", 46_226, ("day", "week")),
        ("h", 8_640, ("day", "week")),
        ("h", 2 * 8_766, ("day", "week", "year")),
        ("D", 14, ("week",)),
        ("D", 731, ("week", "year")),
        ("B", 522, ("week", "year")),
        ("W", 104, ()),
        ("W", 105, ("year",)),
        ("MS", 24, ("year",)),
        ("MS", 23, ()),
        ("QS", 8, ("year",)),
        ("YS", 100, ()),
    ],
)
def test_cycles_are_gone_through_at_least_twice(frequency: str, rows: int, expected: tuple[str, ...]) -> None:
    assert repeated_cycles(Frequency.parse(frequency), rows) == expected


def panel(first: tuple[int, ...], rows: int) -> Panel:
    count = len(first)
    nothing = np.zeros((count * rows, 0), dtype=np.float32)
    return Panel(
        ids=tuple("abc"[:count]),
        frequency=Frequency.parse("D"),
        offsets=np.arange(count + 1, dtype=np.int64) * rows,
        first=np.array(first, dtype=np.int64),
        known=np.full(count, rows),
        y=np.arange(count * rows, dtype=np.float64),
        past=nothing,
        future=nothing,
        static=np.zeros((count, 0), dtype=np.float32),
    )


def test_what_training_saw_decides_for_other_data_too() -> None:
    short, long = panel((20_000,), 400), panel((20_000,), 900)
    fitted = CovariateScaler.fit(short, np.array([400]))
    again = CovariateScaler.from_arrays(fitted.to_arrays())
    prepared = prepare(long, Scaler.fit(short, np.array([400])), again)
    assert again.cycles == ("week",)
    assert prepared.calendar.cycles == ("week",)
    assert shape(prepared, 8, 2).future_channels == 2


def test_series_that_follow_one_another_span_the_cycle_together() -> None:
    both = panel((20_000, 20_400), 400)
    assert CovariateScaler.fit(both, np.array([400, 400])).cycles == ("week", "year")
    assert CovariateScaler.fit(both, np.array([400, 300])).cycles == ("week",)
