"""Window indices, and the arrays gathered for a batch of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sextet.core.panel import Panel
from sextet.core.window import WindowBatch, WindowIndex, WindowShape
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
    panel = prepared.panel
    rows = index.row[:, None] + np.arange(shape.horizon, dtype=np.int64)
    inside = rows < panel.offsets[index.series + 1][:, None]
    observed = _take(prepared.observed, rows) & inside
    target = np.where(observed, _take(prepared.z, rows), np.float32(0))
    weight = observed.astype(np.float32)
    if panel.weight is not None:
        weight *= np.where(observed, _take(panel.weight, rows), np.float32(0))
    label = np.zeros(rows.shape, dtype=np.float32)
    if panel.label is not None:
        label = np.where(inside, _take(panel.label, rows), 0).astype(np.float32)
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
    panel, lookback = prepared.panel, shape.lookback
    rows = index.row[:, None] + np.arange(-lookback, shape.horizon, dtype=np.int64)
    began = rows >= panel.offsets[index.series][:, None]
    inside = began & (rows < panel.offsets[index.series + 1][:, None])
    calendar = prepared.calendar.features(window_ordinals(panel, index, lookback, shape.horizon))
    past_count, ahead_count = prepared.past.shape[1], prepared.future.shape[1]
    past = np.empty((len(index), lookback, shape.past_channels), dtype=np.float32)
    future = np.empty((len(index), shape.horizon, shape.future_channels), dtype=np.float32)
    back, valid = rows[:, :lookback], began[:, :lookback]
    np.multiply(_take(prepared.z, back), valid, out=past[..., 0])
    np.logical_and(_take(prepared.observed, back), valid, out=past[..., 1], casting="unsafe")
    if past_count:
        np.multiply(_take(prepared.past, back), valid[..., None], out=past[..., 2 : 2 + past_count])
    if ahead_count:
        known = _take(prepared.future, rows) * inside[..., None]
        past[..., 2 + past_count : 2 + past_count + ahead_count] = known[:, :lookback]
        future[..., :ahead_count] = known[:, lookback:]
    past[..., 2 + past_count + ahead_count :] = calendar[:, :lookback]
    future[..., ahead_count:] = calendar[:, lookback:]
    return past, future


def _take(column: NDArray[Value], rows: Rows) -> NDArray[Value]:
    return np.take(column, rows, axis=0, mode="clip")
