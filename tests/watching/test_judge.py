"""The statistical model of one series."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.watching.judge import MEAN, SHORT, VALUE, Foretold, Judge, _product_at

STEP = 1800.0


def fed(values: list[float]) -> Judge:
    judge = Judge()
    judge.set_step(STEP)
    for row, value in enumerate(values):
        judge.judge(row * STEP, value)
    return judge


def test_a_spike_a_shift_and_a_missing_peak_surprise(calm: list[float]) -> None:
    row = len(calm)
    assert fed(calm).judge(row * STEP, 60.0) < 1e-6
    shifted = fed([*calm, *[value + 8 for value in calm[:SHORT]]])
    assert shifted.probability < 1e-4 and shifted.odd == MEAN
    flat = fed([*calm, *calm[:6]])  # then flat, well inside the range of values, where the wave should rise
    assert min(flat.judge((row + 6 + late) * STEP, 20.0) for late in range(14)) < 0.002
    assert fed([*calm, calm[0]]).probability > 0.05


def test_what_comes_every_day_is_no_surprise(calm: list[float]) -> None:
    daily = [60.0 if row % 48 == 20 else value for row, value in enumerate(calm)]
    row = next(row for row in range(len(calm), len(calm) + 48) if row % 48 == 20)
    usual = fed([*daily, *daily[: row - len(calm)]])
    assert usual.judge(row * STEP, 60.0) > 0.01
    again = fed([*daily, *daily[: row - len(calm) - 10]])
    assert again.judge((row - 10) * STEP, 60.0) < 0.01  # the same value at another time of the day


def test_what_surprises_lies_outside_the_range(calm: list[float]) -> None:
    judge = fed(calm)
    for value in (60.0, -30.0):
        assert judge.judge(len(calm) * STEP, value) < 0.002
        low, high = judge.expected(judge.odd, 0.002)
        assert not low <= judge.seen[judge.odd] <= high


def test_a_forecast_takes_the_place_of_the_habit(calm: list[float]) -> None:
    judge = Judge()
    for row, value in enumerate(calm):
        judge.judge(row * STEP, value, Foretold(value - 1, value + 1, 0.3 + (row % 7) * 0.1))
    value = calm[0]
    assert judge.judge(len(calm) * STEP, value, Foretold(value + 9, value + 11, 12.0)) < 0.01
    assert judge.odd == VALUE and judge.expected(VALUE, 0.002) == (value + 9, value + 11)


@pytest.mark.parametrize("risk", [0.05, 0.002, 1e-6])
def test_fishers_method_is_inverted(risk: float) -> None:
    product = _product_at(risk)
    assert product * (1 - math.log(product)) == pytest.approx(risk)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=60), st.integers(150, 200))
def test_any_numbers_give_a_probability_and_a_state(values: list[float], before: int) -> None:
    judge = fed([1.0, 2.0] * (before // 2))
    for row, value in enumerate(values, before):
        assert 0 < judge.judge(row * STEP, value) <= 1
    again = Judge.from_json(json.loads(json.dumps(judge.to_json(), allow_nan=False)))
    for value in (0.0, 5.0, -1e300):
        assert again.judge(1e6, value) == judge.judge(1e6, value)


def test_before_a_tail_is_known_a_forecast_says_how_probable_a_value_is() -> None:
    judge = Judge()
    judge.led = True
    assert judge.judge(0.0, 5.0, Foretold(0.0, 10.0, 0.1)) > 0.5
    assert judge.ready and judge.odd == VALUE and judge.expected(VALUE, 0.002) == (0.0, 10.0)
    # two normal scores are one in 22, and of a value alone the root counts
    assert judge.judge(STEP, 9.9, Foretold(0.0, 10.0, 2.0)) == pytest.approx(math.erfc(math.sqrt(2)) ** 0.5)
    assert judge.judge(2 * STEP, 90.0, Foretold(0.0, 10.0, 40.0)) < 1e-7
    judge.judge(3 * STEP, 5.0)
    assert not judge.ready


def test_where_forecasts_lead_a_row_without_one_is_held_against_its_level(calm: list[float]) -> None:
    judge = Judge()
    judge.set_step(STEP)
    judge.led = True
    for row, value in enumerate(calm):
        judge.judge(row * STEP, value)
    assert not judge.tails[1].now.ready and judge.usual[VALUE] is None and judge.tails[3].now.ready
