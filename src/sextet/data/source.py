"""Where rows come from: one interface over CSV text, Parquet files and data frames in memory."""

from __future__ import annotations

import os
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from sextet.core.errors import DataError, DependencyError
from sextet.data.parquet_form import PARQUET_MAGIC, PARQUET_SUFFIXES, no_parquet

HEAD_ROWS = 5_000  # rows looked at to see what the columns hold
BATCH_ROWS = 1 << 18


class Source(ABC):
    """Rows in a fixed order, read in batches.

    Attributes:
        name: how messages call it: a file name, or "the pandas frame".
        columns: its column names.
        head: its first rows, all columns.
        text: whether numbers and dates come as text.
        grouped: whether a comma in a number may group thousands: "1,234".
        notes: what was found on opening.
        rows: how many there are, where that is known beforehand.
    """

    name: str
    columns: tuple[str, ...]
    head: pa.Table
    text: bool = False
    grouped: bool = False
    notes: tuple[str, ...] = ()
    rows: int | None = None

    @abstractmethod
    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield all rows in order, of `columns` only."""

    @abstractmethod
    def place(self, row: int) -> str:
        """How to find row `row` (from 0): "line 12" of a text file, "row 10" elsewhere."""


class ParquetSource(Source):
    """A Parquet file."""

    def __init__(self, path: Path) -> None:
        """Open the file and look at its first rows."""
        from pyarrow import parquet

        self.name = str(path)
        try:
            self._file = parquet.ParquetFile(path, memory_map=False, buffer_size=1 << 20)
            self.columns = tuple(self._file.schema_arrow.names)
            first = next(self._file.iter_batches(batch_size=HEAD_ROWS), None)
        except pa.ArrowException as error:
            raise DataError(
                f"{path} begins like a Parquet file, but is damaged or cut off. Write or copy it again."
            ) from error
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error}. Check the file.") from error
        if first is None or not first.num_rows:
            raise DataError(f"{path} is empty: it has no rows. Expected one row a time and series.")
        self.head = pa.Table.from_batches([first])
        self.rows = self._file.metadata.num_rows

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield all rows in order, of `columns` only."""
        yield from self._file.iter_batches(batch_size=BATCH_ROWS, columns=list(columns), use_threads=False)

    def place(self, row: int) -> str:
        """Count rows from 1, as a reader of the file would."""
        return f"row {row + 1}"


class TableSource(Source):
    """A table in memory."""

    def __init__(self, table: pa.Table, name: str) -> None:
        """Keep the table; its columns are not copied."""
        if not table.num_columns or not table.num_rows:
            raise DataError(f"{name[0].upper()}{name[1:]} is empty. Expected one row a time and series.")
        self.name, self._table = name, table
        self.columns = tuple(table.column_names)
        self.head = table.slice(0, HEAD_ROWS)
        self.rows = table.num_rows

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield all rows in order, of `columns` only."""
        yield from self._table.select(list(columns)).to_batches(max_chunksize=BATCH_ROWS)

    def place(self, row: int) -> str:
        """Count rows from 0, as frames do."""
        return f"row {row} (counted from 0)"


def open_source(source: Any) -> Source:
    """Open a path ("-" for standard input), or a pandas, polars or pyarrow frame; what is open stays so.

    Raises:
        DataError: it is not there, empty, of an unknown kind, or cannot be read.
    """
    if isinstance(source, Source):
        return source
    if isinstance(source, str | os.PathLike):
        return _open_path(os.fspath(source))
    if isinstance(source, pa.Table):
        return TableSource(source, "the pyarrow table")
    return TableSource(*_from_frame(source))


def _open_path(text: str) -> Source:
    from sextet.data.csv_source import CsvSource

    if text == "-":
        return CsvSource(sys.stdin.buffer.read(), "standard input")
    path = Path(text)
    if path.is_dir():
        raise DataError(f"{path} is a folder. Give a CSV or Parquet file.")
    if not path.is_file():
        siblings = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        from sextet.core.errors import nearest

        raise DataError(f"There is no file {path}{nearest(path.name, siblings) or '.'} Check the path.")
    if path.stat().st_size == 0:
        raise DataError(f"{path} is empty. Expected a header line and one row a time and series.")
    with open(path, "rb") as file:
        magic = file.read(4)
    if magic == PARQUET_MAGIC:
        return ParquetSource(path)
    if path.suffix.lower() in PARQUET_SUFFIXES:
        raise DataError(no_parquet(path, magic))
    if magic[:2] == b"PK" or path.suffix.lower() in (".xls", ".xlsx", ".ods"):
        raise DataError(f"{path} is a spreadsheet or an archive. Save it as CSV or Parquet.")
    return CsvSource(path, str(path))


def _from_frame(frame: Any) -> tuple[pa.Table, str]:
    """Columns of a frame as an Arrow table, without a copy where the frame's memory allows it."""
    try:
        import narwhals as nw
    except ImportError as error:
        raise DependencyError("Reading frames needs narwhals: pip install narwhals.") from error
    frame = _without_periods(_with_index_as_columns(frame))
    try:
        native = nw.from_native(frame)
    except TypeError as error:
        raise DataError(
            f"Expected a file path, or a pandas, polars or pyarrow frame; got {type(frame).__name__}."
        ) from error
    eager = native.collect() if isinstance(native, nw.LazyFrame) else native
    name = f"the {eager.implementation.name.lower()} frame"
    columns = [str(column) for column in eager.columns]
    twice = next((column for column in columns if columns.count(column) > 1), None)
    if twice is not None:
        raise DataError(f"{name} has two columns named {twice!r}. Give each its own name.")
    arrays = [_arrow(eager[column]) for column in eager.columns]
    return pa.table(arrays, names=columns), name


def _arrow(column: Any) -> pa.Array | pa.ChunkedArray:
    try:
        return column.to_arrow()
    except (pa.ArrowException, TypeError, ValueError):
        # a column of mixed Python objects: its text is read instead, so that a bad value can be named
        values = column.to_list()
        return pa.array([None if value is None or value != value else str(value) for value in values], pa.string())


def _with_index_as_columns(frame: Any) -> Any:
    """Pandas keeps stamps and ids in the index often: make them columns; a series becomes a frame."""
    if type(frame).__module__.split(".")[0] != "pandas":
        return frame
    import pandas as pd

    if isinstance(frame, pd.Series):
        frame = frame.to_frame("y" if frame.name is None else str(frame.name))
    if not isinstance(frame, pd.DataFrame):
        return frame
    index = frame.index
    if isinstance(index, pd.PeriodIndex):
        frame = frame.set_axis(index.to_timestamp(), axis=0)
    named = [name for name in index.names if name is not None]
    if named and not set(named) & set(frame.columns):
        return frame.reset_index()
    if isinstance(frame.index, pd.DatetimeIndex) and "ds" not in frame.columns:
        return frame.rename_axis("ds").reset_index()
    return frame


def _without_periods(frame: Any) -> Any:
    """Columns of pandas periods as the stamps at which they begin."""
    if type(frame).__module__.split(".")[0] != "pandas" or not hasattr(frame, "dtypes"):
        return frame
    import pandas as pd

    at = [k for k, kind in enumerate(frame.dtypes) if isinstance(kind, pd.PeriodDtype)]
    columns = {frame.columns[k]: frame.iloc[:, k].dt.to_timestamp() for k in at}
    return frame.assign(**columns) if columns else frame
