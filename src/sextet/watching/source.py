"""Rows from whatever people have: a file, standard input, a frame, or rows that a program makes one by one."""

from __future__ import annotations

import bz2
import gzip
import lzma
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from sextet.core.errors import DataError
from sextet.core.kinds import shown
from sextet.watching.clock import Clock
from sextet.watching.layout import Columns, layout_of_names
from sextet.watching.lines import Row, Unreadable, number_of, refuse_nameless, rows_of

_BATCH = 4096
_OPENERS = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
_FRAMES = ("pandas", "polars", "pyarrow")
_TABLES = (".parquet", ".pq")


def rows_from(data: Any, columns: Columns, unreadable: Unreadable) -> Iterator[Row]:
    """Read rows one at a time.

    Args:
        data: the path of a CSV or JSON-lines file (also .gz, .bz2, .xz) or of a Parquet file; "-" for standard
            input; a pandas, polars or pyarrow frame; or an iterable of lines, of (stamp, value) or of (series, stamp,
            value).
        columns: which column is what, where there are names.
        unreadable: told of rows passed over.

    Raises:
        DataError: the file is absent or no text, or it does not say which column is what.
    """
    if isinstance(data, (str, Path)):
        return _from_path(data, columns, unreadable)
    if type(data).__module__.split(".")[0] in _FRAMES:
        return _from_frame(data, columns, unreadable)
    if not isinstance(data, Iterable):
        raise DataError(f"Expected a file path, a frame or an iterable of rows to watch; got {shown(data)}.")
    return _from_items(data, columns, unreadable)


def _from_path(path: str | Path, columns: Columns, unreadable: Unreadable) -> Iterator[Row]:
    if str(path) == "-":
        yield from rows_of(sys.stdin, columns, unreadable, "standard input")
        return
    file = Path(path)
    try:
        if file.suffix.lower() in _TABLES:
            yield from _from_parquet(file, columns, unreadable)
            return
        opener: Any = _OPENERS.get(file.suffix.lower(), open)
        with opener(file, "rt", encoding="utf-8-sig", errors="replace", newline="") as lines:
            yield from rows_of(lines, columns, unreadable, str(file))
    except FileNotFoundError:
        raise DataError(
            f"There is no file {file}. Name the file to watch with --data, or - for standard input."
        ) from None
    except IsADirectoryError:
        raise DataError(f"{file} is a folder; name a file with --data.") from None
    except (gzip.BadGzipFile, lzma.LZMAError, EOFError) as error:
        raise DataError(f"{file} is damaged or no {file.suffix} file: {error}.") from error


def _from_parquet(file: Path, columns: Columns, unreadable: Unreadable) -> Iterator[Row]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(file)
    except pa.ArrowInvalid as error:
        raise DataError(f"{file} is damaged or no Parquet file: {error}.") from error
    number = 0
    for batch in table.iter_batches(_BATCH):
        yield from _from_columns(batch.to_pandas(), columns, unreadable, str(file), number)
        number += batch.num_rows


def _from_frame(frame: Any, columns: Columns, unreadable: Unreadable) -> Iterator[Row]:
    from sextet.data.frame_table import table_of_frame  # a stream of lines needs no Arrow

    table, name = table_of_frame(frame)
    number = 0
    for batch in table.to_batches(_BATCH):
        yield from _from_columns(batch.to_pandas(), columns, unreadable, name, number)
        number += batch.num_rows


def _from_columns(part: Any, columns: Columns, unreadable: Unreadable, source: str, before: int) -> Iterator[Row]:
    """Rows of a piece of a frame."""
    layout = layout_of_names([str(name) for name in part.columns], columns, source, keys=True)
    stamps = np.asarray(part[layout.time])
    if stamps.dtype.kind == "M":
        ns = stamps.astype("datetime64[ns]")
        texts = np.datetime_as_string(ns, unit="auto").tolist()
        seconds: list[float | None] = [
            None if text == "NaT" else at * 1e-9 for text, at in zip(texts, ns.astype(np.int64).tolist(), strict=True)
        ]
    else:
        clock = Clock()
        texts = [str(stamp) for stamp in stamps.tolist()]
        seconds = [clock.second(text) for text in texts]
    parts = [[str(name) for name in np.asarray(part[one]).tolist()] for one in layout.ids]
    names = ["/".join(name) for name in zip(*parts, strict=True)] or [""] * len(texts)
    values = _numbers(part[layout.target])
    more = list(zip(*(_numbers(part[name]) for name in layout.covariates), strict=True)) or [()] * len(texts)
    for place, (name, text, second, value) in enumerate(zip(names, texts, seconds, values, strict=True)):
        if second is None:
            unreadable(before + place + 1, f"{text[:40]!r} is no time")
        else:
            yield Row(name, text, second, value, more[place])


def _numbers(column: Any) -> list[float]:
    return [number_of(str(value)) for value in np.asarray(column).tolist()]


def _from_items(items: Iterable[Any], columns: Columns, unreadable: Unreadable) -> Iterator[Row]:
    stream = iter(items)
    first = next(stream, None)
    if first is None:
        return
    if isinstance(first, str):
        yield from rows_of(_with(first, stream), columns, unreadable)
        return
    refuse_nameless(columns, "the rows")
    clock = Clock()
    for number, item in enumerate(_with(first, stream), 1):
        try:
            series, stamp, value = item if len(item) == 3 else ("", *item)
            text = stamp if isinstance(stamp, str) else str(stamp)
            second = clock.second(text)
        except (TypeError, ValueError):
            unreadable(number, "expected (stamp, value) or (series, stamp, value)")
            continue
        if second is None:
            unreadable(number, f"{text[:40]!r} is no time")
        else:
            yield Row(str(series), text, second, number_of(str(value)))


def _with(first: Any, rest: Iterator[Any]) -> Iterator[Any]:
    yield first
    yield from rest
