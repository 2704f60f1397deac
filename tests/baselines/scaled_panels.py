"""Scaled series as the baselines read them, without the rest of a run."""

from dataclasses import dataclass

import numpy as np

from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.core.window import WindowIndex
from sextet.data.calendar import Calendar


@dataclass(frozen=True)
class Scaled:
    panel: Panel
    z: np.ndarray
    observed: np.ndarray
    past: np.ndarray
    future: np.ndarray
    calendar: Calendar


def scaled(
    columns: np.ndarray, *, past: np.ndarray | None = None, future: np.ndarray | None = None, cycles: tuple = ()
) -> Scaled:
    """Columns `[S, rows]`, NaN where missing; covariates `[S, rows, K]`."""
    series, rows = columns.shape
    past, future = (np.zeros((*columns.shape, 0)) if one is None else one for one in (past, future))
    panel = Panel(
        ids=tuple(f"s{k}" for k in range(series)),
        frequency=Frequency.parse("h"),
        offsets=np.arange(series + 1, dtype=np.int64) * rows,
        first=np.zeros(series, np.int64),
        known=np.full(series, rows, np.int64),
        y=columns.ravel(),
        past=past.reshape(columns.size, -1).astype(np.float32),
        future=future.reshape(columns.size, -1).astype(np.float32),
        static=np.zeros((series, 0), np.float32),
    )
    return Scaled(
        panel,
        np.nan_to_num(columns).ravel().astype(np.float32),
        ~np.isnan(columns).ravel(),
        panel.past,
        panel.future,
        Calendar.of(panel, cycles),
    )


def windows(data: Scaled, start: int, end: int, horizon: int, step: int = 1) -> WindowIndex:
    cutoffs = np.arange(start, end - horizon + 1, step)
    series = np.repeat(np.arange(data.panel.series, dtype=np.int32), len(cutoffs))
    return WindowIndex(series=series, row=(data.panel.offsets[:-1, None] + cutoffs).ravel())


def at(*rows: int) -> WindowIndex:
    return WindowIndex(series=np.zeros(len(rows), np.int32), row=np.array(rows, np.int64))
