"""Where rows come from: one interface over CSV text, Parquet files and data frames in memory."""

from __future__ import annotations

import os
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from sextet.core.errors import DataError
from sextet.data.frame_table import refuse_twice, table_of_frame
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
        refuse_twice(self.columns, self.name)
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
    return TableSource(*table_of_frame(source))


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
