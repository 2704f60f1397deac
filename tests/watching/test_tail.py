"""The streaming tail: probabilities against the truth, drift, state."""

from __future__ import annotations

import json
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.watching import tail
from sextet.watching.tail import START, Succession, Tail


def fed(values: list[float]) -> Tail:
    made = Tail()
    for value in values:
        made.learn(value)
    return made


def exponential(count: int, scale: float = 1.0, seed: int = 0) -> list[float]:
    draw = random.Random(seed)
    return [draw.expovariate(1 / scale) for _ in range(count)]


def test_it_judges_nothing_before_its_first_stretch() -> None:
    made = fed(exponential(START - 1))
    assert not made.ready and made.probability(1e9) == 1.0 and made.level(0.01) == math.inf
    made.learn(1.0)
    assert made.ready and made.probability(1e9) < 1e-6


def test_the_tail_of_an_exponential_is_found() -> None:
    made = fed(exponential(8000))
    for value in (5.0, 7.0, 9.0):
        assert made.probability(value) == pytest.approx(math.exp(-value), rel=0.8)
    assert made.level(1e-3) == pytest.approx(-math.log(1e-3), rel=0.1)


def test_the_level_is_the_inverse_of_the_probability() -> None:
    made = fed(exponential(2000, seed=3))
    for risk in (1e-2, 1e-3, 1e-5):
        assert made.probability(made.level(risk)) == pytest.approx(risk)
    assert made.level(0.9) == made.start


@given(st.lists(st.floats(0, 1e100), min_size=START, max_size=START + 80), st.floats(0, 1e100), st.floats(0, 1e100))
def test_a_larger_value_is_never_more_probable(values: list[float], first: float, second: float) -> None:
    made = fed(values)
    low, high = sorted((first, second))
    assert 0 < made.probability(high) <= made.probability(low) <= 1


def test_a_constant_stream_is_surprised_by_any_departure() -> None:
    made = fed([3.0] * 1000)
    assert made.probability(3.0) == 1.0 and made.probability(4.0) < 1e-3


def test_a_stream_that_grew_calm_is_judged_by_its_late_past(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "SPAN", 1000)
    line = Succession()
    for value in exponential(1500, scale=100.0):
        line.judge(value)
    assert line.now.probability(30.0) == 1.0
    for value in exponential(3000, scale=1.0, seed=1):
        line.judge(value)
    assert line.now.probability(30.0) < 1e-6


def test_memory_does_not_grow() -> None:
    rising = fed([float(row) for row in range(5000)])
    assert len(rising.peaks) == len(rising.since) == 300 and rising.first is None


@pytest.mark.parametrize("rows", [10, 400, 2500])
def test_it_goes_on_from_its_state(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "SPAN", 700)
    values = exponential(rows + 900, seed=5)
    line = Succession()
    for value in values[:rows]:
        line.judge(value)
    again = Succession.from_json(json.loads(json.dumps(line.to_json(), allow_nan=False)))
    assert [line.judge(value) for value in values[rows:]] == [again.judge(value) for value in values[rows:]]
