"""Future covariates given apart from the history."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import DataError
from sextet.core.frequency import Frequency
from sextet.data.columns import Roles, need_columns
from sextet.data.grid import Ahead, Spans
from sextet.data.hints import Hints
from sextet.data.options import DataOptions
from sextet.data.ordering import in_order, no_duplicates, on_clock
from sextet.data.rows import Rows, read_rows
from sextet.data.series_names import with_joined_ids
from sextet.data.source import open_source

Positions = NDArray[np.int64]


def read_ahead(
    options: DataOptions, roles: Roles, history: tuple[Rows, Spans], frequency: Frequency, tz: str | None
) -> tuple[Ahead, list[str]]:
    """Read `options.future_data`: time, the future covariates, and the id column unless all series share them.

    Raises:
        DataError: a column is missing, a value or time is wrong, or no series of the history is in it.
    """
    source = with_joined_ids(open_source(options.future_data), options.id)
    name = roles.id if roles.id in source.columns else None
    need_columns(source, (roles.time, *roles.future))
    given = Roles(
        id=name,
        time=roles.time,
        targets=(),
        past=(),
        future=roles.future,
        static=(),
        weight=None,
        label=None,
        notes=(),
    )
    past, spans = history
    hints = Hints(decimal=options.decimal or past.decimal, dates=options.dates or past.dates, frequency=frequency)
    rows, zone = on_clock(in_order(read_rows(source, given, options.tz, hints)), options.tz, frequency)
    if (zone is None) != (tz is None):
        raise DataError(
            f"{source.name}, column {roles.time!r}: mixed time zones: times are in {zone or 'no zone'} here and in "
            f"{tz or 'no zone'} in the history. Write both in one zone, or name it with --tz."
        )
    no_duplicates(rows, zone)
    ordinals = frequency.ordinals(rows.ns.view("datetime64[ns]"))
    off = np.flatnonzero(~frequency.on_grid(rows.ns.view("datetime64[ns]")))
    if len(off):
        raise DataError(
            f"{rows.place(int(off[0]))}, column {rows.time!r}: {rows.stamp(int(off[0]))} does not lie on the grid of "
            f"the history, whose frequency is {frequency.name}. Give the future covariates at the history's times."
        )
    first = frequency.ordinals(past.ns[spans.starts].view("datetime64[ns]"))
    series, picked, notes = _matched(rows, spans.ids, name is not None)
    after = ordinals[picked] >= first[series]
    return Ahead(rows=rows, series=series[after], picked=picked[after], ordinals=ordinals[picked][after]), notes


def _matched(rows: Rows, ids: tuple[str, ...], by_name: bool) -> tuple[Positions, Positions, list[str]]:
    """Series of the history `[R]`, rows given `[R]` that belong to them, and notes."""
    count = len(rows.ns)
    if not by_name:
        series = np.repeat(np.arange(len(ids), dtype=np.int64), count)
        return series, np.tile(np.arange(count, dtype=np.int64), len(ids)), []
    number = {name: s for s, name in enumerate(ids)}
    of_code = np.array([number.get(name, -1) for name in rows.ids], dtype=np.int64)
    picked = np.flatnonzero(of_code[rows.codes] >= 0).astype(np.int64)
    missing = sum(name not in number for name in rows.ids)
    if not len(picked):
        raise DataError(
            f"{rows.source.name}: none of its series ({', '.join(rows.ids[:3])} ...) is in the history "
            f"({', '.join(ids[:3])} ...). Use the same names in both."
        )
    notes = [f"Future covariates of {missing} series that have no history were not used."] if missing else []
    return of_code[rows.codes[picked]], picked, notes
