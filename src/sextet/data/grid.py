"""Sorted rows laid onto a grid: gaps become rows without a target, series lie end to end."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import DataError
from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.data.columns import Roles
from sextet.data.rows import Rows
from sextet.data.values import pieces

Rowwise = NDArray[np.int64]
Floats = NDArray[np.float32]

_SPARSE = 50  # grid rows for each reading: beyond this a stamp is wrong rather than a gap long


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """Future covariates given apart from the history, by the panel's series.

    Attributes:
        rows: the rows given, sorted.
        series: `[R]` series of the panel each row belongs to.
        picked: `[R]` which of the rows; a row without a series column belongs to every series.
        ordinals: `[R]` place on the grid.
    """

    rows: Rows
    series: NDArray[np.int64]
    picked: Rowwise
    ordinals: Rowwise


def without_edges(rows: Rows, keep_end: bool) -> tuple[Rows, tuple[str, ...]]:
    """Drop rows before each series' first observed target and, unless `keep_end`, after its last.

    Returns the rows and the names of the series without any observed target, whose rows are gone.
    """
    seen = np.isfinite(rows.y)
    if seen.all():
        return rows, ()
    starts, ends = bounds(rows)
    keep = np.ones(len(seen), dtype=bool)
    empty = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        at = np.flatnonzero(seen[start:end])
        if not len(at):
            empty.append(rows.ids[rows.codes[start]])
            keep[start:end] = False
            continue
        keep[start : start + at[0]] = False
        if not keep_end:
            keep[start + at[-1] + 1 : end] = False
    return (rows if keep.all() else rows.take(keep)), tuple(empty)


def bounds(rows: Rows) -> tuple[Rowwise, Rowwise]:
    """First row and end row of each series that has rows, in order."""
    starts = np.concatenate([[0], np.flatnonzero(rows.codes[1:] != rows.codes[:-1]) + 1]).astype(np.int64)
    return starts, np.append(starts[1:], len(rows.codes)).astype(np.int64)


def lay_out(rows: Rows, frequency: Frequency, roles: Roles, ahead: Ahead | None, tz: str | None) -> Panel:
    """Make the panel of sorted rows that lie on the grid of `frequency`.

    Raises:
        DataError: the grid would hold far more rows than readings: a stamp is wrong.
    """
    starts, ends = bounds(rows)
    ordinals = np.empty_like(rows.ns)
    for part in pieces(rows.ns):
        ordinals[part] = frequency.ordinals(rows.ns[part].view("datetime64[ns]"))
    first, last = ordinals[starts], ordinals[ends - 1]
    if ahead is not None and len(ahead.series):
        np.maximum.at(last, ahead.series, ahead.ordinals)
    lengths = last - first + 1
    _guard(rows, starts, ends, lengths)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    total = int(offsets[-1])
    at = None if total == len(ordinals) else ordinals - np.repeat(first - offsets[:-1], ends - starts)
    y = _laid(rows.y, at, total)
    future = _block(rows, roles.future, at, total)
    if ahead is not None:
        _overlay(future, roles.future, ahead, first, offsets)
    static_names = tuple(rows.static)
    return Panel(
        ids=tuple(rows.ids[code] for code in rows.codes[starts].tolist()),
        frequency=frequency,
        offsets=offsets,
        first=first,
        known=_known(y, offsets),
        y=y,
        past=_block(rows, roles.past, at, total),
        future=future,
        static=np.stack([rows.static[name][starts] for name in static_names], axis=1).astype(np.float32)
        if static_names
        else np.zeros((len(starts), 0), dtype=np.float32),
        past_names=roles.past,
        future_names=roles.future,
        static_names=static_names,
        weight=None if roles.weight is None else _weights(rows, roles.weight, at, total),
        label=None if roles.label is None else _labels(rows, roles.label, at, total),
        tz=tz,
    )


def select_series(panel: Panel, keep: NDArray[np.bool_]) -> Panel:
    """The panel of the series that `keep [S]` marks."""
    which = np.repeat(keep, panel.lengths)
    return replace(
        panel,
        ids=tuple(name for name, kept in zip(panel.ids, keep.tolist(), strict=True) if kept),
        offsets=np.concatenate([[0], np.cumsum(panel.lengths[keep])]).astype(np.int64),
        first=panel.first[keep],
        known=panel.known[keep],
        y=panel.y[which],
        past=panel.past[which],
        future=panel.future[which],
        static=panel.static[keep],
        weight=None if panel.weight is None else panel.weight[which],
        label=None if panel.label is None else panel.label[which],
    )


def check_static(rows: Rows) -> None:
    """Check that static columns hold one value a series.

    Raises:
        DataError: one changes; names the row.
    """
    same = rows.codes[1:] == rows.codes[:-1]
    for name, column in rows.static.items():
        change = same & ~((column[1:] == column[:-1]) | (np.isnan(column[1:]) & np.isnan(column[:-1])))
        if change.any():
            at = int(np.argmax(change)) + 1
            plain = name.split("=", 1)[0]
            raise DataError(
                f"{rows.place(at)}, column {plain!r}: the value changes within series {rows.ids[rows.codes[at]]!r}, "
                "but a static column has one value a series. Give it with --past or --future if it is a number that "
                "changes in time."
            )


def _guard(rows: Rows, starts: Rowwise, ends: Rowwise, lengths: Rowwise) -> None:
    if int(lengths.sum()) <= _SPARSE * len(rows.ns) + 100_000:
        return
    s = int(np.argmax(lengths - (ends - starts)))
    start, end = int(starts[s]), int(ends[s])
    jump = start + int(np.argmax(np.diff(rows.ns[start:end]))) if end - start > 1 else start
    after = min(jump + 1, end - 1)
    raise DataError(
        f"{rows.place(after)}, column {rows.time!r}: series {rows.ids[rows.codes[start]]!r} jumps from "
        f"{rows.stamp(jump)} to {rows.stamp(after)}; with that the grid has {int(lengths.sum()):,} "
        f"rows for {len(rows.ns):,} readings. Correct the time, or use a coarser grid with --resample."
    )


def _laid(values: NDArray[np.float64], at: Rowwise | None, total: int) -> NDArray[np.float64]:
    if at is None:
        return np.ascontiguousarray(values, dtype=np.float64)
    out = np.full(total, np.nan)
    out[at] = values
    return out


def _block(rows: Rows, names: tuple[str, ...], at: Rowwise | None, total: int) -> Floats:
    out = np.full((total, len(names)), np.nan, dtype=np.float32)
    for k, name in enumerate(names):
        if name in rows.columns:
            out[slice(None) if at is None else at, k] = rows.columns[name]
    return out


def _overlay(future: Floats, names: tuple[str, ...], ahead: Ahead, first: Rowwise, offsets: Rowwise) -> None:
    """Put covariates given apart where the history has none; `future` is this module's own, being built."""
    place = ahead.ordinals - first[ahead.series] + offsets[ahead.series]
    for k, name in enumerate(names):
        given = ahead.rows.columns[name][ahead.picked]
        use = np.isfinite(given) & ~np.isfinite(future[place, k])
        future[place[use], k] = given[use]


