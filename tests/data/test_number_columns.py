"""Columns of one file that tell how the numbers of others are written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from data_files import message, write

from sextet.data.options import DataOptions
from sextet.data.read import read_panel


def table(*columns: list[str], names: str = "ds;y") -> str:
    days = pd.date_range("2024-01-01", periods=len(columns[0])).strftime("%Y-%m-%d")
    return "\n".join([names, *(";".join(row) for row in zip(days, *columns, strict=True))])


def test_whole_numbers_without_a_dot_tell_that_dots_are_between_thousands(tmp_path: Path) -> None:
    panel = read_panel(write(tmp_path, table(["1.036", "1.034", "990"] * 10)))
    np.testing.assert_array_equal(panel.y[:3], [1036, 1034, 990])
    assert panel.decimal == "," and any("'1.036' of column 'y' were read as 1036" in note for note in panel.notes)


@pytest.mark.parametrize(("beside", "expected"), [("0,5", [1353, 1580]), ("0.5", [1.353, 1.58])])
@pytest.mark.parametrize("used", [True, False])
def test_other_columns_decide_without_a_word(beside: str, expected: list[float], used: bool, tmp_path: Path) -> None:
    path = write(tmp_path, table(["1.353", "1.580"] * 10, [beside] * 20, names="ds;y;x"))
    panel = read_panel(path, DataOptions(target="y", past=("x",) if used else ()))
    np.testing.assert_array_equal(panel.y[:2], expected)
    assert not any("read as" in note for note in panel.notes)


def test_what_nothing_decides_has_decimals_and_a_note_unless_it_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, table(["1.353", "1.580"] * 10, ["2.444"] * 20, names="ds;a;b"))
    panel = read_panel(path)
    np.testing.assert_array_equal(panel.y[:2], [1.353, 1.58])
    (note,) = [note for note in panel.notes if "read as" in note]
    assert "'1.353' of column 'a'" in note and "--decimal ," in note and "1 more" in note
    told = read_panel(path, DataOptions(decimal=","))
    np.testing.assert_array_equal(told.y[:2], [1353, 1580])
    assert not any("read as" in note for note in told.notes)


def test_a_point_far_down_among_thousands_is_refused(tmp_path: Path) -> None:
    values = [f"{1 + k % 2}.{k % 1000:03d}" for k in range(6000)]
    values[3], values[5500] = "990", "12.5"
    said = message(write(tmp_path, table(values)))
    path = tmp_path / "data.csv"
    assert "--decimal ." in said and read_panel(path, DataOptions(decimal=".")).y[5500] == 12.5
    assert "line 5502" in said and "'12.5'" in said and "decimal comma" in said


def test_future_data_and_static_columns_are_written_like_the_history(tmp_path: Path) -> None:
    history = write(tmp_path, table(["1,5"] * 20, ["0,5"] * 20, ["1.250"] * 20, names="ds;y;x;size"))
    days = pd.date_range("2024-01-21", periods=3).strftime("%Y-%m-%d")
    ahead = write(tmp_path, "ds;x\n" + "".join(f"{day};1.036\n" for day in days), "ahead.csv")
    options = DataOptions(target="y", future=("x",), static=("size",), future_data=ahead)
    panel = read_panel(history, options, horizon=3)
    np.testing.assert_array_equal(panel.future[-3:, 0], [1036] * 3)
    np.testing.assert_array_equal(panel.static, [[1250]])


def test_values_that_prove_another_sign_than_the_one_named_are_read_by_it_and_said(tmp_path: Path) -> None:
    path = write(tmp_path, table(["1,5", "1.250,5"] * 10))
    panel = read_panel(path, DataOptions(decimal="."))
    assert panel.y[0] == 1.5
    (note,) = [note for note in panel.notes if "--decimal" in note]
    assert note.startswith("Column 'y' was read with , before decimals, against --decimal .") and "'1,5'" in note
    assert not any("--decimal" in note for note in read_panel(path, DataOptions(decimal=",")).notes)
