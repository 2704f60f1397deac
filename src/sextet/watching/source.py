"""Rows from whatever people have: a file, standard input, a frame, or rows that a program makes one by one."""

from __future__ import annotations

import gzip
import lzma
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np

from sextet.core.errors import DataError
from sextet.core.kinds import shown
from sextet.data.parquet_form import PARQUET_MAGIC, PARQUET_SUFFIXES, no_parquet
from sextet.watching.layout import Layout, layout_of_names
from sextet.watching.lines import Stream, refuse_nameless, rows_of
from sextet.watching.reading import FILE_ROWS, Raw, Reading, Row
from sextet.watching.texts import file_lines, standard_input

_BATCH = 4096
_FRAMES = ("pandas", "polars", "pyarrow")


def rows_from(data: Any, stream: Stream) -> Iterator[Row]:
    """Read rows one at a time.

    Args:
        data: the path of a CSV or JSON-lines file (also .gz, .bz2, .xz) or of a Parquet file; "-" for standard
            input; a pandas, polars or pyarrow frame; or an iterable of lines, of (stamp, value) or of (series, stamp,
            value).
        stream: which column is what, where there are names; what is told of rows that are passed over. Its name and
            how far is looked ahead follow from the data.

    Raises:
        DataError: the file is absent or no text, or it does not say which column is what.
    """
    if isinstance(data, (str, Path)):
        return _from_path(data, stream)
    if type(data).__module__.split(".")[0] in _FRAMES:
        return _from_frame(data, replace(stream, ahead=FILE_ROWS))
    if not isinstance(data, Iterable):
        raise DataError(f"Expected a file path, a frame or an iterable of rows to watch; got {shown(data)}.")
    return _from_items(data, replace(stream, name="the rows"))


def _from_path(path: str | Path, stream: Stream) -> Iterator[Row]:
    if str(path) == "-":
        yield from rows_of(standard_input(), replace(stream, name="standard input"))
        return
    file = Path(path)
    stream = replace(stream, name=str(file), ahead=FILE_ROWS)
    try:
        if _is_parquet(file):
            yield from _from_parquet(file, stream)
            return
        with file_lines(file, stream.heard) as lines:
            yield from rows_of(lines, stream)
    except FileNotFoundError:
        raise DataError(
            f"There is no file {file}. Name the file to watch with --data, or - for standard input."
        ) from None
    except IsADirectoryError:
        raise DataError(f"{file} is a folder; name a file with --data.") from None
    except (gzip.BadGzipFile, lzma.LZMAError, EOFError) as error:
        raise DataError(f"{file} is damaged or no {file.suffix} file: {error}.") from error
    except UnicodeError as error:
        raise DataError(f"{file} is not text that can be read: {error}. Save it as UTF-8.") from error


def _is_parquet(file: Path) -> bool:
    with open(file, "rb") as opened:
        start = opened.read(len(PARQUET_MAGIC))
    if start == PARQUET_MAGIC:
        return True
    if file.suffix.lower() in PARQUET_SUFFIXES:
        raise DataError(no_parquet(file, start))
    return False


def _from_parquet(file: Path, stream: Stream) -> Iterator[Row]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(file)
    except pa.ArrowInvalid as error:
        raise DataError(
            f"{file} begins like a Parquet file, but is damaged or cut off. Write or copy it again."
        ) from error
    yield from _from_parts((batch.to_pandas() for batch in table.iter_batches(_BATCH)), stream)


def _from_frame(frame: Any, stream: Stream) -> Iterator[Row]:
    from sextet.data.frame_table import table_of_frame  # a stream of lines needs no Arrow

    table, name = table_of_frame(frame)
    return _from_parts((batch.to_pandas() for batch in table.to_batches(_BATCH)), replace(stream, name=name))


def _from_parts(parts: Iterator[Any], stream: Stream) -> Iterator[Row]:
    """Rows of a frame, given in pieces."""
    reading: Reading | None = None
    layout: Layout | None = None
    before = 0
    for part in parts:
        names = [str(name) for name in part.columns]
        layout = layout or layout_of_names(
            names, stream.columns, stream.name, keys=True, rows=list(part.itertuples(index=False, name=None))
        )
        reading = reading or stream.reading(layout, (), epoch=True)
        stamps = np.asarray(part[layout.time])
        seconds: list[float | None] = [None] * len(stamps)
        if stamps.dtype.kind == "M":
            ns = stamps.astype("datetime64[ns]")
            texts = np.datetime_as_string(ns, unit="auto").tolist()
            seconds = [
                None if text == "NaT" else at * 1e-9
                for text, at in zip(texts, ns.astype(np.int64).tolist(), strict=True)
            ]
        else:
            texts = [str(stamp) for stamp in stamps.tolist()]
        named = [[str(name) for name in np.asarray(part[one]).tolist()] for one in layout.ids]
        series = ["/".join(name) for name in zip(*named, strict=True)] or [""] * len(texts)
        more = [np.asarray(part[name]).tolist() for name in layout.covariates]
        targets = [(name, np.asarray(part[place]).tolist()) for name, place in layout.wide or (("", layout.target),)]
        for row, known in enumerate(zip(*more, strict=True) if more else repeat((), len(texts))):
            for name, values in targets:
                yield from reading.take(
                    Raw(before + row + 1, name or series[row], texts[row], (values[row], *known), seconds[row])
                )
        before += len(texts)
    if reading is not None:
        yield from reading.end()


def _from_items(items: Iterable[Any], stream: Stream) -> Iterator[Row]:
    rest = iter(items)
    first = next(rest, None)
    if first is None:
        return
    if isinstance(first, str):
        yield from rows_of(_with(first, rest), replace(stream, name="the data"))
        return
    refuse_nameless(stream.columns, stream.name)
    reading = Reading(stream.heard, hints=stream.hints, zone=stream.zone)
    for number, item in enumerate(_with(first, rest), 1):
        try:
            series, stamp, value = item if len(item) == 3 else ("", *item)
        except (TypeError, ValueError):
            stream.heard.row(number, "expected (stamp, value) or (series, stamp, value)")
            continue
        yield from reading.take(Raw(number, str(series), stamp if isinstance(stamp, str) else str(stamp), (value,)))
    yield from reading.end()


def _with(first: Any, rest: Iterator[Any]) -> Iterator[Any]:
    yield first
    yield from rest
