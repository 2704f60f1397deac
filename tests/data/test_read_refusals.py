"""Reading files and frames: the one message where they cannot be used as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from data_files import frame, hourly, message, write

from sextet.core.errors import ConfigError, DataError
from sextet.data.options import DataOptions
from sextet.data.read import read_panel


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


@pytest.mark.parametrize("value", ["9999-12-31 00:00:00", "0001-01-01 00:00:00", "9999-12-31"])
def test_a_year_that_is_not_read_is_told_from_what_is_no_date(value: str, tmp_path: Path) -> None:
    lines = hourly(100).splitlines()
    lines[50] = f"{value},1"
    text = message(write(tmp_path, "\n".join(lines)))
    assert "line 51" in text and repr(value) in text and "of the years 1678 to 2261" in text


def test_years_that_are_not_read_are_named_in_frames_and_counted_stamps_too(tmp_path: Path) -> None:
    stamps = np.datetime64("2024-01-01", "us") + np.arange(100) * np.timedelta64(3600, "s")
    stamps[60] = np.datetime64("9999-12-31", "us")
    text = message(pd.DataFrame({"ds": stamps, "y": np.arange(100.0)}))
    assert "row 60" in text and "9999-12-31" in text and "of the years 1678 to 2261" in text
    counted = [1_704_067_200 + 3600 * k for k in range(100)]
    counted[60] = 9_999_999_999  # 2286: as nanoseconds it would be a moment of 1702
    text = message(write(tmp_path, "ds,y\n" + "".join(f"{second},1\n" for second in counted)))
    assert "line 62" in text and "9999999999" in text and "of the years 1678 to 2261" in text


def test_a_named_column_that_holds_no_times_is_told_what_would_do(tmp_path: Path) -> None:
    path = write(tmp_path, "ds,y\n12,1\n13,2\n")
    said = message(path, DataOptions(time="ds"))
    assert "got '12'" in said and "seconds since 1970" in said and "name another column of times with --time" in said
    path = write(tmp_path, "ds,y\n1704067200,1\n1704070800,2\nlater,3\n")
    assert "line 4" in message(path) and "got 'later'" in message(path)


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


def test_times_named_as_the_series_are_told_apart() -> None:
    data = frame().drop(columns="unique_id").iloc[:48]
    assert "'ds' was named for the series (--id), but holds times" in message(data, DataOptions(id="ds"))


def test_a_wrong_named_frequency_is_refused() -> None:
    assert "--freq is D" in message(frame(), DataOptions(freq="D"))


def test_weeks_dated_by_two_days_are_not_to_be_averaged() -> None:
    mondays, sundays = (pd.date_range(first, periods=30, freq="7D") for first in ("2024-01-01", "2024-07-28"))
    one = pd.DataFrame({"unique_id": "a", "ds": mondays.append(sundays[:10]), "y": 1.0})
    with pytest.raises(DataError) as refused:
        read_panel(one)
    text = str(refused.value)
    assert "Dates are 30 Mondays, 10 Sundays. Move all dates onto one day of the week" in text
    assert "--resample W would put two of these weeks into one" in text
    other = pd.DataFrame({"unique_id": "b", "ds": sundays, "y": 1.0})
    with pytest.raises(DataError, match="Dates are 30 Mondays, 30 Sundays"):
        read_panel(pd.concat([one[:30], other]))


def test_series_off_each_others_grid_are_irregular() -> None:
    data = frame()
    data.loc[48:, "ds"] += pd.Timedelta(minutes=13)
    assert "off the grid" in message(data)


def test_one_stray_year_is_not_filled_with_millions_of_rows() -> None:
    data = frame()
    data.loc[47, "ds"] = pd.Timestamp("2204-01-01")
    text = message(data)
    assert "slip in the year" in text and "row 47" in text
    data.loc[20:, "ds"] = pd.date_range("2204-01-01", periods=len(data) - 20, freq="h")
    assert "jumps" in message(data)


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


BERLIN = DataOptions(tz="Europe/Berlin")


def by_clock(path: Path, *stamps: Any) -> Path:
    """A file of local times without a zone."""
    return write(path, "ds,y\n" + "".join(f"{stamp},{k}\n" for k, stamp in enumerate(stamps)))


def test_a_time_the_clock_skipped_is_refused_with_what_mends_it(tmp_path: Path) -> None:
    path = by_clock(tmp_path, *pd.date_range("2024-03-30", periods=72, freq="h"))
    text = message(path, BERLIN)
    assert "line 28, column 'ds': 2024-03-31 02:00 never was in Europe/Berlin" in text
    assert "name the zone" not in text and "leave it out" in text and "(2024-03-31 02:00+01:00)" in text
    assert "--tz +01:00, or --tz UTC" in text
    assert "(--tz UTC)" in message(path, DataOptions(tz="Europe/London"))
    for zone in ("+01:00", "UTC"):
        assert read_panel(path, DataOptions(tz=zone)).lengths.tolist() == [72]
    offset = by_clock(tmp_path, *(f"{stamp}+01:00" for stamp in pd.date_range("2024-03-30", periods=72, freq="h")))
    assert read_panel(offset, BERLIN).lengths.tolist() == [72]


def test_a_time_given_more_often_than_the_clock_showed_it_is_told_by_that_clock(tmp_path: Path) -> None:
    stamps = pd.date_range("2024-10-26", "2024-10-28", freq="h", tz="Europe/Berlin").tz_localize(None).tolist()
    assert read_panel(by_clock(tmp_path, *stamps), BERLIN).lengths.tolist() == [50]  # an hour is shown twice
    shown_twice, shown_once = pd.Timestamp("2024-10-27 02:00"), pd.Timestamp("2024-10-27 05:00")
    for stamp, lines in ((shown_twice, "line 29 and line 30"), (shown_once, "line 32 and line 33")):
        text = message(by_clock(tmp_path, *sorted([*stamps, stamp])), BERLIN)
        assert lines in text and "more often than the clock of Europe/Berlin showed it" in text
        assert f"has the time {stamp:%Y-%m-%d %H:%M} " in text and f"({stamp:%Y-%m-%d %H:%M}+01:00)" in text
        assert "name its zone with --tz" not in text and "Remove one of the rows" in text
    text = message(by_clock(tmp_path, *sorted([*stamps, shown_once])))  # without a zone
    assert "2024-10-27 02:00 twice" in text and "name its zone with --tz" in text  # which helps there
    zoned = [f"{stamp}Z" for stamp in pd.date_range("2024-10-26", periods=48, freq="h")]
    text = message(by_clock(tmp_path, *zoned, zoned[5]), BERLIN)
    assert "has the time 2024-10-26 07:00 CEST twice" in text and "--tz" not in text


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
    with pytest.raises(ConfigError, match="Expected . or , as the sign before decimals; got ';'"):
        DataOptions(decimal=";")
    with pytest.raises(ConfigError, match="Expected day/month/year or month/day/year as the order of dates; got 'dmy'"):
        DataOptions(dates="dmy")
    assert "--freq" in message(frame(), DataOptions(freq="fortnight"))
    for zone in ("Mars/Base", "+25:00", "-24:00", "+01:60"):
        assert repr(zone) in message(frame(), DataOptions(tz=zone))


@pytest.mark.parametrize("name", ["data.parquet", "data.PQ"])
def test_text_named_as_parquet_is_told_so(name: str, tmp_path: Path) -> None:
    said = message(write(tmp_path, hourly(30), name))
    assert "named as a Parquet file, but is none: it is text" in said and ".csv" in said and "Arrow" not in said
    (tmp_path / name).write_bytes(b"\x00\x01\x02\x03\x04")
    assert "it begins with b" in message(tmp_path / name)
    (tmp_path / name).write_bytes(b"PAR1 and then no more")
    assert "damaged or cut off" in message(tmp_path / name) and "magic" not in message(tmp_path / name)


def test_what_is_no_table_is_refused() -> None:
    assert "got list" in message([1, 2, 3])


def test_the_source_is_left_untouched() -> None:
    data = frame().sample(frac=1, random_state=1)
    before = data.copy()
    read_panel(data)
    pd.testing.assert_frame_equal(data, before)


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf", b"\xff\xfe", b"\xff\xfe\n\0", b"\0\0", b" \n\n", b"sep=;\n"])
def test_files_that_hold_nothing_are_empty(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_bytes(content)
    with pytest.raises(DataError, match="data.csv is empty"):
        read_panel(tmp_path / "data.csv")


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("weight", "column 'none' holds no weight at all. Fill it"),
        ("spike_label", "column 'none' holds no spike label at all"),
        ("static", "column 'none': expected a value, the same in all rows of a series.*leave it out of --static"),
    ],
)
def test_columns_that_hold_nothing_are_refused(role: str, said: str, tmp_path: Path) -> None:
    frame().assign(none=None).to_csv(tmp_path / "data.csv", index=False)
    with pytest.raises(DataError, match=said):
        read_panel(tmp_path / "data.csv", DataOptions(**{role: ("none",) if role == "static" else "none"}))
