"""Values of a column, one after the other."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.data.number_text import number_style, one_number
from sextet.watching.numbers import Numbers


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1.5", 1.5), ("12,5", 12.5), (" 7 ", 7.0), ("1e3", 1000.0), (3, 3.0), (Decimal("1.036"), 1.036), ("oops", None)],
)
def test_values_are_read(value: Any, expected: float | None) -> None:
    assert Numbers().of(value) == expected


@pytest.mark.parametrize("value", ["", "NA", "n/a", "null", None, float("nan")])
def test_what_is_missing(value: Any) -> None:
    found = Numbers().of(value)
    assert found is not None and math.isnan(found)


def test_numbers_that_are_none_as_text_are_open_to_nothing() -> None:
    column = Numbers()
    for value in (1.036, 1.034, 990):
        column.hear(value, False)
    assert not column.open and column.style is None and column.of(1.036) == 1.036


def test_whole_numbers_seen_before_tell_what_a_dot_means() -> None:
    column = Numbers()
    for value in ["990", "992", "1.030"]:
        column.hear(value, False)
        assert column.open == (value == "1.030")
    column.settle(True)
    assert column.of("1.030") == 1030.0 and "were read as 1030" in column.note and column.shown is None


@given(st.lists(st.sampled_from(["1.036", "12,5", "990", "0.5", "", "1.034,5", "1.000.000"]), max_size=8))
def test_it_ends_as_the_readers_of_files_would_have_it(values: list[str]) -> None:
    column = Numbers()
    for value in values:
        column.hear(value, True)
    column.settle(True)
    kept = [value for value in values if value]
    expected = [one_number(value, number_style(kept, False)) for value in kept]
    assert [column.of(value) for value in kept] == expected
