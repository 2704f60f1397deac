"""Sorted rows laid onto a grid: gaps become rows without a target, series lie end to end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import DataError
from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.data.columns import Roles
from sextet.data.pieces import pieces
from sextet.data.rows import Rows

Rowwise = NDArray[np.int64]
Floats = NDArray[np.float32]
Value = TypeVar("Value", bound=np.generic)

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


@dataclass(frozen=True, kw_only=True)
class Spans:
    """Which rows make the series: from each one's first observed target to its last.

    Attributes:
        ids: `[S]` names.
        starts, ends: `[S]` positions in the sorted rows.
        empty: names of series without any observed target.
    """

    ids: tuple[str, ...]
    starts: Rowwise
    ends: Rowwise
    empty: tuple[str, ...]


def find_spans(rows: Rows, keep_end: bool) -> Spans:
    """Find each series' rows; with `keep_end` rows after the last target stay, as they carry future covariates."""
    starts, ends = bounds(rows)
    ids = [rows.ids[code] for code in rows.codes[starts].tolist()]
    full = np.ones(len(starts), dtype=bool)
    for s in range(len(starts)):
        seen = np.flatnonzero(np.isfinite(rows.y[starts[s] : ends[s]]))
        full[s] = len(seen) > 0
        if full[s]:
            ends[s] = ends[s] if keep_end else starts[s] + seen[-1] + 1
            starts[s] += seen[0]
    kept = full.tolist()
    return Spans(
        ids=tuple(name for name, keep in zip(ids, kept, strict=True) if keep),
        starts=starts[full],
        ends=ends[full],
        empty=tuple(name for name, keep in zip(ids, kept, strict=True) if not keep),
    )


def bounds(rows: Rows) -> tuple[Rowwise, Rowwise]:
    """First row and end row of each series that has rows, in order."""
    starts = np.concatenate([[0], np.flatnonzero(rows.codes[1:] != rows.codes[:-1]) + 1]).astype(np.int64)
    return starts, np.append(starts[1:], len(rows.codes)).astype(np.int64)


def lay_out(
    rows: Rows, spans: Spans, frequency: Frequency, roles: Roles, ahead: Ahead | None = None, tz: str | None = None
) -> Panel:
    """Make the panel of sorted rows that lie on the grid of `frequency`.

    Raises:
        DataError: the grid would hold far more rows than readings: a stamp is wrong.
    """
    starts, ends = spans.starts, spans.ends
    first = frequency.ordinals(rows.ns[starts].view("datetime64[ns]"))
    last = frequency.ordinals(rows.ns[ends - 1].view("datetime64[ns]"))
    if ahead is not None and len(ahead.series):
        np.maximum.at(last, ahead.series, ahead.ordinals)
    lengths = last - first + 1
    _guard(rows, spans, lengths)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    place = _Placement(rows=rows, spans=spans, frequency=frequency, first=first, offsets=offsets)
    y = place.column(rows.y, np.float64(np.nan))
    future = place.block(roles.future)
    known = _known(y, offsets)
    if ahead is not None:
        _overlay(future, roles.future, ahead, first, (offsets, known))
    static = [rows.static[name][starts] for name in rows.static]
    return Panel(
        ids=spans.ids,
        frequency=frequency,
        offsets=offsets,
        first=first,
        known=known,
        y=y,
        past=place.block(roles.past),
        future=future,
        static=np.array(static, dtype=np.float32).reshape(len(static), len(starts)).T,
        past_names=roles.past,
        future_names=roles.future,
        static_names=tuple(rows.static),
        weight=None if roles.weight is None else place.column(_weights(rows, roles.weight), np.float32(0)),
        label=None if roles.label is None else place.column(_labels(rows, roles.label), np.int8(0)),
        tz=tz,
        decimal=rows.decimal,
        dates=rows.dates,
    )


