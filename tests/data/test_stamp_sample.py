"""Stamps of a whole column, where the first rows do not tell the day from the month."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from data_files import message, write

from sextet.data.options import DataOptions
from sextet.data.read import read_panel


@pytest.mark.parametrize("form", ["%d/%m/%Y", "%m/%d/%Y"])
@pytest.mark.parametrize(("freq", "periods"), [("D", 20), ("MS", 30), ("YS", 4)])
def test_many_series_at_each_time_are_read_by_later_rows(form: str, freq: str, periods: int, tmp_path: Path) -> None:
    stamps = pd.date_range("2024-01-01", periods=periods, freq=freq)
    series = 6000  # more rows at the first time than are looked at before reading
    lines = (f"{s},{text},1\n" for text in stamps.strftime(form) for s in range(series))
    panel = read_panel(write(tmp_path, "unique_id,ds,y\n" + "".join(lines)))
    assert panel.frequency.name == freq and panel.series == series and set(panel.known) == {periods}
    np.testing.assert_array_equal(panel.stamps(0), stamps.to_numpy())


def test_a_later_date_in_the_other_order_is_refused_with_the_option_that_reads_it(tmp_path: Path) -> None:
    days = pd.date_range("2024-01-01", periods=40).strftime("%m.%d.%Y")
    lines = "".join(f"{s},{day},1\n" for day in days for s in range(1000))
    path = write(tmp_path, "unique_id,ds,y\n" + lines)
    said = message(path)
    assert "'01.13.2024'" in said and "--dates month/day/year" in said
    assert read_panel(path, DataOptions(dates="month/day/year")).frequency.name == "D"
