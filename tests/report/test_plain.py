import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.frequency import Frequency
from sextet.report.plain import (
    clipped,
    duration_text,
    evenly,
    few,
    number,
    number_text,
    numbers,
    plural,
    times,
)


def test_numbers_round_to_the_spread_and_hold_no_nan():
    assert numbers([1.234567, np.nan, 2.5, -0.0, np.inf]) == [1.2346, None, 2.5, 0.0, None]
    assert numbers([100000.0, 100000.123456]) == [100000.0, 100000.12346]
    assert numbers([]) == []
    assert numbers([np.nan]) == [None]


@given(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=40))
def test_numbers_err_by_less_than_a_pixel(values):
    spread = (max(values) - min(values)) or abs(values[0]) or 1.0
    for given_value, kept in zip(values, numbers(values), strict=True):
        assert abs(given_value - kept) <= max(spread * 1e-3, 1e-6)


@pytest.mark.parametrize(("value", "text"), [(None, None), (float("nan"), None), (0.123456789, 0.123457), (12, 12.0)])
def test_number(value, text):
    assert number(value) == text


@pytest.mark.parametrize("name", ["5min", "h", "D", "B", "MS"])
def test_times_hold_the_same_stamps(name):
    frequency = Frequency.parse(name)
    stamps = frequency.stamps(np.arange(700, 730, dtype=np.int64))
    encoded = times(stamps)
    at = encoded.get("at") or [encoded["start"] + k * encoded["step"] for k in range(encoded["count"])]
    assert at == stamps.astype("datetime64[ms]").astype(int).tolist()
    assert ("at" in encoded) == (name in ("B", "MS"))
    assert times(stamps[:0]) == {"at": []}


@given(st.integers(0, 5000), st.integers(2, 300))
def test_evenly_keeps_the_ends_and_the_limit(count, most):
    picked = evenly(count, most)
    assert len(picked) == min(count, most)
    if count:
        assert picked[0] == 0 and picked[-1] == count - 1
        assert np.all(np.diff(picked) > 0)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (14.9123, "mg/dL", "14.91 mg/dL"),
        (0, "", "0"),
        (-1234.5, "", "−1,234"),
        (None, "mg/dL", "–"),
        (0.00001, "", "1.000e-05"),
    ],
)
def test_number_text(value, unit, text):
    assert number_text(value, unit) == text


def test_texts():
    assert plural(1, "row") == "1 row"
    assert plural(1204, "row") == "1,204 rows"
    assert plural(3, "series") == "3 series"
    assert duration_text(Frequency.parse("5min"), 288) == "1 d"
    assert duration_text(Frequency.parse("MS"), 3) == ""
    assert clipped("x" * 500).count("x") == 78
    assert few(["a"] * 50)[-1] == "10 further notes are left out."
