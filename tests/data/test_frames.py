"""Forecasts as tables, and tables as files."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet

from sextet.core.errors import ConfigError
from sextet.core.forecast import Forecast
from sextet.core.quantiles import LEVELS
from sextet.data.frames import convert, forecast_frame, write_table
from sextet.data.read import read_panel


def forecast(ids: tuple[str, ...] = ("a", "b"), minutes: int = 5) -> Forecast:
    first = np.datetime64("2024-01-01T00:00", "ns") + np.arange(len(ids)) * np.timedelta64(1, "D")
    stamps = first[:, None] + np.arange(1, 4) * np.timedelta64(minutes, "m")
    quantiles = np.sort(np.random.default_rng(0).normal(size=(len(ids), 3, len(LEVELS))), axis=-1)
    return Forecast(
        ids=ids,
        cutoff=first,
        stamps=stamps,
        levels=LEVELS,
        quantiles=quantiles,
        members={"lstm": quantiles + 1},
        spike_probability=np.full((len(ids), 3), 0.25),
        spike_size=np.full((len(ids), 3), 2.0),
    )


def test_columns_and_values() -> None:
    made = forecast()
    table = forecast_frame(made, (80, 95), members=True)
    assert table.column_names == [
        "unique_id", "ds", "sextet", "sextet-lo-80", "sextet-hi-80", "sextet-lo-95", "sextet-hi-95", "sextet-mean",
        "lstm", "spike_probability", "spike_size",
    ]  # fmt: skip
    assert table["unique_id"].to_pylist() == ["a"] * 3 + ["b"] * 3
    np.testing.assert_array_equal(table["ds"].to_numpy(), made.stamps.ravel())
    for name, level in (("sextet", 0.5), ("sextet-lo-80", 0.1), ("sextet-hi-95", 0.975)):
        np.testing.assert_allclose(table[name].to_numpy(), made.quantiles[..., LEVELS.index(level)].ravel())
    np.testing.assert_allclose(table["lstm"].to_numpy(), table["sextet"].to_numpy() + 1)


def test_several_windows_of_a_series_show_their_cutoff() -> None:
    table = forecast_frame(forecast(("a", "a")))
    assert table["cutoff"].to_numpy().tolist() == np.repeat(forecast(("a", "a")).cutoff, 3).tolist()


def test_kinds_of_frames() -> None:
    assert isinstance(forecast_frame(forecast(), like="pandas"), pd.DataFrame)
    assert isinstance(forecast_frame(forecast(), like="polars"), pl.DataFrame)
    with pytest.raises(ConfigError, match="spark"):
        convert(pa.table({"a": [1]}), "spark")  # type: ignore[arg-type]


def test_times_in_a_zone() -> None:
    frame = forecast_frame(replace(forecast(), tz="Europe/Berlin"), like="pandas")
    assert str(frame["ds"].dt.tz) == "Europe/Berlin"
    assert frame["ds"][0] == pd.Timestamp("2024-01-01 00:05", tz="UTC")


@pytest.mark.parametrize("ids", [("a", "b"), ('with "quotes"', "and,comma")])
def test_csv_reads_back(ids: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "deep" / "f.csv"
    table = forecast_frame(forecast(ids))
    write_table(table, path)
    back = pd.read_csv(path, parse_dates=["ds"])
    pd.testing.assert_frame_equal(back, table.to_pandas(), check_dtype=False)
    assert [entry.name for entry in path.parent.iterdir()] == ["f.csv"]


def test_csv_text(tmp_path: Path) -> None:
    write_table(forecast_frame(forecast(minutes=1440)).select(["unique_id", "ds"]), tmp_path / "f.csv")
    assert (tmp_path / "f.csv").read_text().splitlines()[:3] == ["unique_id,ds", "a,2024-01-02", "a,2024-01-03"]
    write_table(forecast_frame(forecast()).select(["ds"]), tmp_path / "g.csv")
    assert (tmp_path / "g.csv").read_text().splitlines()[1] == "2024-01-01 00:05:00"


def test_parquet_reads_back_and_the_reader_takes_it(tmp_path: Path) -> None:
    table = forecast_frame(forecast())
    write_table(table, tmp_path / "f.parquet")
    assert parquet.read_table(tmp_path / "f.parquet").equals(table)


def test_standard_output(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    write_table(forecast_frame(forecast()), "-")
    sys.stdout.flush()
    assert capfdbinary.readouterr().out.startswith(b"unique_id,ds,sextet")


def test_neither_reading_a_file_nor_writing_a_forecast_imports_pandas(tmp_path: Path) -> None:
    code = f"""
import subprocess
import sys
from pathlib import Path
import numpy as np
from sextet.core.forecast import Forecast
from sextet.core.quantiles import LEVELS
from sextet.data.frames import forecast_frame, write_table
from sextet.data.read import read_panel
stamps = np.datetime64("2024-01-01", "ns") + np.arange(60).reshape(2, 30) * np.timedelta64(1, "h")
made = Forecast(ids=("a", "b"), cutoff=stamps[:, 0], stamps=stamps, levels=LEVELS, quantiles=np.zeros((2, 30, 13)))
for end in ("csv", "parquet"):
    path = Path({str(tmp_path)!r}) / ("f." + end)
    write_table(forecast_frame(made).rename_columns(["unique_id", "ds", "y", "a", "b", "c", "d", "e"]), path)
    assert read_panel(path).known.tolist() == [30, 30]
print([name for name in ("pandas", "scipy", "polars", "tensorflow") if name in sys.modules])
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert out.stdout.strip() == "[]", out.stderr


def test_another_extension_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"f\.xlsx"):
        write_table(forecast_frame(forecast()), tmp_path / "f.xlsx")


def test_what_is_written_can_be_read_as_a_panel(tmp_path: Path) -> None:
    stamps = pd.date_range("2024-01-01", periods=30, freq="h")
    table = pa.table({"unique_id": ["a"] * 30, "ds": stamps.to_numpy(), "y": np.arange(30.0)})
    write_table(table, tmp_path / "y.csv")
    np.testing.assert_array_equal(read_panel(tmp_path / "y.csv").y, np.arange(30))
