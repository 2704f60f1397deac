"""Frames as they come: names that are no text, several rows of names, stamps and ids in the index."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from data_files import frame, message
from pyarrow import parquet

from sextet.data.frame_table import table_of_frame
from sextet.data.options import DataOptions
from sextet.data.read import read_panel

NUMBERED = frame(ids=("1001", "1002")).assign(unique_id=np.repeat([1001, 1002], 48))


def test_customers_pivoted_into_columns_keep_their_numbers() -> None:
    wide = NUMBERED.pivot(index="ds", columns="unique_id", values="y")
    assert read_panel(wide).ids == read_panel(wide.reset_index()).ids == ("1001", "1002")
    np.testing.assert_array_equal(read_panel(wide).y, read_panel(NUMBERED).y)
    assert read_panel(wide, DataOptions(target="1002")).ids == ("1002",)


def test_two_rows_of_names_are_joined() -> None:
    wide = NUMBERED.pivot(index="ds", columns=["unique_id"], values=["y"])
    table, name = table_of_frame(wide.reset_index())
    assert table.column_names == ["ds", "y/1001", "y/1002"] and name == "the pandas frame"


def test_the_frame_itself_stays_as_it_was() -> None:
    wide = NUMBERED.pivot(index="ds", columns="unique_id", values="y")
    table_of_frame(wide)
    assert wide.columns.tolist() == [1001, 1002] and wide.index.name == "ds"


@pytest.mark.parametrize("kind", ["pandas", "text of a number", "pyarrow", "parquet"])
def test_two_columns_of_one_name_are_refused(kind: str, tmp_path: Path) -> None:
    source: object = pd.concat([frame(), frame()[["y"]]], axis=1)
    if kind == "text of a number":
        source = frame().rename(columns={"unique_id": "y", "y": 7}).assign(**{"7": 1.0})
    elif kind != "pandas":
        source = pa.table([pa.array([1.0]), pa.array([2.0])], names=["y", "y"])
    if kind == "parquet":
        parquet.write_table(source, tmp_path / "twice.parquet")
        source = tmp_path / "twice.parquet"
    name = "7" if kind == "text of a number" else "y"
    assert f"two columns named {name!r}. Give each its own name" in message(source)