@dataclass(frozen=True, kw_only=True)
class _Placement:
    """Where each row of the spans lies in the panel."""

    rows: Rows
    spans: Spans
    frequency: Frequency
    first: Rowwise
    offsets: Rowwise

    def column(self, values: NDArray[Value], blank: Value) -> NDArray[Value]:
        """Lay a column `[N]` onto the panel's rows, `blank` where there was no row; no copy where nothing moves."""
        total = int(self.offsets[-1])
        if total == len(values) and int((self.spans.ends - self.spans.starts).sum()) == total:
            return values
        out = np.full(total, blank, dtype=values.dtype)
        self._scatter(values, out)
        return out

    def block(self, names: tuple[str, ...]) -> Floats:
        """Lay columns by name side by side, `[N, len(names)]`; NaN where there was no row."""
        out = np.full((int(self.offsets[-1]), len(names)), np.nan, dtype=np.float32)
        for k, name in enumerate(names):
            if name in self.rows.columns:
                self._scatter(self.rows.columns[name], out[:, k])
        return out

    def _scatter(self, values: NDArray[Value], out: NDArray[Value]) -> None:
        """Write `values` to their places in `out`, which is being built; piece by piece, to save memory."""
        series_of = np.full(len(self.rows.ids), -1, dtype=np.int64)
        series_of[self.rows.codes[self.spans.starts]] = np.arange(len(self.spans.ids))
        for part in pieces(values):
            series = series_of[self.rows.codes[part]]
            position = np.arange(part.start, part.stop, dtype=np.int64)
            inside = (series >= 0) & (position >= self.spans.starts[series]) & (position < self.spans.ends[series])
            series = series[inside]
            ordinals = self.frequency.ordinals(self.rows.ns[part][inside].view("datetime64[ns]"))
            out[ordinals - self.first[series] + self.offsets[series]] = values[part][inside]


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


def _guard(rows: Rows, spans: Spans, lengths: Rowwise) -> None:
    if int(lengths.sum()) <= _SPARSE * len(rows.ns) + 100_000:
        return
    s = int(np.argmax(lengths - (spans.ends - spans.starts)))
    start, end = int(spans.starts[s]), int(spans.ends[s])
    jump = start + int(np.argmax(np.diff(rows.ns[start:end]))) if end - start > 1 else start
    after = min(jump + 1, end - 1)
    raise DataError(
        f"{rows.place(after)}, column {rows.time!r}: series {spans.ids[s]!r} jumps from {rows.stamp(jump)} to "
        f"{rows.stamp(after)}; with that the grid has {int(lengths.sum()):,} rows for {len(rows.ns):,} readings. "
        "Correct the time, or use a coarser grid with --resample."
    )


def _overlay(
    future: Floats, names: tuple[str, ...], ahead: Ahead, first: Rowwise, ends: tuple[Rowwise, Rowwise]
) -> None:
    """Put covariates given apart in place of those of the rows ahead, and where the history has none.

    `future` is this module's own, being built; `ends` are the offsets of the series and their known rows.
    """
    offsets, known = ends
    row = ahead.ordinals - first[ahead.series]
    place, later = row + offsets[ahead.series], row >= known[ahead.series]
    for k, name in enumerate(names):
        given = ahead.rows.columns[name][ahead.picked]
        use = np.isfinite(given) & (later | ~np.isfinite(future[place, k]))
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


def _given(rows: Rows, name: str, what: str) -> Floats:
    given = rows.columns[name]
    if not np.isfinite(given).any():
        raise DataError(f"{rows.source.name}: column {name!r} holds no {what} at all. Fill it, or leave it out.")
    return given


def _weights(rows: Rows, name: str) -> Floats:
    given = _given(rows, name, "weight")
    bad = np.flatnonzero(given < 0)
    if len(bad):
        raise DataError(
            f"{rows.place(int(bad[0]))}, column {name!r}: expected a weight of 0 or more, got {given[bad[0]]:g}. "
            "Correct it."
        )
    return np.where(np.isnan(given), np.float32(1), given)


def _labels(rows: Rows, name: str) -> NDArray[np.int8]:
    given = _given(rows, name, "spike label")
    bad = np.flatnonzero(~(np.isnan(given) | (given == 0) | (given == 1)))
    if len(bad):
        raise DataError(
            f"{rows.place(int(bad[0]))}, column {name!r}: expected a spike label of 0 or 1, got {given[bad[0]]:g}. "
            "Correct it."
        )
    out: NDArray[np.int8] = (given == 1).astype(np.int8)
    return out
