"""Rows from files, frames and programs."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from sextet.core.errors import DataError
from sextet.watching.heard import Heard
from sextet.watching.layout import Columns
from sextet.watching.lines import Stream
from sextet.watching.source import rows_from
from sextet.watching.zone_clock import ZoneClock

TEXT = "unique_id,ds,y\na,1970-01-01 00:00,1.5\nb,1970-01-01 00:00,\na,1970-01-02 00:00,2\n"
ROWS = [("a", 0.0, 1.5), ("b", 0.0, math.nan), ("a", 86_400.0, 2.0)]
FRAME = pd.DataFrame(
    {
        "unique_id": ["a", "b", "a"],
        "ds": pd.to_datetime(["1970-01-01", "1970-01-01", "1970-01-02"]),
        "y": [1.5, np.nan, 2],
    }
)
TWICE = pd.Timestamp("2024-10-26 23:00").timestamp()  # 01:00 in Berlin, an hour before an hour that comes twice


def read(data: Any, unread: list[Any] | None = None) -> list[tuple[str, float, float]]:
    heard = Heard()
    found = list(rows_from(data, Stream(name="", columns=Columns(), heard=heard)))
    if unread is not None:
        unread += heard.unread
    return [(row.series, row.second, row.value) for row in found]


@pytest.mark.parametrize(
    ("ending", "opener"), [(".csv", open), (".csv.gz", gzip.open), (".bz2", bz2.open), (".xz", lzma.open)]
)
def test_files(ending: str, opener: Any, tmp_path: Path) -> None:
    path = tmp_path / f"data{ending}"
    with opener(path, "wt") as file:
        file.write(TEXT)
    assert str(read(path)) == str(ROWS) == str(read(str(path)))


def test_parquet_and_frames(tmp_path: Path) -> None:
    FRAME.to_parquet(tmp_path / "data.parquet")
    FRAME.to_parquet(tmp_path / "data")
    assert str(read(tmp_path / "data")) == str(ROWS)
    assert str(read(tmp_path / "data.parquet")) == str(read(FRAME)) == str(read(pl.from_pandas(FRAME))) == str(ROWS)
    texts = FRAME.assign(ds=["1970-01-01", "never", "1970-01-02"])
    unread: list[Any] = []
    assert len(read(texts, unread)) == 2 and unread[0][0] == 2
    assert len(read(FRAME.assign(ds=FRAME.ds.where(FRAME.y != 2)))) == 2  # NaT


def test_stamps_of_a_frame_in_a_zone_are_told_in_it() -> None:
    stamps = pd.date_range("2024-10-27 01:00", periods=3, freq="h", tz="Europe/Berlin")
    frame = pd.DataFrame({"ds": stamps, "y": [1.0, 2.0, 3.0]})
    seconds = [TWICE, TWICE + 3600.0, TWICE + 7200.0]
    for zone in (None, ZoneClock("America/New_York")):  # what stamps say themselves counts
        stream = Stream(name="", columns=Columns(), heard=Heard(), zone=zone)
        for kind in (frame, pl.from_pandas(frame)):
            rows = list(rows_from(kind, stream))
            assert [row.stamp for row in rows][1:] == ["2024-10-27 02:00:00+02:00", "2024-10-27 02:00:00+01:00"]
            assert [row.second for row in rows] == seconds


@pytest.mark.parametrize("form", ["%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M"])
@pytest.mark.parametrize("day", ["2024-10-27", "2024-03-31"])
def test_stamps_that_name_no_zone_are_by_its_clock_wherever_they_come_from(day: str, form: str, tmp_path: Path) -> None:
    utc = pd.date_range(pd.Timestamp(day) - pd.Timedelta(hours=12), periods=48, freq="30min", tz="UTC")
    wall = utc.tz_convert("Europe/Berlin").tz_localize(None)
    never = pd.Timestamp("2024-03-31 02:15")  # the clock went from 02:00 to 03:00
    stamps = [*wall[:28], never, *wall[28:]]
    texts = [stamp.strftime(form) for stamp in stamps]
    frame = pd.DataFrame({"unique_id": "a", "ds": stamps, "y": 1.5})
    lines = ["unique_id,ds,y\n", *(f"a,{text},1.5\n" for text in texts)]
    path = tmp_path / "data.csv"
    path.write_text("".join(lines), encoding="utf-8")
    frame.to_parquet(tmp_path / "data.parquet")
    jsons = [json.dumps({"unique_id": "a", "ds": text, "y": 1.5}) for text in texts]
    given = [path, iter(lines), lines[1:], jsons, [("a", text, 1.5) for text in texts]]
    frames = [frame, pl.from_pandas(frame), tmp_path / "data.parquet", [("a", stamp, 1.5) for stamp in stamps]]
    for data in (*given, *frames):
        heard = Heard()
        zone = ZoneClock("Europe/Berlin")
        rows = list(rows_from(data, Stream(name="", columns=Columns(), heard=heard, zone=zone)))
        assert [row.second for row in rows] == [stamp.timestamp() for stamp in utc]
        assert heard.unreadable == 1
        assert "never was in Europe/Berlin, where the clock was put forward then" in heard.unread[0][1]


def test_moments_are_by_no_clock() -> None:
    zone = ZoneClock("Europe/Berlin")
    for text in ("1729990800", "2024-10-27T01:00:00Z", "27.10.2024 02:00 +01:00"):
        stream = Stream(name="", columns=Columns(), heard=Heard(), zone=zone)
        assert [row.second for row in rows_from(["ds,y\n", f"{text},1\n"], stream)] == [1_729_990_800.0]


def test_frames_whose_names_are_no_text_or_stand_in_the_index() -> None:
    assert str(read(FRAME.rename(columns={"y": 0}))) == str(ROWS)
    assert str(read(FRAME.set_index(["unique_id", "ds"]))) == str(ROWS)
    assert read(FRAME.set_index("ds")["y"].iloc[[0, 2]]) == [("", 0.0, 1.5), ("", 86_400.0, 2.0)]
    assert str(read(pa.Table.from_pandas(FRAME))) == str(read(pl.from_pandas(FRAME).lazy())) == str(ROWS)
    with pytest.raises(DataError, match="two columns named 'y'"):
        read(pd.concat([FRAME, FRAME[["y"]]], axis=1))


def test_several_columns_name_a_series_together(tmp_path: Path) -> None:
    frame = FRAME.assign(room=[1, 2, 1]).rename(columns={"unique_id": "floor"})
    path, lines = tmp_path / "data.csv", frame.to_json(orient="records", lines=True, date_format="iso").splitlines()
    frame.to_csv(path, index=False)
    for data in (frame, path, lines):
        found = rows_from(data, Stream(name="", columns=Columns(id="floor,room"), heard=Heard()))
        assert [row.series for row in found] == ["a/1", "b/2", "a/1"]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(TEXT))
    assert str(read("-")) == str(ROWS)


def test_rows_that_a_program_makes() -> None:
    unread: list[Any] = []
    stamps = [("a", "1970-01-01", 1), ("a", np.datetime64("1970-01-02"), 2.0), ("a", "never", 1), 7, ("a",)]
    assert read(iter(stamps), unread) == [("a", 0.0, 1.0), ("a", 86_400.0, 2.0)]
    assert [number for number, _ in unread] == [3, 4, 5]
    assert read([(pd.Timestamp("1970-01-02"), 3)]) == [("", 86_400.0, 3.0)]
    assert str(read(TEXT.splitlines(keepends=True))) == str(ROWS) and read([]) == []


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no file"):
        read(tmp_path / "none.csv")
    with pytest.raises(DataError, match="is a folder"):
        read(tmp_path)
    (tmp_path / "text.parquet").write_text(TEXT)
    with pytest.raises(DataError, match="named as a Parquet file, but is none: it is text"):
        read(tmp_path / "text.parquet")
    (tmp_path / "cut.parquet").write_bytes(b"PAR1 and then no more")
    with pytest.raises(DataError, match="damaged or cut off"):
        read(tmp_path / "cut.parquet")
    for name in ("bad.gz", "bad.xz"):
        (tmp_path / name).write_bytes(b"no such file at all")
        with pytest.raises(DataError, match="damaged or no"):
            read(tmp_path / name)
    binary = tmp_path / "noise.csv"
    binary.write_bytes(bytes(range(256)) * 4)
    with pytest.raises(DataError):
        read(binary)


def test_the_columns_of_a_wide_frame_are_series(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"when": pd.date_range("2024-01-01", periods=3, freq="h"), "hall": [1, 2, 3], "roof": [4, None, 6]}
    )
    frame.to_csv(tmp_path / "wide.csv", index=False)
    frame.to_parquet(tmp_path / "wide.parquet")
    lines = frame.assign(when=frame.when.astype(str)).to_json(orient="records", lines=True).splitlines()
    for data in (frame, tmp_path / "wide.csv", tmp_path / "wide.parquet", lines):
        found = read(data)
        hours = [(name, 3600.0 * hour) for hour in range(3) for name in ("hall", "roof")]
        assert [(name, second % 86_400) for name, second, _ in found] == hours
        np.testing.assert_array_equal([value for *_, value in found], [1, 4, 2, np.nan, 3, 6])
