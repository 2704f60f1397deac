"""Window indices, and the arrays gathered for a batch of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sextet.core.panel import Panel
from sextet.core.window import WindowBatch, WindowIndex, WindowShape
from sextet.data.pieces import run_rows
from sextet.data.prepare import Prepared

Rows = NDArray[np.int64]
Value = TypeVar("Value", bound=np.generic)

_CHUNK = 1 << 20


def windows(
    panel: Panel,
    start: NDArray[np.integer],
    end: NDArray[np.integer],
    horizon: int,
    *,
    step: int = 1,
    min_history: int = 1,
) -> WindowIndex:
    """All windows of series s whose targets lie in its rows `start[s]:end[s]`, in order of series and time.

    Args:
        panel: the data.
        start: `[S]` first target row allowed, counted from the series' start.
        end: `[S]` row after the last target row allowed.
        horizon: targets a window.
        step: rows between consecutive cutoffs, counted from `start`.
        min_history: rows a series must have before a window's first target.
    """
    base, counts = _first_and_count(start, end, horizon, step, min_history)
    series = np.repeat(np.arange(panel.series, dtype=np.int32), counts)
    within = np.arange(int(counts.sum()), dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
    return WindowIndex(series=series, row=panel.offsets[series] + base[series] + within * step)


def draw_windows(
    panel: Panel,
    start: NDArray[np.integer],
    end: NDArray[np.integer],
    horizon: int,
    *,
    most: int,
    seed: int,
    step: int = 1,
) -> WindowIndex:
    """Draw `most` of the windows that `windows` would list (all where there are fewer), each as likely.

    One is drawn from each of `most` equal stretches of the list, which is never made: memory follows `most`.
    """
    base, counts = _first_and_count(start, end, horizon, step, 1)
    bounds = np.concatenate([[0], np.cumsum(counts)])
    total = int(bounds[-1])
    if most >= total:
        return windows(panel, start, end, horizon, step=step)
    edges = np.arange(most + 1, dtype=np.int64) * total // most
    positions = edges[:-1] + (np.random.default_rng(seed).random(most) * np.diff(edges)).astype(np.int64)
    series = (np.searchsorted(bounds, positions, side="right") - 1).astype(np.int32)
    row = panel.offsets[series] + base[series] + (positions - bounds[series]) * step
    return WindowIndex(series=series, row=row)


def origin_windows(panel: Panel) -> WindowIndex:
    """One window a series, its first target the step after the last known one: the real forecast."""
    return WindowIndex(
        series=np.arange(panel.series, dtype=np.int32),
        row=panel.offsets[:-1] + panel.known,
    )


def ordinals_of(panel: Panel, index: WindowIndex) -> NDArray[np.int64]:
    """Return `[W]` the grid ordinal of each window's first target: a time that means the same in every panel."""
    out: NDArray[np.int64] = panel.first[index.series] + index.row - panel.offsets[index.series]
    return out


