"""The forecasts of a fold as a Parquet file, written piece by piece."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sextet.core.files import atomic_writer
from sextet.core.panel import Panel
from sextet.core.window import WindowIndex
from sextet.data.arrow_arrays import from_numpy, from_texts
from sextet.data.frames import stamp_column
from sextet.data.windows import window_ordinals

Floats = NDArray[np.floating]


class ForecastFile:
    """Writes windows as rows: unique_id, ds, cutoff (the last known stamp), y, and a column a forecast."""

    def __init__(self, file: Any, panel: Panel, horizon: int) -> None:
        """Write to the open binary `file` windows of `panel`."""
        self._file, self._panel, self._horizon = file, panel, horizon
        self._ids = from_texts(panel.ids)
        self._writer: Any = None

    def add(self, index: WindowIndex, target: Floats, columns: Mapping[str, Floats]) -> None:
        """Write the rows of the windows `index`; `target` and each of `columns` are `[W, H]`, NaN is null."""
        import pyarrow.parquet as pq

        ordinals = window_ordinals(self._panel, index, 1, self._horizon)
        stamps = self._panel.frequency.stamps(ordinals)
        codes = from_numpy(np.repeat(index.series, self._horizon).astype(np.int32))
        values: dict[str, pa.Array] = {
            "unique_id": pa.DictionaryArray.from_arrays(codes, self._ids),
            "ds": self._stamps(stamps[:, 1:].ravel()),
            "cutoff": self._stamps(np.repeat(stamps[:, 0], self._horizon)),
            "y": _numbers(target.astype(np.float64)),
        }
        values |= {name: _numbers(column.astype(np.float32)) for name, column in columns.items()}
        table = pa.Table.from_arrays(list(values.values()), names=list(values))
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._file, table.schema, compression="zstd")
        self._writer.write_table(table)

    def close(self) -> None:
        """Write the end of the file."""
        if self._writer is not None:
            self._writer.close()

    def _stamps(self, stamps: NDArray[np.datetime64]) -> pa.Array:
        return stamp_column(stamps, self._panel.tz)


@contextmanager
def forecast_file(path: Path, panel: Panel, horizon: int) -> Iterator[ForecastFile]:
    """Open the forecasts of a fold for writing; the file appears at `path` when all of it is written.

    Raises:
        ResourceError: the disk is full.
    """
    with atomic_writer(path) as raw:
        file = ForecastFile(raw, panel, horizon)
        yield file
        file.close()


def is_whole(path: Path, rows: int) -> bool:
    """Whether `path` is a file of forecasts to its end, with `rows` rows; only its end is read."""
    import pyarrow.parquet as pq

    try:
        return bool(pq.read_metadata(path).num_rows == rows)
    except (OSError, pa.ArrowInvalid):
        return False


def _numbers(values: Floats) -> pa.Array:
    array = from_numpy(values.ravel())
    missing = np.isnan(values.ravel())
    return pc.if_else(_flags(~missing), array, pa.nulls(1, array.type)[0]) if missing.any() else array


def _flags(values: NDArray[np.bool_]) -> pa.Array:
    """Truth values as an Arrow array."""
    return pc.cast(from_numpy(values.view(np.uint8)), pa.bool_())
