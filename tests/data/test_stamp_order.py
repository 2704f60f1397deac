"""Days and months told apart by what makes stamps regular."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from data_files import write
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.frequency import Frequency
from sextet.data.hints import Hints
from sextet.data.options import DataOptions
from sextet.data.read import read_panel
from sextet.data.stamp_order import grid_steps
from sextet.data.stamp_text import Layout, choose_layout

LAYOUTS = {"%d.%m.%Y": "day/month/year", "%d/%m/%Y": "day/month/year", "%m/%d/%Y": "month/day/year"}
STEPS = {"min": 4000, "15min": 400, "h": 100, "6h": 30, "D": 13, "B": 12, "W": 13, "MS": 20, "ME": 6, "QS": 12, "YS": 6}


def order_of(stamps: pd.DatetimeIndex, form: str, hints: Hints | None = None) -> Layout:
    found = choose_layout(pa.array(stamps.strftime(form)), hints)
    assert found is not None
    return found


@given(
    st.sampled_from(sorted(STEPS)),
    st.sampled_from(sorted(LAYOUTS)),
    st.dates(pd.Timestamp("1990-01-01").date(), pd.Timestamp("2040-01-01").date()),
    st.integers(0, 30),
)
def test_each_frequency_is_read_as_it_was_written(freq: str, form: str, start: object, more: int) -> None:
    stamps = pd.date_range(start, periods=STEPS[freq] + more, freq=freq)
    texts = stamps.strftime(f"{form} %H:%M")
    expected = LAYOUTS[form]
    swapped = pd.to_datetime(texts, format=f"{form.translate(str.maketrans('dm', 'md'))} %H:%M", errors="coerce")
    found = order_of(stamps, f"{form} %H:%M")
    assert found.name == expected or (swapped == stamps).all()


@given(
    st.sampled_from(["h", "D", "B", "MS", "QS"]),
    st.sampled_from(sorted(LAYOUTS)),
    st.integers(0, 10**6),
    st.integers(1990, 2030),
)
def test_gaps_and_several_series_do_not_matter(freq: str, form: str, seed: int, year: int) -> None:
    rng = np.random.default_rng(seed)
    stamps = pd.date_range(f"{year}-01-01", periods=5 * STEPS[freq], freq=freq)
    kept = [stamps[rng.random(len(stamps)) > 0.2] for _ in range(3)]
    assert order_of(kept[0].append(kept[1:]), form + " %H:%M").name == LAYOUTS[form]


def test_twelve_days_rather_than_twelve_months_unless_dots_or_the_frequency_say_so() -> None:
    days = pd.date_range("2024-01-01", periods=12)
    for form in LAYOUTS:
        assert order_of(days, form).name == LAYOUTS[form] and order_of(days, form).sure == ("." in form)
    months = pd.date_range("2024-01-01", periods=12, freq="MS")
    assert order_of(months, "%d.%m.%Y").name == "day/month/year"
    assert order_of(months, "%d/%m/%Y").name == "month/day/year"  # nothing says otherwise
    for freq, expected in (("MS", "day/month/year"), ("D", "month/day/year")):
        found = order_of(months, "%d/%m/%Y", Hints(frequency=Frequency.parse(freq)))
        assert found.name == expected and found.sure
    hourly = pd.date_range("2024-01-05", periods=40, freq="h")
    assert order_of(hourly, "%m.%d.%Y %H:%M", Hints(frequency=Frequency.parse("h"))).name == "month/day/year"


@pytest.mark.parametrize("form", ["%d.%m.%Y", "%d/%m/%Y"])
def test_monthly_dates_with_the_day_first_are_read_with_and_without_their_frequency(form: str, tmp_path: Path) -> None:
    months = pd.date_range("2015-01-01", periods=110, freq="MS")
    path = write(tmp_path, "ds;y\n" + "".join(f"{month};{k}\n" for k, month in enumerate(months.strftime(form))))
    for options in (DataOptions(), DataOptions(freq="MS")):
        panel = read_panel(path, options)
        assert panel.frequency.name == "MS" and panel.known.tolist() == [110] and panel.dates == "day/month/year"
        np.testing.assert_array_equal(panel.stamps(0), months.to_numpy())


def test_the_order_can_be_told_where_nothing_else_does(tmp_path: Path) -> None:
    months = pd.date_range("2024-01-01", periods=12, freq="MS").strftime("%d/%m/%Y")
    path = write(tmp_path, "ds,y\n" + "".join(f"{month},{k}\n" for k, month in enumerate(months)))
    guessed = read_panel(path)
    assert guessed.frequency.name == "D"
    assert any("give --dates day/month/year if that is wrong" in note for note in guessed.notes)
    told = read_panel(path, DataOptions(dates="day/month/year"))
    assert told.frequency.name == "MS" and told.known.tolist() == [12]


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=30, unique=True))
def test_a_grid_has_no_fewer_steps_than_stamps(seconds: list[int]) -> None:
    stamps = np.sort(np.array(seconds, dtype=np.int64)) * 1_000_000_000
    assert grid_steps(stamps) >= len(stamps)
    assert grid_steps(stamps[:1]) == 1


def test_steps_of_calendars() -> None:
    for freq in STEPS:
        assert grid_steps(pd.date_range("2024-01-01", periods=30, freq=freq, unit="ns").to_numpy().view(np.int64)) == 30
    fifth = pd.to_datetime(["2024-01-05", "2024-02-05", "2024-04-05"]).as_unit("ns").to_numpy().view(np.int64)
    assert grid_steps(fifth) == 4
