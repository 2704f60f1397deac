"""How data were read, kept so that new data are read alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sextet.data.options import DataOptions
from sextet.data.read import read_panel
from sextet.runtime.reading import options_for, plain_options
from sextet.runtime.stored_panel import panel_from_arrays, panel_to_arrays


def test_the_order_of_dates_holds_for_new_data_that_could_be_read_both_ways(tmp_path: Path) -> None:
    trained, new = tmp_path / "trained.csv", tmp_path / "new.csv"
    trained.write_text(
        "ds,y\n" + "".join(f"{day:02d}/01/2024 {hour:02d}:00,1\n" for day in (1, 2) for hour in range(24))
    )
    new.write_text("ds,y\n" + "".join(f"03/01/2024 {hour:02d}:00,1\n" for hour in range(24)))
    panel = read_panel(trained)
    assert panel_from_arrays(panel_to_arrays(panel)).dates == "day/month/year"
    fresh = read_panel(new, options_for({"data": plain_options(DataOptions(), panel)}))
    assert str(fresh.stamps(0)[0]).startswith("2024-01-03T00:00")


def test_what_a_dot_meant_holds_for_new_data(tmp_path: Path) -> None:
    trained, new = tmp_path / "trained.csv", tmp_path / "new.csv"
    trained.write_text(
        "ds;y\n" + "".join(f"2024-01-{day:02d};{'1.036' if day % 2 else '990'}\n" for day in range(1, 29))
    )
    new.write_text("ds;y\n2024-01-29;1.353\n2024-01-30;1.580\n")
    panel = read_panel(trained)
    assert panel_from_arrays(panel_to_arrays(panel)).decimal == ","
    options = options_for({"data": plain_options(DataOptions(), panel)})
    fresh = read_panel(new, options)
    np.testing.assert_array_equal(fresh.y, [1353, 1580])
    assert not any("read as" in note for note in fresh.notes)
    np.testing.assert_array_equal(read_panel(new, options_for({"data": {}})).y, [1.353, 1.58])
