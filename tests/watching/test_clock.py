"""Stamps as seconds."""

from __future__ import annotations

import pytest

from sextet.watching.clock import Clock


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("1970-01-01", 0.0),
        ("1970-01-02 00:00:01", 86_401.0),
        ("1970-01-01T00:00:00.5", 0.5),
        ("1970-01-01T01:00+01:00", 0.0),
        ("1970-01-01T00:00:00Z", 0.0),
        ("1969-12-31 23:59:59", -1.0),
        ("02.01.1970 00:00", 86_400.0),
        ("1970/01/02 12:00", 129_600.0),
    ],
)
def test_stamps_are_read(text: str, second: float) -> None:
    assert Clock().second(text) == second


@pytest.mark.parametrize("text", ["", "ds", "1.5", "yesterday", "2024-13-01", "2024-02-30 10:00"])
def test_what_is_no_stamp(text: str) -> None:
    assert Clock().second(text) is None


def test_the_first_layout_holds_for_the_column() -> None:
    clock = Clock()
    assert clock.second("31.12.1969 00:00") == -86_400.0
    assert clock.second("01.02.1970 00:00") == 31 * 86_400.0
    assert clock.second("1970 Q1") is None
