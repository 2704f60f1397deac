"""Rows from lines of text."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import DataError
from sextet.watching.heard import Heard
from sextet.watching.layout import Columns
from sextet.watching.lines import Stream, rows_of
from sextet.watching.reading import Row


def read(lines: list[str], columns: Columns | None = None) -> tuple[list[Row], list[tuple[int, str]]]:
    heard = Heard()
    rows = list(rows_of(lines, Stream(name="the data", columns=columns or Columns(), heard=heard)))
    return rows, heard.unread


EXPECTED = [Row("a", "1970-01-01", 0.0, 1.5), Row("a", "1970-01-02", 86_400.0, 2.0)]


@pytest.mark.parametrize(
    "lines",
    [
        ["unique_id,ds,y\n", "a,1970-01-01,1.5\n", "a,1970-01-02,2\n"],
        ["\ufeffds;y;unique_id\n", "1970-01-01;1.5;a\n", "\n", '1970-01-02;"2";a'],
        ["sep=|\n", "ds|y|unique_id\n", "1970-01-01|1.5|a\n", "1970-01-02|2|a\n"],
        ["a\t1970-01-01\t1.5\r\n", "a\t1970-01-02\t2\r\n"],
        [json.dumps({"unique_id": "a", "ds": row.stamp, "y": row.value}) for row in EXPECTED],
    ],
)
def test_layouts_of_lines(lines: list[str]) -> None:
    assert read(lines) == (EXPECTED, [])


def test_what_is_no_number_is_a_missing_one() -> None:
    rows, unread = read(["ds,y\n", "1970-01-01,\n", "1970-01-02,NA\n", "1970-01-03,nan\n"])
    assert len(rows) == 3 and all(math.isnan(row.value) for row in rows) and not unread
    rows, _ = read(['{"ds": "1970-01-01", "y": null}', '{"ds": "1970-01-02", "y": true}', '{"ds": "1970-01-03"}'])
    assert len(rows) == 3 and all(math.isnan(row.value) for row in rows)


def test_lines_that_cannot_be_read_are_told_and_passed_over() -> None:
    rows, unread = read(["ds,y\n", "1970-01-01,1.5\n", "soon,2\n", "1,2,3\n", "1970-01-02,2\n"])
    assert [row.value for row in rows] == [1.5, 2.0]
    assert [number for number, _ in unread] == [3, 4] and "'soon' is no time" in unread[0][1]
    rows, unread = read(['{"ds": "1970-01-01", "y": 1}', "{half", "[1]", '{"ds": "soon", "y": 1}'])
    assert len(rows) == 1 and [number for number, _ in unread] == [2, 3, 4]


def test_decimal_commas_and_dates_as_people_write_them() -> None:
    lines = ["a;31.12.1969 00:00;1.034,5\n", "a;01.01.1970 00:00;990,25\n"]
    for head in ([], ["id;time;value\n"]):
        rows, unread = read([*head, *lines])
        assert [(row.second, row.value) for row in rows] == [(-86_400.0, 1034.5), (0.0, 990.25)] and not unread
    assert [row.value for row in read(["1970-01-01;1,5\n"])[0]] == [1.5]


def test_an_empty_stream_has_no_rows_and_names_need_a_first_line() -> None:
    assert read([]) == read(["\n", "  \n"]) == ([], [])
    with pytest.raises(DataError, match="--id, --time and --target need a first line"):
        read(["1970-01-01,1\n"], Columns(target="y"))


@given(st.lists(st.text(max_size=30), max_size=10))
def test_any_text_gives_rows_or_one_error(lines: list[str]) -> None:
    try:
        rows, _ = read(["ds,y\n", *lines])
    except DataError:
        return
    assert all(isinstance(row, Row) for row in rows)
    try:
        read(lines)
    except DataError as error:
        assert str(error)
