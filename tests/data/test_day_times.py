"""Dates in one column and times of day in another."""

from __future__ import annotations

import pandas as pd
import pytest

from sextet.app.watch import watch
from sextet.core.errors import DataError
from sextet.data.day_times import are_times_of_day
from sextet.data.options import DataOptions
from sextet.data.read import read_panel


@pytest.mark.parametrize("values", [["00:15", "9:30"], ["00.15"], ["23:59:59"], ["7:15 Uhr"], ["7:15 pm", "8:00 AM"]])
def test_they_are_known(values: list[str]) -> None:
    assert are_times_of_day(values)


@pytest.mark.parametrize("values", [[], ["north"], ["00:15", "north"], ["2024-01-31 00:15"], ["1.5"], ["115:00"]])
def test_others_are_none(values: list[str]) -> None:
    assert not are_times_of_day(values)


def test_they_are_not_taken_for_series() -> None:
    stamps = pd.date_range("2024-01-01", periods=500, freq="15min")
    frame = pd.DataFrame({"Datum": stamps.strftime("%d.%m.%Y"), "Uhrzeit": stamps.strftime("%H:%M"), "kW": range(500)})
    said = "column 'Datum' holds dates and column 'Uhrzeit' times of day such as '00:00'. Join the two"
    with pytest.raises(DataError, match=said):
        read_panel(frame)
    with pytest.raises(DataError, match=said):
        list(watch(frame))
    joined = frame.assign(Zeit=frame.Datum + " " + frame.Uhrzeit).drop(
        columns="Datum"
    )  # one beside whole stamps is fine
    assert read_panel(joined, DataOptions(time="Zeit")).known.tolist() == [500]
