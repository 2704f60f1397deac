"""Rows that wait for others which tell how they are to be read."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.data.hints import Hints
from sextet.data.stamp_text import choose_layout
from sextet.watching import reading as module
from sextet.watching.heard import Heard
from sextet.watching.reading import FILE_ROWS, Raw, Reading, Row


def fed(rows: list[tuple[str, Any]], **named: Any) -> tuple[list[list[Row]], list[Row], Heard]:
    """What came at once for each row, what came at the end, and what was heard."""
    heard = Heard()
    reading = Reading(heard, **named)
    return [reading.take(Raw(k, "", *row[:1], row[1:])) for k, row in enumerate(rows, 1)], reading.end(), heard


def hourly(days: int, form: str, start: str = "2024-02-01") -> list[tuple[str, Any]]:
    return [(stamp, "1.5") for stamp in pd.date_range(start, periods=24 * days, freq="h").strftime(form + " %H:%M")]


def seconds(rows: list[Row]) -> list[float]:
    return [row.second for row in rows]


def test_iso_stamps_and_plain_numbers_are_read_at_once() -> None:
    now, end, heard = fed([("2024-01-01 00:00", "1"), ("2024-01-01 01:00", "1.5"), ("2024-01-01 02:00", "")])
    assert [row.value for row in sum(now, [])[:2]] == [1.0, 1.5] and math.isnan(now[2][0].value)
    assert not end and not heard.notes and not heard.numberless and all(len(part) == 1 for part in now)


@pytest.mark.parametrize(("form", "start"), [("%d/%m/%Y", "2024-02-01"), ("%m/%d/%Y", "2024-02-01")])
def test_a_stream_waits_for_the_next_day_where_day_and_month_could_be_swapped(form: str, start: str) -> None:
    rows = hourly(3, form, start)
    now, end, heard = fed(rows)
    whole = sum(now, []) + end
    expected = pd.date_range(start, periods=72, freq="h").as_unit("s").to_numpy().astype(np.int64)
    assert seconds(whole) == expected.tolist() and not end
    assert [row.stamp for row in whole] == [stamp for stamp, _ in rows]
    first = next(k for k, part in enumerate(now) if part)
    assert 24 <= first <= 25 and all(len(part) == 1 for part in now[first + 1 :])
    assert "--dates" in heard.notes[0] and heard.dates == ("day/month/year" if form[1] == "d" else "month/day/year")


def test_stamps_that_are_the_same_in_both_orders_need_not_wait() -> None:
    now, _, _ = fed(hourly(1, "%d/%m/%Y", "2024-05-05"))
    assert all(len(part) == 1 for part in now)


def test_on_a_live_stream_the_present_day_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: pd.Timestamp("2024-02-01 05:00").timestamp())
    for form in ("%d/%m/%Y", "%m/%d/%Y"):
        now, _, heard = fed(hourly(1, form))
        assert all(len(part) == 1 for part in now) and heard.notes
        assert now[0][0].second == pd.Timestamp("2024-02-01").timestamp()


def test_what_is_told_needs_no_waiting() -> None:
    now, _, _ = fed(hourly(1, "%d/%m/%Y"), hints=Hints(dates="day/month/year"))
    assert all(len(part) == 1 for part in now) and now[0][0].second == pd.Timestamp("2024-02-01").timestamp()
    texts = [(f"2024-01-01 {k:02d}:00", "1.036") for k in range(5)]
    now, _, heard = fed(texts, hints=Hints(decimal=","))
    assert [part[0].value for part in now] == [1036.0] * 5 and not heard.notes


def test_it_waits_no_longer_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_HELD", 10)
    now, end, heard = fed(hourly(1, "%d/%m/%Y"))
    assert [len(part) for part in now] == [0] * 9 + [10] + [1] * 14 and not end and heard.notes


def test_a_stamp_of_the_other_order_is_told_with_what_reads_it() -> None:
    rows = [*hourly(3, "%m/%d/%Y"), ("13/02/2024 00:00", "1.5"), ("soon", "1.5")]
    _, _, heard = fed(rows)
    assert heard.unread[0][0] == 73 and "--dates day/month/year" in heard.unread[0][1]
    assert heard.unread[1][1] == "'soon' is no time (month/day/year)"


def test_dots_between_thousands_wait_for_a_whole_number() -> None:
    values = ["1.036", "1.034", "990", "1.012"] * 40
    rows = [(f"2024-01-{1 + k // 24:02d} {k % 24:02d}:00", value) for k, value in enumerate(values)]
    now, end, heard = fed(rows)
    assert [row.value for row in sum(now, []) + end] == [float(value.replace(".", "")) for value in values]
    assert heard.decimal == "," and "'1.036' of column 'value' were read as 1036" in heard.notes[0]
    assert not any(now[:99]) and len(now[99]) == 100 and all(len(part) == 1 for part in now[100:])


def test_a_decimal_comma_needs_no_waiting_and_holds_for_dots() -> None:
    rows = [(f"2024-01-01 {k:02d}:00", value) for k, value in enumerate(["12,5", "1.034", "1.034,5", "12.5"])]
    now, _, heard = fed(rows)
    assert [part[0].value for part in now[:3]] == [12.5, 1034.0, 1034.5] and math.isnan(now[3][0].value)
    assert heard.odd == [(4, "'12.5' is not a number with a decimal comma, dots being between thousands")]


def test_columns_tell_of_each_other() -> None:
    rows = [(f"2024-01-{1 + k // 24:02d} {k % 24:02d}:00", "1.036", "0,5") for k in range(150)]
    for ahead in (0, FILE_ROWS):
        now, end, heard = fed(rows, columns=("load", "price"), ahead=ahead)
        whole = sum(now, []) + end
        assert {(row.value, row.covariates) for row in whole} == {(1036.0, (0.5,))} and not heard.notes


@given(
    st.sampled_from(["h", "D", "B", "MS", "15min"]),
    st.sampled_from(["%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y"]),
    st.dates(pd.Timestamp("2000-01-01").date(), pd.Timestamp("2030-01-01").date()),
    st.integers(1, 40),
)
def test_a_file_is_read_as_training_reads_it(freq: str, form: str, start: Any, count: int) -> None:
    stamps = pd.date_range(start, periods=count, freq=freq).strftime(form + " %H:%M")
    found = choose_layout(pa.array(stamps))
    assert found is not None
    day = found.name == "day/month/year"
    order = ("%d/%m/%Y" if day else "%m/%d/%Y").replace("/", form[2])
    expected = pd.to_datetime(stamps, format=order + " %H:%M")
    now, end, _ = fed([(stamp, "1.5") for stamp in stamps], ahead=FILE_ROWS)
    assert not any(now) and seconds(end) == expected.as_unit("s").to_numpy().astype(np.int64).tolist()
