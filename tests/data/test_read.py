"""Reading files and frames: what is met without complaint."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from data_files import frame, hourly, write
from pyarrow import parquet

from sextet.data.options import DataOptions
from sextet.data.read import read_panel


@pytest.mark.parametrize("kind", ["pandas", "polars", "lazy", "pyarrow", "csv", "gzip", "parquet", "index"])
def test_every_source_gives_the_same_panel(kind: str, tmp_path: Path) -> None:
    data = frame()
    source: object = data
    if kind == "polars":
        source = pl.from_pandas(data)
    elif kind == "lazy":
        source = pl.from_pandas(data).lazy()
    elif kind == "pyarrow":
        source = pa.Table.from_pandas(data)
    elif kind == "csv":
        source = tmp_path / "data.csv"
        data.to_csv(source, index=False)
    elif kind == "gzip":
        source = tmp_path / "data.csv.gz"
        source.write_bytes(gzip.compress(data.to_csv(index=False).encode()))
    elif kind == "parquet":
        source = tmp_path / "data.parquet"
        parquet.write_table(pa.Table.from_pandas(data), source)
    elif kind == "index":
        source = data.set_index("ds")
    panel = read_panel(source)
    assert panel.ids == ("a", "b")
    assert panel.frequency.name == "h"
    np.testing.assert_array_equal(panel.y, data["y"])
    np.testing.assert_array_equal(panel.known, [48, 48])
    np.testing.assert_array_equal(panel.stamps(1), data["ds"][:48].to_numpy().astype("datetime64[ns]"))


def test_decimal_commas_semicolons_and_a_byte_order_mark(tmp_path: Path) -> None:
    text = hourly(30, header="\ufeffds;y\n", line="{stamp};{y}\n").replace(".5", ",5")
    panel = read_panel(write(tmp_path, text))
    np.testing.assert_array_equal(panel.y, np.arange(30) + 0.5)


def test_a_decimal_comma_far_down_is_read(tmp_path: Path) -> None:
    lines = [f"{stamp};{k}" for k, stamp in enumerate(pd.date_range("2024-01-01", periods=9000, freq="h"))]
    lines[-1] = lines[-1] + ",25"
    panel = read_panel(write(tmp_path, "ds;y\n" + "\n".join(lines)))
    assert panel.y[-1] == 8999.25


def test_quoted_numbers_with_grouped_thousands(tmp_path: Path) -> None:
    stamps = pd.date_range("2024-01-01", periods=24, freq="h")
    text = "ds,y\n" + "".join(f'{stamp},"{1_234_000 + k:,}"\n' for k, stamp in enumerate(stamps))
    np.testing.assert_array_equal(read_panel(write(tmp_path, text)).y, 1_234_000 + np.arange(24))


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_other_encodings(encoding: str, tmp_path: Path) -> None:
    text = hourly(30, header="unique_id,ds,y\n", line="Küche,{stamp},{y}\n")
    assert read_panel(write(tmp_path, text, encoding=encoding)).ids == ("Küche",)


def test_excel_separator_line_and_blank_lines(tmp_path: Path) -> None:
    panel = read_panel(write(tmp_path, "\nsep=;\n" + hourly(30, header="ds;y\n", line="{stamp};{y}\n\n")))
    assert panel.known.tolist() == [30]


@pytest.mark.parametrize(
    "layout",
    ["%d.%m.%Y %H:%M", "%m/%d/%Y %I:%M %p", "%d/%m/%Y %H:%M", "%Y%m%d %H:%M", "%Y-%m-%dT%H:%M:%S.%f", "%d %b %Y %H:%M"],
)
def test_dates_as_people_write_them(layout: str, tmp_path: Path) -> None:
    stamps = pd.date_range("2024-01-01", periods=24 * 40, freq="h")
    text = "ds;y\n" + "".join(f"{stamp.strftime(layout)};{k}\n" for k, stamp in enumerate(stamps))
    panel = read_panel(write(tmp_path, text))
    np.testing.assert_array_equal(panel.stamps(0), stamps.to_numpy().astype("datetime64[ns]"))


@pytest.mark.parametrize(
    ("freq", "name"),
    [("5min", "5min"), ("D", "D"), ("B", "B"), ("W-MON", "W"), ("MS", "MS"), ("ME", "ME"), ("QS", "QS"), ("YS", "YS")],
)
def test_frequencies_are_inferred(freq: str, name: str) -> None:
    data = frame(rows=30, freq=freq)
    panel = read_panel(data)
    assert panel.frequency.name == name
    np.testing.assert_array_equal(panel.stamps(0), data["ds"][:30].to_numpy().astype("datetime64[ns]"))


@pytest.mark.parametrize(("unit", "name"), [("s", "seconds"), ("ms", "milliseconds"), ("ns", "nanoseconds")])
@pytest.mark.parametrize("column", ["ds", "when"])
def test_whole_numbers_since_1970_are_stamps_in_text_and_frames(
    unit: str, name: str, column: str, tmp_path: Path
) -> None:
    data = frame(ids=("a",)).rename(columns={"ds": column})
    stamps = data[column]
    data[column] = stamps.dt.as_unit(unit).astype("int64")
    options = DataOptions(time=column)
    data.to_csv(tmp_path / "data.csv", index=False)
    for panel in (read_panel(tmp_path / "data.csv", options), read_panel(data, options)):
        np.testing.assert_array_equal(panel.stamps(0), stamps.to_numpy().astype("datetime64[ns]"))
        assert panel.tz == "UTC" and any(f"were read as {name} since 1970" in note for note in panel.notes)


def test_dates_go_before_whole_numbers_for_the_time(tmp_path: Path) -> None:
    stamps = pd.date_range("2024-01-01", periods=48, freq="h")
    data = pd.DataFrame({"timestamp": stamps.as_unit("s").astype("int64"), "date": stamps, "y": np.arange(48.0)})
    data.to_csv(tmp_path / "data.csv", index=False)
    for source in (data, tmp_path / "data.csv"):
        panel = read_panel(source)
        assert panel.tz is None and "Column 'date' was taken for the time." in panel.notes


def test_periods_are_read_as_the_stamps_at_which_they_begin() -> None:
    periods = pd.period_range("2009-06", periods=40, freq="M")
    data = pd.DataFrame({"unique_id": "a", "ds": periods, "y": np.arange(40.0)})
    for source in (data, data.set_index(["unique_id", "ds"]), data.set_index("ds")[["y"]]):
        panel = read_panel(source)
        assert panel.frequency.name == "MS"
        np.testing.assert_array_equal(panel.stamps(0), periods.to_timestamp().to_numpy().astype("datetime64[ns]"))


def test_gaps_become_flagged_rows() -> None:
    data = frame().drop(index=[5, 6, 60])
    panel = read_panel(data)
    assert panel.lengths.tolist() == [48, 48]
    assert np.flatnonzero(np.isnan(panel.y)).tolist() == [5, 6, 60]
    assert any("3 of 96 targets are missing (3 of them rows added" in note for note in panel.notes)


def test_unsorted_rows_are_sorted() -> None:
    data = frame()
    panel = read_panel(data.sample(frac=1, random_state=3))
    by_name = {name: panel.y[panel.rows(s)] for s, name in enumerate(panel.ids)}
    np.testing.assert_array_equal(by_name["b"], data["y"][48:])


def test_later_start_constant_series_and_leading_gaps() -> None:
    data = frame()
    data.loc[48:60, "y"] = np.nan
    data.loc[:47, "y"] = 7.0
    panel = read_panel(data)
    assert panel.lengths.tolist() == [48, 35]
    assert panel.stamps(1)[0] == np.datetime64("2024-01-01T13")


def test_wide_tables_are_detected_and_said() -> None:
    wide = pd.DataFrame(
        {"when": pd.date_range("2024-01-01", periods=40, freq="h"), "oil": np.arange(40.0), "gas": np.arange(40.0) * 2}
    )
    wide.loc[:3, "gas"] = np.nan
    panel = read_panel(wide)
    assert panel.ids == ("oil", "gas")
    assert panel.lengths.tolist() == [40, 36]
    assert any("wide" in note for note in panel.notes)
    some = read_panel(wide, DataOptions(target="gas"))
    assert some.ids == ("gas",)


def test_one_series_without_id_is_named_by_its_target() -> None:
    data = frame(ids=("a",))[["ds", "y"]].rename(columns={"ds": "date", "y": "load"})
    assert read_panel(data).ids == ("load",)


def test_an_id_column_is_recognised() -> None:
    data = frame().rename(columns={"unique_id": "ticker", "ds": "date", "y": "close"})
    panel = read_panel(data)
    assert panel.ids == ("a", "b")
    assert any("'ticker'" in note for note in panel.notes)


def test_numeric_ids_keep_their_names() -> None:
    data = frame()
    data["unique_id"] = data["unique_id"].map({"a": 1.0, "b": 2.0})
    assert read_panel(data).ids == ("1", "2")


def test_covariates_static_weight_and_label() -> None:
    data = frame()
    data["past"], data["ahead"] = np.arange(96.0), np.arange(96.0) * 2
    data["kind"] = np.repeat(["red", "blue"], 48)
    data["size"] = np.repeat([3, 4], 48)
    data["w"], data["spike"], data["empty"] = 0.5, (np.arange(96) == 4).astype(int), np.nan
    options = DataOptions(
        past=("past", "empty"),
        future=("ahead",),
        static=("kind", "size"),
        weight="w",
        spike_label="spike",
    )
    panel = read_panel(data, options, horizon=6)
    np.testing.assert_array_equal(panel.past[:, 0], np.arange(96, dtype=np.float32))
    assert np.isnan(panel.past[:, 1]).all()
    assert panel.static_names == ("kind=red", "kind=blue", "size")
    np.testing.assert_array_equal(panel.static, [[1, 0, 3], [0, 1, 4]])
    assert panel.weight is not None and (panel.weight == 0.5).all()
    assert panel.label is not None and np.flatnonzero(panel.label).tolist() == [4]


def test_rows_after_the_last_target_carry_future_covariates() -> None:
    data = frame()
    data["ahead"] = np.arange(96.0)
    data.loc[40:47, "y"] = np.nan
    data.loc[90:, "y"] = np.nan
    panel = read_panel(data, DataOptions(future=("ahead",)), horizon=6)
    assert panel.known.tolist() == [40, 42] and panel.lengths.tolist() == [48, 48]
    plain = read_panel(data)
    assert plain.known.tolist() == [40, 42] and plain.lengths.tolist() == [40, 42]


@pytest.mark.parametrize("by_series", [True, False])
def test_future_data_apart(by_series: bool) -> None:
    data = frame()
    data["ahead"] = 1.0
    stamps = pd.date_range("2024-01-03", periods=6, freq="h")
    future = pd.DataFrame({"ds": stamps, "ahead": np.arange(6.0) + 10})
    if by_series:
        future = pd.concat([future.assign(unique_id=name) for name in ("b", "a", "elsewhere")])
    panel = read_panel(data, DataOptions(future=("ahead",), future_data=future), horizon=6)
    assert panel.known.tolist() == [48, 48] and panel.lengths.tolist() == [54, 54]
    np.testing.assert_array_equal(panel.future[48:54, 0], np.arange(6) + 10)
    np.testing.assert_array_equal(panel.future[102:, 0], np.arange(6) + 10)
    assert (panel.future[:48] == 1).all() and np.isnan(panel.y[48:54]).all()


def test_future_data_apart_go_before_the_rows_ahead_but_not_before_the_history() -> None:
    data = frame()
    data["ahead"] = 1.0
    data.loc[42:47, "y"] = np.nan  # the plan: rows of the first series without a target
    stamps = data["ds"][36:45]
    scenario = pd.DataFrame({"unique_id": data["unique_id"][36:45], "ds": stamps, "ahead": 7.0})
    options = DataOptions(future=("ahead",), future_data=scenario)
    panel = read_panel(data[:48], options, horizon=6)
    assert panel.known.tolist() == [42]
    np.testing.assert_array_equal(panel.future[:, 0], [1.0] * 42 + [7.0] * 3 + [1.0] * 3)


def test_resample_averages_onto_the_grid() -> None:
    stamps = pd.to_datetime(["2024-01-01 00:01", "2024-01-01 00:04", "2024-01-01 00:07", "2024-01-01 00:22"])
    panel = read_panel(pd.DataFrame({"ds": stamps, "y": [1.0, 3.0, 5.0, 8.0]}), DataOptions(resample="5min"))
    np.testing.assert_array_equal(panel.y, [2, 5, np.nan, np.nan, 8])
    assert panel.stamps(0)[0] == np.datetime64("2024-01-01T00:00")


def test_resampled_labels_weights_and_covariates() -> None:
    stamps = pd.date_range("2024-01-01", periods=8, freq="30min")
    data = pd.DataFrame({"ds": stamps, "y": np.arange(8.0), "spike": [0, 1, 0, 0, 1, 1, 0, 0], "x": np.arange(8.0)})
    panel = read_panel(data, DataOptions(resample="h", spike_label="spike", past=("x",)))
    assert panel.label is not None and panel.label.tolist() == [1, 0, 1, 0]
    np.testing.assert_array_equal(panel.past[:, 0], [0.5, 2.5, 4.5, 6.5])


def test_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open(write(tmp_path, hourly(30)), encoding="utf-8") as file:
        monkeypatch.setattr("sys.stdin", file)
        assert read_panel("-").known.tolist() == [30]


def test_aware_times_run_in_utc_and_dates_are_local() -> None:
    stamps = pd.date_range("2024-03-30", periods=72, freq="h", tz="Europe/Berlin")
    panel = read_panel(pd.DataFrame({"ds": stamps, "y": np.arange(72.0)}))
    assert panel.tz == "Europe/Berlin"
    assert panel.lengths.tolist() == [72]
    np.testing.assert_array_equal(panel.stamps(0), stamps.tz_convert("UTC").tz_localize(None).to_numpy())
    days = pd.date_range("2024-03-20", periods=30, freq="D", tz="Europe/Berlin")
    daily = read_panel(pd.DataFrame({"ds": days, "y": np.arange(30.0)}))
    assert daily.tz is None and daily.frequency.name == "D" and daily.lengths.tolist() == [30]
    assert daily.stamps(0)[0] == np.datetime64("2024-03-20")


def test_wall_clock_times_are_localised_over_both_changes(tmp_path: Path) -> None:
    for start in ("2024-03-30 12:00", "2024-10-26 12:00"):
        stamps = pd.date_range(start, periods=96, freq="30min", tz="Europe/Berlin")
        text = "ds,y\n" + "".join(f"{s.strftime('%Y-%m-%d %H:%M')},{k}\n" for k, s in enumerate(stamps))
        panel = read_panel(write(tmp_path, text), DataOptions(tz="Europe/Berlin"))
        np.testing.assert_array_equal(panel.stamps(0), stamps.tz_convert("UTC").tz_localize(None).to_numpy())
        np.testing.assert_array_equal(panel.y, np.arange(96))


def test_skip_short_leaves_series_out() -> None:
    data = pd.concat([frame(), frame(rows=5, ids=("tiny",))])
    panel = read_panel(data, DataOptions(skip_short=True), min_length=20)
    assert panel.ids == ("a", "b") and len(panel.y) == 96 and panel.offsets.tolist() == [0, 48, 96]
    assert any("tiny" in note for note in panel.notes)