def with_observed(panel: Panel, index: WindowIndex, horizon: int, *, least: int = 1) -> WindowIndex:
    """The windows of `index` that have at least `least` observed targets."""
    keep = np.empty(len(index), dtype=bool)
    size = max(_CHUNK // max(horizon, 1), 1)
    for low in range(0, len(index), size):
        keep[low : low + size] = targets(panel, index.take(slice(low, low + size)), horizon)[1].sum(axis=1) >= least
    return index.take(keep)


def targets(panel: Panel, index: WindowIndex, horizon: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Targets `[W, H]` in their own unit, NaN where missing or beyond the data, and the mask of the observed."""
    rows = index.row[:, None] + np.arange(horizon, dtype=np.int64)
    inside = rows < panel.offsets[index.series + 1][:, None]
    y = np.where(inside, np.take(panel.y, rows, mode="clip"), np.nan) if len(panel.y) else np.full(rows.shape, np.nan)
    return y, np.isfinite(y)


def window_ordinals(panel: Panel, index: WindowIndex, before: int, after: int) -> Rows:
    """Grid ordinals `[W, before + after]` of the rows around each cutoff."""
    out: Rows = ordinals_of(panel, index)[:, None] + np.arange(-before, after, dtype=np.int64)
    return out


def gather(prepared: Prepared, index: WindowIndex, shape: WindowShape) -> WindowBatch:
    """Gather the arrays of the windows in `index`; see `WindowBatch` for their layout.

    `past` holds rows before the cutoff only. Where a series is younger than the lookback the window begins with
    zeros whose observed mask is 0.
    """
    past, future = _past_and_future(prepared, index, shape)
    panel, row, horizon = prepared.panel, index.row, shape.horizon
    inside = row[:, None] + np.arange(horizon, dtype=np.int64) < panel.offsets[index.series + 1][:, None]
    observed = _runs(prepared.observed, row, horizon) & inside
    target = np.where(observed, _runs(prepared.z, row, horizon), np.float32(0))
    weight = observed.astype(np.float32)
    if panel.weight is not None:
        weight *= np.where(observed, _runs(panel.weight, row, horizon), np.float32(0))
    label = np.zeros(inside.shape, dtype=np.float32)
    if panel.label is not None:
        label = np.where(inside, _runs(panel.label, row, horizon), 0).astype(np.float32)
    static = prepared.static[index.series]
    return WindowBatch(past=past, future=future, static=static, target=target, weight=weight, label=label, index=index)


def batches(prepared: Prepared, index: WindowIndex, shape: WindowShape, size: int) -> Iterator[WindowBatch]:
    """Gather `index` in batches of at most `size` windows, in order."""
    for low in range(0, len(index), size):
        yield gather(prepared, index.take(slice(low, low + size)), shape)


def _first_and_count(
    start: NDArray[np.integer], end: NDArray[np.integer], horizon: int, step: int, min_history: int
) -> tuple[Rows, Rows]:
    """First cutoff and number of cutoffs `[S]` of each series."""
    base = np.asarray(start, dtype=np.int64)
    late = np.maximum(min_history - base, 0)
    base = base + -(-late // step) * step
    return base, np.maximum((np.asarray(end, dtype=np.int64) - horizon - base) // step + 1, 0)


def _past_and_future(
    prepared: Prepared, index: WindowIndex, shape: WindowShape
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    panel, lookback, horizon = prepared.panel, shape.lookback, shape.horizon
    first = index.row - lookback
    whole = first >= panel.offsets[index.series]
    rows = prepared.rows_for(len(index) * lookback)
    if rows is not None and whole.all():
        past = run_rows(rows, first, lookback)
    elif rows is not None and whole.any():
        past = np.empty((len(index), lookback, shape.past_channels), dtype=np.float32)
        past[whole] = run_rows(rows, first[whole], lookback)
        past[~whole] = _past(prepared, index.take(~whole), lookback)
    else:
        past = _past(prepared, index, lookback)
    ahead = prepared.future.shape[1]
    future = np.empty((len(index), horizon, shape.future_channels), dtype=np.float32)
    future[..., ahead:] = prepared.calendar.runs(ordinals_of(panel, index), horizon)
    if ahead:
        inside = index.row[:, None] + np.arange(horizon, dtype=np.int64) < panel.offsets[index.series + 1][:, None]
        np.multiply(_runs(prepared.future, index.row, horizon), inside[..., None], out=future[..., :ahead])
    return past, future


def _past(prepared: Prepared, index: WindowIndex, lookback: int) -> NDArray[np.float32]:
    """Channels of the rows before each cutoff, column by column; 0 before a series begins, but for the calendar."""
    panel, first = prepared.panel, index.row - lookback
    columns = [prepared.z[:, None], prepared.observed[:, None], prepared.past, prepared.future]
    calendar = prepared.calendar.runs(ordinals_of(panel, index) - lookback, lookback)
    began = first[:, None] + np.arange(lookback, dtype=np.int64) >= panel.offsets[index.series][:, None]
    known = [_runs(column, first, lookback) * began[..., None] for column in columns if column.shape[1]]
    return np.concatenate([*known, calendar], axis=-1, dtype=np.float32)


def _runs(column: NDArray[Value], first: Rows, length: int) -> NDArray[Value]:
    """Return `[W, length, ...]`: so many rows of a column from each row `first [W]` on, clipped to its ends.

    A row at a time would be looked up by its number; a run is copied as a whole, which is several times as fast.
    """
    inside = (first >= 0) & (first + length <= len(column))
    if inside.all():
        return run_rows(column, first, length)
    out = np.empty((len(first), length, *column.shape[1:]), dtype=column.dtype)
    if inside.any():
        out[inside] = run_rows(column, first[inside], length)
    out[~inside] = _take(column, first[~inside, None] + np.arange(length, dtype=np.int64))
    return out


def _take(column: NDArray[Value], rows: Rows) -> NDArray[Value]:
    return np.take(column, rows, axis=0, mode="clip")