def _known(y: NDArray[np.float64], offsets: Rowwise) -> Rowwise:
    out = np.zeros(len(offsets) - 1, dtype=np.int64)
    for s in range(len(out)):
        start, end = int(offsets[s]), int(offsets[s + 1])
        while end > start:  # from the end, in pieces: the last target is rarely far from it
            low = max(start, end - 4096)
            seen = np.flatnonzero(np.isfinite(y[low:end]))
            if len(seen):
                out[s] = low + int(seen[-1]) + 1 - start
                break
            end = low
    return out


def _weights(rows: Rows, name: str, at: Rowwise | None, total: int) -> Floats:
    given = rows.columns[name]
    bad = np.flatnonzero(given < 0)
    if len(bad):
        raise DataError(
            f"{rows.place(int(bad[0]))}, column {name!r}: expected a weight of 0 or more, got {given[bad[0]]:g}. "
            "Correct it."
        )
    out = np.zeros(total, dtype=np.float32)
    out[slice(None) if at is None else at] = np.where(np.isnan(given), np.float32(1), given)
    return out


def _labels(rows: Rows, name: str, at: Rowwise | None, total: int) -> NDArray[np.int8]:
    given = rows.columns[name]
    bad = np.flatnonzero(~(np.isnan(given) | (given == 0) | (given == 1)))
    if len(bad):
        raise DataError(
            f"{rows.place(int(bad[0]))}, column {name!r}: expected a spike label of 0 or 1, got {given[bad[0]]:g}. "
            "Correct it."
        )
    out = np.zeros(total, dtype=np.int8)
    out[slice(None) if at is None else at] = (given == 1).astype(np.int8)
    return out
