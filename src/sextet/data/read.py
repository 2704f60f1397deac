"""From a file or a frame to a panel: find the columns, convert, order, lay onto the grid, check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from sextet.core.errors import DataError
from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.data import time_notes
from sextet.data.columns import find_roles
from sextet.data.covariate_gaps import check_future, gap_notes
from sextet.data.future_rows import read_ahead
from sextet.data.grid import check_static, find_spans, lay_out, select_series
from sextet.data.hints import Hints
from sextet.data.options import DataOptions
from sextet.data.ordering import in_order, no_duplicates, on_clock
from sextet.data.regularity import averaged, find_frequency, option_frequency
from sextet.data.rows import Rows, read_rows
from sextet.data.series_names import refuse_mixed, with_joined_ids
from sextet.data.source import open_source
from sextet.data.split_refusal import LONGER
from sextet.data.stray_times import refuse_stray
from sextet.data.trained_columns import TrainedColumns, as_trained, columns_of


def read_panel(
    source: Any,
    options: DataOptions | None = None,
    horizon: int | None = None,
    min_length: int | None = None,
    optional: tuple[str, ...] = (),
    remedy: Callable[[int], str] = lambda rows: LONGER,
    trained: TrainedColumns | None = None,
) -> Panel:
    """Read series from a file or a frame.

    Args:
        source: path of a CSV or Parquet file (gzip too), "-" for CSV on standard input, or a pandas, polars or
            pyarrow frame; long (one row a time and series) or wide (one column a series).
        options: which columns are what; None for the usual names.
        horizon: steps to be forecast: future covariates, where given beyond the end, must reach that far.
        min_length: fewest history rows a series must have; shorter ones stop the reading, or are left out with
            `options.skip_short`.
        optional: names of columns of weights or labels that may be absent, as from data to forecast from.
        remedy: says what would do for a series of so many rows, where that is less than `min_length`.
        trained: the columns that a run was trained on, where these are further data for it.

    Returns:
        The panel. A series' history ends at its last observed target; gaps are rows whose target is NaN.

    Raises:
        DataError: the data cannot be used as it is; names file, row, column, value and what to do.
        ConfigError: an option contradicts another or is no frequency or time zone.
    """
    options = options or DataOptions()
    opened = with_joined_ids(open_source(source), options.id)
    options = options if trained is None else as_trained(opened, options, trained)
    roles = find_roles(opened, options, optional)
    named = option_frequency(options.freq, "--freq") if options.freq else None
    hints = Hints(decimal=options.decimal, dates=options.dates, frequency=named)
    given = read_rows(opened, roles, options.tz, hints)
    refuse_mixed(given, roles)
    rows, frequency, tz, notes = _on_grid(given, options, named, roles.label)
    del given
    notes = [*opened.notes, *rows.notes, *notes]
    check_static(rows)
    spans = find_spans(rows, keep_end=bool(roles.future))
    empty = spans.empty
    if not spans.ids:
        raise DataError(f"{opened.name}: the target column {roles.targets[0]!r} holds no value at all.")
    if empty and not options.skip_short:
        raise DataError(
            f"{opened.name}: series {empty[0]!r} has no value in its target column"
            f"{f' ({len(empty)} such series)' if len(empty) > 1 else ''}. Leave it out with --skip-short."
        )
    if empty:
        notes.append(f"{len(empty)} series without any target were left out: {_some(empty)}.")
    refuse_stray(rows, spans)
    ahead = None
    if options.future_data is not None:
        ahead, more = read_ahead(options, roles, (rows, spans), frequency, tz)
        notes.extend(more)
    panel = lay_out(rows, spans, frequency, roles, ahead, tz)
    notes.extend(time_notes.gap_notes(panel, rows, spans))
    notes.extend(time_notes.end_notes(panel, rows))
    notes.extend(gap_notes(panel))
    del rows, ahead
    if min_length is not None:
        panel, more = _long_enough(panel, min_length, options, opened.name, remedy)
        notes.extend(more)
    if horizon is not None and bool((panel.lengths > panel.known).any()):
        check_future(panel, horizon, opened.name if options.future_data is None else "The future data")
    return replace(panel, notes=tuple(notes), columns=columns_of(roles))


def _on_grid(
    rows: Rows, options: DataOptions, named: Frequency | None, label: str | None
) -> tuple[Rows, Frequency, str | None, list[str]]:
    """Rows sorted, on one clock and on the grid; the grid, the calendar's zone, and notes."""
    notes = []
    rule = option_frequency(options.resample, "--resample") if options.resample else None
    rows, tz = on_clock(in_order(rows), options.tz, rule or named)
    if rule is not None:
        count = len(rows.ns)
        rows, frequency = averaged(rows, rule, label)
        notes.append(f"{count:,} readings were averaged onto {len(rows.ns):,} steps of {frequency.name}.")
    else:
        no_duplicates(rows, tz)
        frequency, note = find_frequency(rows, named)
        notes += [note] if note else []
    if tz is not None:
        notes.append(f"Times are by the clock of {tz}.")
    return rows, frequency, tz, notes


def _long_enough(
    panel: Panel, least: int, options: DataOptions, name: str, remedy: Callable[[int], str]
) -> tuple[Panel, list[str]]:
    short = panel.known < least
    if not short.any():
        return panel, []
    if not options.skip_short:
        worst = int(np.argmin(panel.known))
        rows = int(panel.known[worst])
        more = f" ({int(short.sum())} of {panel.series} series are too short)" if short.sum() > 1 else ""
        raise DataError(
            f"{name}: series {panel.ids[worst]!r} has {rows} rows of history, at least {least} are needed{more}. "
            f"{remedy(rows)}, or leave such series out with --skip-short."
        )
    if short.all():
        longest = int(panel.known.max())
        raise DataError(
            f"{name}: no series is long enough: the longest has {longest} rows of history, at least {least} are "
            f"needed. {remedy(longest)}."
        )
    left = [panel.ids[s] for s in np.flatnonzero(short).tolist()]
    return select_series(panel, ~short), [f"{len(left)} series shorter than {least} rows were left out: {_some(left)}."]


def _some(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
