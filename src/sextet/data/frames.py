"""Forecasts as tables: pyarrow inside, pandas or polars on demand; written as CSV or Parquet by extension."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sextet.core.errors import ConfigError, DependencyError
from sextet.core.files import atomic_writer
from sextet.core.forecast import Forecast
from sextet.core.quantiles import interval, quantile_mean, read_quantiles
from sextet.data.arrow_arrays import from_numpy, from_texts, to_numpy

Like = Literal["pandas", "polars", "pyarrow"]


def forecast_frame(
    forecast: Forecast,
    levels: Sequence[float] = (80.0, 95.0),
    like: Like = "pyarrow",
    *,
    members: bool = False,
) -> Any:
    """Return a forecast as a long table, one row a window and step.

    Columns: `unique_id`, `ds`, `cutoff` (only where a series has several windows), `sextet` (the median),
    `sextet-lo-80`, `sextet-hi-80` ... for each level, `sextet-mean`, with `members` the median of each member by
    its name, `spike_probability` and `spike_size` where a member warns. Stamps are in the forecast's
    zone, where it has one.

    Args:
        forecast: what to show.
        levels: central intervals in percent.
        like: the kind of table.
        members: add each member's median.

    Raises:
        ConfigError: a level is not a percentage, or `like` is not a kind of table.
        DependencyError: that kind of table is not installed.
    """
    horizon = forecast.stamps.shape[1]
    columns: dict[str, Any] = {
        "unique_id": _repeated_ids(forecast.ids, horizon),
        "ds": stamp_column(forecast.stamps.ravel(), forecast.tz),
    }
    if len(set(forecast.ids)) < len(forecast.ids):
        columns["cutoff"] = stamp_column(np.repeat(forecast.cutoff, horizon), forecast.tz)
    bounds = {level: interval(level) for level in levels}
    columns["sextet"] = _read(forecast, 0.5)
    for level, (low, high) in bounds.items():
        columns[f"sextet-lo-{level:g}"] = _read(forecast, low)
        columns[f"sextet-hi-{level:g}"] = _read(forecast, high)
    columns["sextet-mean"] = quantile_mean(forecast.quantiles, forecast.levels).ravel()
    if members:
        for name, quantiles in forecast.members.items():
            columns[name] = read_quantiles(quantiles, (0.5,), forecast.levels)[..., 0].ravel()
    if forecast.spike_probability is not None:
        columns["spike_probability"] = forecast.spike_probability.ravel()
    if forecast.spike_size is not None:
        columns["spike_size"] = forecast.spike_size.ravel()
    arrays = [from_numpy(part) if isinstance(part, np.ndarray) else part for part in columns.values()]
    return convert(pa.Table.from_arrays(arrays, names=list(columns)), like)


def stamp_column(stamps: NDArray[np.datetime64], tz: str | None) -> pa.Array:
    """Return stamps `[N]` as an Arrow array, in the zone where there is one; they are UTC then (see `Panel.tz`)."""
    array = from_numpy(stamps.astype("datetime64[ns]"))
    return array if tz is None else pc.cast(array, pa.timestamp("ns", tz=tz))


def kind_of(data: Any) -> Like:
    """Return of which kind a frame is; what is none counts as pandas."""
    module = type(data).__module__.split(".")[0]
    return "polars" if module == "polars" else "pyarrow" if module == "pyarrow" else "pandas"


def convert(table: pa.Table, like: Like) -> Any:
    """Turn an Arrow table into a pandas or polars frame, or leave it.

    Raises:
        ConfigError: `like` is not a kind of table.
        DependencyError: that kind of table is not installed.
    """
    if like == "pyarrow":
        return table
    if like == "pandas":
        return table.to_pandas()
    if like == "polars":
        try:
            import polars
        except ImportError as error:
            raise DependencyError("A polars frame needs polars: pip install polars.") from error
        return polars.from_arrow(table)
    raise ConfigError(f"Expected pandas, polars or pyarrow as the kind of table; got {like!r}.")


def write_table(table: pa.Table, path: str | Path) -> None:
    """Write a table atomically: CSV for .csv, Parquet for .parquet, CSV to standard output for "-".

    Raises:
        ConfigError: another extension.
        ResourceError: the disk is full.
    """
    if str(path) == "-":
        _write_csv(table, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".parquet"):
        raise ConfigError(f"Expected an output that ends in .csv or .parquet, or - for standard output; got {path}.")
    with atomic_writer(path) as file:
        if suffix == ".csv":
            _write_csv(table, file)
        else:
            import pyarrow.parquet as pq

            pq.write_table(table, file)


def _write_csv(table: pa.Table, file: IO[bytes]) -> None:
    from pyarrow import csv

    columns = [_plain(column) for column in table.columns]
    header = ",".join(_quoted(name) for name in table.column_names)
    file.write(header.encode("utf-8") + b"\n")
    # pyarrow's "needed" quotes every text; quotes are only wanted where a name holds a separator
    style = "needed" if any(_needs_quotes(column) for column in columns) else "none"
    options = csv.WriteOptions(include_header=False, quoting_style=style)
    csv.write_csv(pa.Table.from_arrays(columns, names=table.column_names), file, options)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Shortest text for stamps (a date where all are midnights), plain text for dictionaries."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return pc.cast(column, kind.value_type)
    if not pa.types.is_timestamp(kind):
        return column
    ns = pc.cast(column, pa.int64())
    if kind.unit != "ns" or len(column) == 0 or column.null_count:
        return column
    values = to_numpy(ns)
    if kind.tz is None and not (values % 86_400_000_000_000).any():
        return pc.cast(column, pa.date32())
    if not (values % 1_000_000_000).any():
        return pc.cast(column, pa.timestamp("s", tz=kind.tz))
    return column


def _needs_quotes(column: pa.ChunkedArray) -> bool:
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return False
    return bool(pc.any(pc.match_substring_regex(pc.unique(column), '[,"\r\n]')).as_py())


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if any(sign in name for sign in ',"\r\n') else name


def _repeated_ids(ids: tuple[str, ...], horizon: int) -> pa.Array:
    names = list(dict.fromkeys(ids))
    number = {name: code for code, name in enumerate(names)}
    codes = np.repeat(np.array([number[name] for name in ids], dtype=np.int32), horizon)
    return from_texts(names).take(from_numpy(codes))


def _read(forecast: Forecast, level: float) -> NDArray[np.float64]:
    return read_quantiles(forecast.quantiles, (level,), forecast.levels)[..., 0].ravel()
