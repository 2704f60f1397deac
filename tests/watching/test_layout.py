"""Which field is what."""

from __future__ import annotations

import pytest

from sextet.core.errors import ConfigError, DataError
from sextet.watching.clock import Clock
from sextet.watching.layout import Columns, layout_of_names, layout_of_values


def test_usual_names_and_named_ones() -> None:
    layout = layout_of_names(["unique_id", "ds", "y", "other"], Columns(), "f")
    assert (layout.ids, layout.time, layout.target, layout.width) == ((0,), 1, 2, 4)
    layout = layout_of_names(["Timestamp", "load"], Columns(), "f")
    assert (layout.ids, layout.time, layout.target) == ((), 0, 1)
    named = Columns.of({"id": "room", "time": "at", "target": "b"})
    layout = layout_of_names(["at", "room", "a", "b"], named, "f", keys=True)
    assert (layout.ids, layout.time, layout.target, layout.width) == (("room",), "at", "b", 0)


def test_lines_without_names() -> None:
    assert layout_of_values(["2024-01-01", "1"], Clock(), "f").ids == ()
    assert layout_of_values(["7", "2024-01-01", "1"], Clock(), "f").ids == (0,)


@pytest.mark.parametrize(
    ("names", "columns", "match"),
    [
        (["when", "y"], Columns(), "the time.*--time"),
        (["ds", "a", "b"], Columns(), "the value.*--target"),
        (["unique_id", "ds", "a", "b"], Columns(), "the value.*--target"),
        (["ds", "value1", "b"], Columns(target="value2"), "did you mean 'value1'"),
        (["ds", "y"], Columns(time="at"), "no column 'at'"),
        (["ds", "y"], Columns(id="room"), "no column 'room'"),
        (["floor", "ds", "y"], Columns(id="floor,room"), "no column 'room'"),
    ],
)
def test_what_is_not_told_is_asked(names: list[str], columns: Columns, match: str) -> None:
    with pytest.raises(DataError, match=match):
        layout_of_names(names, columns, "f")


def test_what_a_row_holds_tells_where_names_do_not() -> None:
    layout = layout_of_names(["Wann", "Umsatz"], Columns(), "f", rows=[["2024-01-31 13:00", "3,5"]])
    assert (layout.time, layout.target) == (0, 1)
    layout = layout_of_names(["note", "Zeit", "kW"], Columns(), "f", rows=[["fine", "31.01.2024 13:00", "1.5"]])
    assert (layout.time, layout.target, layout.ids) == (1, 2, ())
    layout = layout_of_names(["Tag", "Umsatz"], Columns(), "f", rows=[["19.01.2022", "1.234,5"]])
    assert (layout.time, layout.target) == (0, 1)
    layout = layout_of_names(["Stand", "Kasse", "Lager"], Columns(), "f", rows=[["01.02.2022", "1.234.567", "8,5"]])
    assert layout.time == 0 and layout.wide == (("Kasse", 1), ("Lager", 2))
    layout = layout_of_names(["symbol", "day", "close"], Columns(), "f", rows=[["A", "2024-01-31", "1.5"]])
    assert (layout.ids, layout.time, layout.target) == ((0,), 1, 2)
    with pytest.raises(DataError, match="the time.*--time"):
        layout_of_names(["from", "to", "y"], Columns(), "f", rows=[["2024-01-31", "2024-02-01", "1"]])


def test_each_column_of_numbers_of_a_wide_table_is_a_series() -> None:
    layout = layout_of_names(
        ["index", "ds", "hall", "roof", "note"], Columns(), "f", rows=[["0", "2024-01-31", "1", "", "a"]]
    )
    assert layout.wide == (("hall", 2), ("roof", 3))
    wide = Columns(trained={"time": "at"}, series=("hall", "roof"))
    assert layout_of_names(["at", "roof", "cellar"], wide, "f", keys=True).wide == (("roof", "roof"),)
    assert layout_of_names(["at", "y"], Columns(trained={"time": "at"}, series=("y",)), "f").wide == ()
    assert layout_of_names(["at", "roof", "x", "hall"], wide, "f", keys=True).wide == (
        ("roof", "roof"),
        ("hall", "hall"),
    )


def test_a_field_of_texts_tells_series_apart_where_stamps_come_again() -> None:
    names = ["meter", "Zeitpunkt", "kWh"]
    rows = [["Z1", "2024-01-31 13:00", "1"], ["Z2", "2024-01-31 13:00", "2"], ["cut off"]]
    assert layout_of_names(names, Columns(), "f", rows=rows).ids == (0,)
    rows[1][1] = "2024-01-31 14:00"
    assert layout_of_names(names, Columns(), "f", rows=rows).ids == ()
    known = Columns(trained={"time": "at"}, series=("Z1", "Z2"))  # a run of a wide table, and a long one
    assert layout_of_names(["meter", "at", "kWh"], known, "f", rows=[["Z1", "2024-01-31", "1"]]).ids == (0,)


TRAINED = Columns(trained={"id": "room", "time": "at", "target": "kW"}, series=("hall", "roof"))


def test_the_columns_of_a_run_are_found() -> None:
    layout = layout_of_names(["date", "at", "y", "kW", "room"], TRAINED, "f")
    assert (layout.ids, layout.time, layout.target) == ((4,), 1, 3)
    layout = layout_of_names(["unique_id", "ds", "y"], TRAINED, "f")  # the usual names do for any
    assert (layout.ids, layout.time, layout.target) == ((0,), 1, 2)
    one = Columns(trained=TRAINED.trained, series=("hall",))
    assert layout_of_names(["at", "kW"], one, "f").ids == ()  # the only series needs no name
    wide = layout_of_names(["at", "roof", "hall", "x"], TRAINED, "f")  # a run of a long table, and a wide one
    assert wide.wide == (("roof", 1), ("hall", 2))
    several = Columns(trained={"id": "floor,room"}, series=("1/a", "2/a"))
    assert layout_of_names(["floor", "room", "ds", "y"], several, "f").ids == (0, 1)


@pytest.mark.parametrize(
    ("names", "match"),
    [
        (["room", "date", "kW"], "no column 'at'.*trained on it as the time.*--time"),
        (["room", "at", "load"], "no column 'kW'.*trained on it as the target.*--target"),
        (["at", "kW"], "no column 'room'"),
    ],
)
def test_none_is_guessed_in_place_of_a_runs(names: list[str], match: str) -> None:
    with pytest.raises(DataError, match=match):
        layout_of_names(names, TRAINED, "f")


def test_what_is_refused() -> None:
    with pytest.raises(DataError, match="first line of column names"):
        layout_of_values(["1", "2", "3", "4"], Clock(), "f")
    with pytest.raises(ConfigError, match="'y'"):
        Columns.of({"y": "load"})
