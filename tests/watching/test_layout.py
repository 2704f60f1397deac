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
        (["ds", "value1", "b"], Columns(target="value2"), "did you mean 'value1'"),
        (["ds", "y"], Columns(time="at"), "no column 'at'"),
        (["ds", "y"], Columns(id="room"), "no column 'room'"),
        (["floor", "ds", "y"], Columns(id="floor,room"), "no column 'room'"),
    ],
)
def test_what_is_not_told_is_asked(names: list[str], columns: Columns, match: str) -> None:
    with pytest.raises(DataError, match=match):
        layout_of_names(names, columns, "f")


def test_what_is_refused() -> None:
    with pytest.raises(DataError, match="first line of column names"):
        layout_of_values(["1", "2", "3", "4"], Clock(), "f")
    with pytest.raises(ConfigError, match="'y'"):
        Columns.of({"y": "load"})
