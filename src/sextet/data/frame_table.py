"""A data frame in memory as an Arrow table, without a copy where the frame's memory allows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from sextet.core.errors import DataError, DependencyError


def table_of_frame(frame: Any) -> tuple[pa.Table, str]:
    """Return a pandas, polars or pyarrow frame as a table, and what messages call it; names of columns become text.

    Of pandas a series is one column, and stamps and ids in the index are columns as well.

    Raises:
        DataError: it is no frame, or two columns have one name.
        DependencyError: narwhals is not installed.
    """
    if isinstance(frame, pa.Table):
        refuse_twice(frame.column_names, "the pyarrow table")
        return frame, "the pyarrow table"
    try:
        import narwhals as nw
    except ImportError as error:
        raise DependencyError("Reading frames needs narwhals: pip install narwhals.") from error
    try:
        native = nw.from_native(_plain_pandas(frame))
    except TypeError as error:
        raise DataError(
            f"Expected a file path, or a pandas, polars or pyarrow frame; got {type(frame).__name__}."
        ) from error
    eager = native.collect() if isinstance(native, nw.LazyFrame) else native
    name = f"the {eager.implementation.name.lower()} frame"
    columns = list(eager.columns)
    refuse_twice(columns, name)
    return pa.table([_arrow(eager[column]) for column in columns], names=columns), name


def refuse_twice(columns: Sequence[str], source: str) -> None:
    """Refuse two columns of one name.

    Raises:
        DataError: there are such.
    """
    twice = next((column for place, column in enumerate(columns) if column in columns[:place]), None)
    if twice is not None:
        raise DataError(f"{source} has two columns named {twice!r}. Give each its own name.")


def _arrow(column: Any) -> pa.Array | pa.ChunkedArray:
    try:
        return column.to_arrow()
    except (pa.ArrowException, TypeError, ValueError):
        # a column of mixed Python objects: its text is read instead, so that a bad value can be named
        values = column.to_list()
        return pa.array([None if value is None or value != value else str(value) for value in values], pa.string())


def _plain_pandas(frame: Any) -> Any:
    """Return a pandas frame with columns alone, each of a name of its own that is text; anything else as it is."""
    if type(frame).__module__.split(".")[0] != "pandas":
        return frame
    import pandas as pd

    if isinstance(frame, pd.Series):
        frame = frame.to_frame("y" if frame.name is None else frame.name)
    if not isinstance(frame, pd.DataFrame):
        return frame
    frame = _without_periods(_with_index_as_columns(frame))
    columns = [_text(column) for column in frame.columns]
    refuse_twice(columns, "the pandas frame")  # which narwhals would do in words of its own
    frame = frame.copy(deep=False)
    frame.columns = pd.Index(columns)
    return frame


def _with_index_as_columns(frame: Any) -> Any:
    """Pandas keeps stamps and ids in the index often: make them columns."""
    import pandas as pd

    if isinstance(frame.index, pd.PeriodIndex):
        frame = frame.set_axis(frame.index.to_timestamp(), axis=0)
    named = [name for name in frame.index.names if name is not None]
    if named and not set(named) & set(frame.columns):
        return frame.reset_index()
    if isinstance(frame.index, pd.DatetimeIndex) and "ds" not in frame.columns:
        return frame.rename_axis("ds").reset_index()
    return frame


def _without_periods(frame: Any) -> Any:
    """Columns of periods as the stamps at which they begin."""
    import pandas as pd

    at = [k for k, kind in enumerate(frame.dtypes) if isinstance(kind, pd.PeriodDtype)]
    if not at:
        return frame
    columns = [frame.iloc[:, k].dt.to_timestamp() if k in at else frame.iloc[:, k] for k in range(frame.shape[1])]
    return pd.concat(columns, axis=1)


def _text(column: Any) -> str:
    """Name of a column as text: a pivoted number 1001 is "1001", of several rows of names ("y", 1001) is "y/1001"."""
    parts = column if isinstance(column, tuple) else (column,)
    return "/".join(str(part) for part in parts if str(part)) or str(column)
