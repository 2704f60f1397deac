"""Reading files and frames: what is met without complaint, and the one message where it cannot be."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet

from sextet.core.errors import ConfigError, DataError
from sextet.data.options import DataOptions
from sextet.data.read import read_panel


def frame(rows: int = 48, ids: tuple[str, ...] = ("a", "b"), freq: str = "h") -> pd.DataFrame:
    stamps = pd.date_range("2024-01-01", periods=rows, freq=freq)
    return pd.concat(
        [
            pd.DataFrame({"unique_id": name, "ds": stamps, "y": np.arange(rows) + 100.0 * k})
            for k, name in enumerate(ids)
        ],
        ignore_index=True,
    )


def write(folder: Path, text: str, name: str = "data.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def hourly(rows: int, line: str = "{stamp},{y}\n", header: str = "ds,y\n") -> str:
    stamps = pd.date_range("2024-01-01", periods=rows, freq="h")
    return header + "".join(line.format(stamp=stamp, y=k + 0.5) for k, stamp in enumerate(stamps))


def message(path: object, options: DataOptions | None = None, **named: int) -> str:
    with pytest.raises((DataError, ConfigError)) as error:
        read_panel(path, options, **named)
    return str(error.value)


# --- without complaint ---------------------------------------------------------------------------------------------


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


# --- one clear message ---------------------------------------------------------------------------------------------


def test_a_bad_number_is_named(tmp_path: Path) -> None:
    lines = hourly(3000).splitlines()
    lines[2000] = lines[2000].rsplit(",", 1)[0] + ",twelve"
    text = message(write(tmp_path, "\n".join(lines)))
    for part in ("data.csv", "line 2001", "'y'", "'twelve'", "number", "leave it empty"):
        assert part in text


def test_lines_are_counted_over_quoted_newlines_and_blanks(tmp_path: Path) -> None:
    text = 'ds,y,remark\n2024-01-01,1,"a\nb"\n\n2024-01-02,2,x\n2024-01-03,oops,x\n'
    assert "line 6" in message(write(tmp_path, text))


@pytest.mark.parametrize("value", ["2024-02-30 00:00:00", "soon", ""])
def test_a_bad_date_is_named(value: str, tmp_path: Path) -> None:
    lines = hourly(100).splitlines()
    lines[50] = f"{value},1"
    text = message(write(tmp_path, "\n".join(lines)))
    assert "line 51" in text and "'ds'" in text and repr(value) in text


def test_an_infinite_value_is_named() -> None:
    data = frame()
    data.loc[7, "y"] = np.inf
    text = message(data)
    assert "pandas frame" in text and "row 7" in text and "'y'" in text and "inf" in text


def test_duplicates_name_both_rows(tmp_path: Path) -> None:
    lines = hourly(30).splitlines()
    lines.append(lines[10])
    text = message(write(tmp_path, "\n".join(lines)))
    assert "line 11" in text and "line 32" in text and "twice" in text and "--resample" in text


def test_irregular_times_name_the_nearest_frequency(tmp_path: Path) -> None:
    lines = hourly(48).splitlines()
    lines[20] = lines[20].replace(":00:00,", ":07:00,")
    text = message(write(tmp_path, "\n".join(lines)))
    assert "line 21" in text and "irregular" in text and "--resample h" in text


def test_a_wrong_named_frequency_is_refused() -> None:
    assert "--freq is D" in message(frame(), DataOptions(freq="D"))


def test_series_off_each_others_grid_are_irregular() -> None:
    data = frame()
    data.loc[48:, "ds"] += pd.Timedelta(minutes=13)
    assert "off the grid" in message(data)


def test_one_stray_year_is_not_filled_with_millions_of_rows() -> None:
    data = frame()
    data.loc[47, "ds"] = pd.Timestamp("2204-01-01")
    text = message(data)
    assert "jumps" in text and "row 47" in text


@pytest.mark.parametrize(
    ("good", "bad", "part"),
    [("{s}+01:00", "{s}", "no zone"), ("{s}+01:00", "{s}+02:00", "+02:00"), ("{s}", "{s}Z", "no zone")],
)
def test_mixed_time_zones(good: str, bad: str, part: str, tmp_path: Path) -> None:
    lines = hourly(40).splitlines()
    for k in range(1, 41):
        stamp, y = lines[k].split(",")
        lines[k] = (bad if k == 30 else good).format(s=stamp) + "," + y
    text = message(write(tmp_path, "\n".join(lines)))
    assert "data.csv" in text and ("mixed time zones" in text) and part in text and "line 31" in text


def test_several_offsets_are_fine_when_the_zone_is_named(tmp_path: Path) -> None:
    stamps = pd.date_range("2024-03-30 12:00", periods=48, freq="h", tz="Europe/Berlin")
    text = "ds,y\n" + "".join(f"{s.isoformat()},{k}\n" for k, s in enumerate(stamps))
    panel = read_panel(write(tmp_path, text), DataOptions(tz="Europe/Berlin"))
    assert panel.tz == "Europe/Berlin" and panel.lengths.tolist() == [48]


def test_a_time_the_clock_skipped_is_refused(tmp_path: Path) -> None:
    lines = ["ds,y"] + [f"2024-03-31 0{h}:00,1" for h in range(5)]
    assert "never was in Europe/Berlin" in message(write(tmp_path, "\n".join(lines)), DataOptions(tz="Europe/Berlin"))


@pytest.mark.parametrize("text", ["", "\n\n", "ds,y\n", "ds,y"])
def test_empty_files(text: str, tmp_path: Path) -> None:
    said = message(write(tmp_path, text))
    assert "data.csv" in said and ("empty" in said or "no rows" in said)


def test_empty_frames_and_all_missing_targets() -> None:
    assert "empty" in message(frame().iloc[:0])
    assert "no value at all" in message(frame().assign(y=np.nan))


def test_a_missing_column_lists_what_is_there() -> None:
    text = message(frame().assign(temperature=1.0), DataOptions(past=("temprature",)))
    assert "'temprature'" in text and "did you mean 'temperature'?" in text and "unique_id, ds, y" in text


def test_no_target_and_no_time() -> None:
    assert "--target" in message(frame().rename(columns={"y": "u"}).assign(v=1.0))
    assert "--time" in message(frame().drop(columns="ds"))


def test_a_missing_file_names_the_nearest(tmp_path: Path) -> None:
    write(tmp_path, hourly(5), "sales.csv")
    assert "did you mean 'sales.csv'" in message(tmp_path / "sale.csv")


def test_a_ragged_line_is_named(tmp_path: Path) -> None:
    lines = hourly(30).splitlines()
    lines[12] += ",surplus"
    text = message(write(tmp_path, "\n".join(lines)))
    assert "line 13" in text and "3 fields" in text and "header has 2" in text


def test_a_short_series_says_how_long_it_must_be() -> None:
    text = message(pd.concat([frame(), frame(rows=5, ids=("tiny",))]), min_length=20)
    assert "'tiny'" in text and "5 rows" in text and "20" in text and "--skip-short" in text


def test_future_covariates_that_end_before_the_horizon() -> None:
    data = frame()
    data["ahead"] = np.arange(96.0)
    data.loc[44:47, "y"] = np.nan
    data.loc[90:95, "y"] = np.nan
    text = message(data, DataOptions(future=("ahead",)), horizon=6)
    assert "'ahead'" in text and "'a'" in text and "2024-01-02 23:00" in text and "2024-01-03 01:00" in text


def test_static_columns_may_not_change() -> None:
    data = frame().assign(kind="x")
    data.loc[9, "kind"] = "y"
    text = message(data, DataOptions(static=("kind",)))
    assert "row 9" in text and "'kind'" in text


def test_weights_and_labels_are_checked() -> None:
    assert "row 3" in message(frame().assign(w=[-1.0 if k == 3 else 1.0 for k in range(96)]), DataOptions(weight="w"))
    assert "0 or 1" in message(frame().assign(s=2), DataOptions(spike_label="s"))


def test_lists_of_columns_may_be_one_text() -> None:
    values: dict[str, Any] = {"past": "a, b", "target": "u,v"}
    options = DataOptions(**values)
    assert options.past == ("a", "b") and options.targets == ("u", "v")


def test_options_that_contradict_themselves() -> None:
    with pytest.raises(ConfigError, match="not both"):
        DataOptions(freq="h", resample="D")
    with pytest.raises(ConfigError, match="'a'"):
        DataOptions(past=("a",), future=("a",))
    assert "--freq" in message(frame(), DataOptions(freq="fortnight"))
    assert "Mars" in message(frame(), DataOptions(tz="Mars/Base"))


def test_what_is_no_table_is_refused() -> None:
    assert "got list" in message([1, 2, 3])


def test_the_source_is_left_untouched() -> None:
    data = frame().sample(frac=1, random_state=1)
    before = data.copy()
    read_panel(data)
    pd.testing.assert_frame_equal(data, before)
