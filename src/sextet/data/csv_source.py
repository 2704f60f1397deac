"""CSV text as people have it: any usual separator, decimal commas, byte-order marks, gzip, no stated encoding."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from sextet.core.errors import DataError
from sextet.data.csv_form import delimiter_of, encoding_of
from sextet.data.source import HEAD_ROWS, Source

_HEAD_BYTES = 1 << 19
_BLOCK_BYTES = 1 << 23


class CsvSource(Source):
    """A CSV file, or its bytes; every column is read as text and converted later, where a bad value can be named."""

    text = True

    def __init__(self, origin: Path | bytes, name: str) -> None:
        """Find encoding, separator and header, and read the first rows.

        Raises:
            DataError: the file is empty or has no header that can be used.
        """
        self.name, self._origin = name, origin
        start = self._start()
        if not start.strip():
            raise DataError(f"{name} is empty. Expected a header line and one row a time and series.")
        self._encoding = encoding_of(start)
        if self._encoding == "cp1252":
            self.notes = (f"{name} is not UTF-8; it was read as Windows-1252.",)
        text = start.decode(self._encoding, errors="ignore").lstrip("\ufeff")
        lines = text.splitlines()
        if not text.strip("\0 \t\r\n\ufeff"):
            raise DataError(f"{name} is empty. Expected a header line and one row a time and series.")
        self._skip = next((k for k, line in enumerate(lines) if line.strip()), 0)
        stated = re.fullmatch(r"sep=(.)\s*", lines[self._skip])
        self._skip += 1 if stated else 0
        body = lines[self._skip :]
        if not body:
            raise DataError(f"{name} is empty. Expected a header line and one row a time and series.")
        self._delimiter = stated[1] if stated else delimiter_of(body)
        self.grouped = self._delimiter == ","
        self.columns = self._header(body[0])
        self._quoted_newlines = '"' in text
        self.head = self._head()
        if not self.head.num_rows:
            raise DataError(f"{name} has a header but no rows. Expected one row a time and series.")

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield all rows in order, of `columns` only, as text."""
        yield from self._read(self._stream(), columns)

    def place(self, row: int) -> str:
        """The line of the file, the header being line 1: found by reading it again."""
        return f"line {self._line(lambda k, _: k == row)}"

    def _start(self) -> bytes:
        try:
            with self._stream() as stream:
                return bytes(stream.read(_HEAD_BYTES))
        except (pa.ArrowException, OSError, EOFError) as error:
            raise DataError(f"{self.name} cannot be read: {error}. Check the file.") from error

    def _stream(self) -> Any:
        if isinstance(self._origin, Path):
            return pa.input_stream(str(self._origin), compression="detect")
        stream = pa.BufferReader(self._origin)
        return pa.CompressedInputStream(stream, "gzip") if self._origin[:2] == b"\x1f\x8b" else stream

    def _header(self, line: str) -> tuple[str, ...]:
        names = [name.strip() for name in next(csv.reader([line], delimiter=self._delimiter))]
        named = [name or f"column {k + 1}" for k, name in enumerate(names)]
        twice = next((name for name, count in Counter(named).items() if count > 1), None)
        if twice is not None:
            raise DataError(
                f"{self.name}, line {self._skip + 1}: two columns are named {twice!r}. Give each its own name."
            )
        return tuple(named)

    def _head(self) -> pa.Table:
        batches, rows = [], 0
        for batch in self._read(self._stream(), self.columns, block=_HEAD_BYTES):
            batches.append(batch)
            rows += batch.num_rows
            if rows >= HEAD_ROWS or len(batches) > 3:
                break
        schema = pa.schema([(name, pa.string()) for name in self.columns])
        return pa.Table.from_batches(batches, schema=schema).slice(0, HEAD_ROWS)

    def _read(self, stream: Any, columns: Sequence[str], block: int = _BLOCK_BYTES) -> Iterator[pa.RecordBatch]:
        from pyarrow import csv as arrow_csv

        bad: list[Any] = []

        def note(row: Any) -> str:
            bad.append(row)
            return "skip"

        try:
            reader = arrow_csv.open_csv(
                stream,
                read_options=arrow_csv.ReadOptions(
                    column_names=list(self.columns),
                    skip_rows=self._skip + 1,
                    block_size=block,
                    encoding="utf8" if self._encoding == "utf-8" else self._encoding,
                    use_threads=False,
                ),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=self._delimiter,
                    newlines_in_values=self._quoted_newlines,
                    invalid_row_handler=note,
                ),
                convert_options=arrow_csv.ConvertOptions(
                    include_columns=list(columns),
                    column_types={name: pa.string() for name in columns},
                    strings_can_be_null=False,
                ),
            )
            for batch in reader:
                self._refuse(bad)
                yield batch
        except pa.ArrowInvalid as error:
            self._refuse(bad)
            if "Empty CSV file" in str(error):
                return
            if "invalid UTF8" in str(error):
                raise DataError(f"{self.name} holds bytes that are not UTF-8 text. Save it as UTF-8.") from error
            raise DataError(f"{self.name} is not a CSV table that can be read: {error}.") from error
        except UnicodeDecodeError as error:
            raise DataError(f"{self.name} is not {self._encoding} text: {error}. Save it as UTF-8.") from error
        self._refuse(bad)

    def _refuse(self, bad: list[Any]) -> None:
        if not bad:
            return
        width = bad[0].actual_columns
        line = self._line(lambda _, record: len(record) == width)
        raise DataError(
            f"{self.name}, line {line}: {width} fields, where the header has {len(self.columns)} "
            f"({', '.join(self.columns)}); the line is {bad[0].text[:120]!r}. Add or remove a separator "
            f"({self._delimiter!r}), or quote the value that holds one."
        )

    def _line(self, wanted: Any) -> int:
        """Line on which the first wanted record begins; `wanted(k, record)` sees records after the header."""
        with io.TextIOWrapper(io.BufferedReader(_Readable(self._stream())), self._encoding, newline="") as text:
            reader = csv.reader(text, delimiter=self._delimiter)
            row, before = -1, 0
            for record in reader:
                start, before = before + 1, reader.line_num
                if start <= self._skip or not record:
                    continue
                if row >= 0 and wanted(row, record):
                    return start
                row += 1
        return before


class _Readable(io.RawIOBase):
    """An Arrow stream as a Python one."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._stream.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)
