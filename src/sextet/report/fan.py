"""Fan charts: which windows are worth showing, and their arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sextet.core.forecast import Forecast
from sextet.core.panel import Panel
from sextet.core.quantiles import interval, read_quantiles
from sextet.data.local_stamps import stamp_text
from sextet.report.evaluation import Evaluation, Floats
from sextet.report.naming import shown
from sextet.report.plain import clipped, evenly, number_text, numbers, times
from sextet.report.view import Absent, Band, Fan, FanWindow, Line

BANDS = (50.0, 80.0, 95.0)
_SERIES = 24
_WINDOWS_PER_SERIES = 24
_STEPS = 1500  # more steps than pixels: of a longer horizon every n-th is shown
_NUMBERS = 240_000  # about 1.7 MB of JSON
_LINE_NUMBERS = 18  # numbers a step besides the lines of members: truth, median, bands of both calibrations, stamps


@dataclass(frozen=True)
class _Pick:
    series: int
    window: int
    note: str


def fan_charts(panel: Panel, evaluation: Evaluation | None, forecast: Forecast | None, unit: str) -> Fan | Absent:
    """Choose windows and build their fan charts.

    Series are taken evenly from the one forecast best to the one forecast worst; of each, windows evenly over
    the test part, the one with the largest error always among them, and the forecast after the end of the data.
    """
    errors = _window_errors(evaluation)
    series = _choose_series(panel, evaluation, forecast, errors)
    if not series:
        return {"absent": "There are no fan charts because neither a test part nor a forecast was given."}
    windows: list[FanWindow] = []
    candidates = 0
    for position, number in enumerate(series):
        picks = _choose_windows(evaluation, errors, number, _room(evaluation, len(series)))
        candidates += int(np.sum(evaluation.index.series == number)) if evaluation is not None else 0
        if evaluation is not None:
            windows += [_test_window(panel, evaluation, pick, position, unit, errors) for pick in picks]
        at = forecast.ids.index(panel.ids[number]) if forecast and panel.ids[number] in forecast.ids else None
        if forecast is not None and at is not None:
            windows.append(_next_window(panel, forecast, number, at, position))
    return {
        "series": [clipped(panel.ids[number]) for number in series],
        "windows": windows,
        "first": _first(windows, evaluation, errors),
        "left_out": _left_out(panel, evaluation, len(series), sum(w["kind"] == "test" for w in windows), candidates),
    }


def _window_errors(evaluation: Evaluation | None) -> NDArray[np.float64]:
    """`[W]` mean absolute error of the ensemble's median in each window; NaN where nothing was observed."""
    if evaluation is None:
        return np.zeros(0)
    median = read_quantiles(evaluation.quantiles, [0.5], evaluation.levels)[..., 0]
    miss = np.abs(evaluation.target - median)
    seen = np.isfinite(miss)
    total = np.where(seen, miss, 0).sum(axis=1)
    return np.asarray(np.where(seen.any(axis=1), total / np.maximum(seen.sum(axis=1), 1), np.nan), dtype=np.float64)


def _choose_series(
    panel: Panel, evaluation: Evaluation | None, forecast: Forecast | None, errors: NDArray[np.float64]
) -> list[int]:
    positions = {name: number for number, name in enumerate(panel.ids)}
    ahead = [positions[name] for name in (forecast.ids if forecast else ()) if name in positions]
    if evaluation is None:
        return [ahead[k] for k in evenly(len(ahead), _SERIES)]
    tested, place = np.unique(evaluation.index.series, return_inverse=True)
    missed = np.bincount(place, weights=np.nan_to_num(errors))
    size = np.bincount(place, weights=np.nan_to_num(np.abs(evaluation.target)).mean(axis=1))
    ranked = tested[np.argsort(missed / np.maximum(size, 1e-12), kind="stable")]
    room = max(1, min(_SERIES, _NUMBERS // (3 * _cost(evaluation))))
    return [int(s) for s in ranked[evenly(len(ranked), room)]]


def _cost(evaluation: Evaluation) -> int:
    horizon = min(int(evaluation.target.shape[1]), _STEPS)
    return _history(horizon) + horizon * (_LINE_NUMBERS + len(evaluation.members) + len(evaluation.baselines))


def _room(evaluation: Evaluation | None, series: int) -> int:
    if evaluation is None:
        return 0
    return int(np.clip(_NUMBERS // (series * _cost(evaluation)) - 1, 1, _WINDOWS_PER_SERIES))


def _history(horizon: int) -> int:
    return int(np.clip(5 * horizon, 48, 480))


def _choose_windows(evaluation: Evaluation | None, errors: NDArray[np.float64], series: int, room: int) -> list[_Pick]:
    if evaluation is None:
        return []
    mine = np.flatnonzero(evaluation.index.series == series)
    mine = mine[np.argsort(evaluation.index.row[mine], kind="stable")]
    if not len(mine):
        return []
    chosen = {int(mine[k]): "" for k in evenly(len(mine), room)}
    if len(mine) > 1 and np.isfinite(errors[mine]).any():
        worst = int(mine[np.nanargmax(errors[mine])])
        if worst not in chosen and room > 1:
            chosen.pop(next(reversed(chosen)))
        if worst in chosen or room > 1:
            chosen[worst] = "largest error"
    order = sorted(chosen, key=lambda window: int(evaluation.index.row[window]))
    return [_Pick(series, window, chosen[window]) for window in order]


def _test_window(
    panel: Panel, evaluation: Evaluation, pick: _Pick, position: int, unit: str, errors: NDArray[np.float64]
) -> FanWindow:
    row, window = int(evaluation.index.row[pick.window]), pick.window
    start = int(panel.offsets[pick.series])
    horizon = evaluation.target.shape[1]
    first = max(start, row - _history(horizon))
    ordinals = int(panel.first[pick.series]) + np.arange(first - start, row - start + horizon, dtype=np.int64)
    stamps = panel.frequency.stamps(ordinals)
    cutoff = stamps[row - first - 1] if row > first else stamps[0]
    error = f"MAE {number_text(float(errors[window]), unit, 3)}" if np.isfinite(errors[window]) else "no truth observed"
    label = ", ".join(part for part in (f"after {stamp_text(cutoff, panel.tz)}", error, pick.note) if part)
    online = None if evaluation.online is None else evaluation.online[window]
    return _window(
        _Place(position, label, "test", stamps, row - first),
        history=panel.y[first:row],
        truth=evaluation.target[window],
        quantiles=(evaluation.quantiles[window], online, evaluation.levels),
        medians={name: values[window] for name, values in {**evaluation.members, **evaluation.baselines}.items()},
    )


def _next_window(panel: Panel, forecast: Forecast, series: int, at: int, position: int) -> FanWindow:
    start = int(panel.offsets[series])
    row = start + int(panel.known[series])
    first = max(start, row - _history(forecast.stamps.shape[1]))
    ordinals = int(panel.first[series]) + np.arange(first - start, row - start, dtype=np.int64)
    stamps = np.concatenate([panel.frequency.stamps(ordinals), forecast.stamps[at].astype("datetime64[ns]")])
    return _window(
        _Place(position, f"next: after {stamp_text(forecast.cutoff[at], panel.tz)}", "next", stamps, row - first),
        history=panel.y[first:row],
        truth=None,
        quantiles=(forecast.quantiles[at], None, forecast.levels),
        medians={
            name: read_quantiles(values[at], [0.5], forecast.levels)[:, 0] for name, values in forecast.members.items()
        },
    )


@dataclass(frozen=True)
class _Place:
    series: int
    label: str
    kind: str
    stamps: NDArray[np.datetime64]
    past: int


def _window(
    place: _Place,
    *,
    history: Floats,
    truth: Floats | None,
    quantiles: tuple[Floats, Floats | None, Sequence[float]],
    medians: Mapping[str, Floats],
) -> FanWindow:
    every = slice(None, None, -(-len(quantiles[0]) // _STEPS))
    static, online, levels = quantiles[0][every], quantiles[1], quantiles[2]
    online = None if online is None else online[every]
    scale = np.concatenate([history, static.ravel()])
    lines: list[Line] = [{"name": shown(name), "values": numbers(line[every], scale)} for name, line in medians.items()]
    return {
        "series": place.series,
        "label": place.label,
        "kind": "test" if place.kind == "test" else "next",
        "before": times(place.stamps[: place.past]),
        "history": numbers(history, scale),
        "times": times(place.stamps[place.past :][every]),
        "truth": None if truth is None else numbers(truth[every], scale),
        "median": numbers(read_quantiles(static, [0.5], levels)[:, 0], scale),
        "static": _bands(static, levels, scale),
        "online": None if online is None else _bands(online, levels, scale),
        "lines": lines,
    }


def _bands(quantiles: Floats, levels: Sequence[float], scale: Floats) -> list[Band]:
    out: list[Band] = []
    for level in BANDS:
        low, high = np.moveaxis(read_quantiles(quantiles, interval(level), levels), -1, 0)
        out.append({"level": level, "low": numbers(low, scale), "high": numbers(high, scale)})
    return out


def _first(windows: list[FanWindow], evaluation: Evaluation | None, errors: NDArray[np.float64]) -> int:
    """The window shown first: of the first series, the one whose error is nearest to the median of all errors."""
    if evaluation is None or not np.isfinite(errors).any():
        return 0
    typical = float(np.nanmedian(errors))
    best, found = np.inf, 0
    for number, window in enumerate(windows):
        if window["kind"] != "test" or window["series"] != windows[0]["series"] or window["truth"] is None:
            continue
        pairs = zip(window["truth"], window["median"], strict=True)
        misses = [abs(t - m) for t, m in pairs if t is not None and m is not None]
        if misses and abs(np.mean(misses) - typical) < best:
            best, found = abs(float(np.mean(misses)) - typical), number
    return found


def _left_out(panel: Panel, evaluation: Evaluation | None, series: int, windows: int, candidates: int) -> str:
    if evaluation is None:
        return ""
    tested = len(np.unique(evaluation.index.series))
    parts = []
    if series < tested:
        parts.append(f"{series:,} of {tested:,} series are shown, evenly from the best to the worst forecast.")
    if windows < candidates:
        parts.append(
            f"{windows:,} of {candidates:,} test windows are shown: evenly spaced in time, and the one with the "
            "largest error."
        )
    if evaluation.target.shape[1] > _STEPS:
        parts.append(f"Of each horizon one step in {-(-evaluation.target.shape[1] // _STEPS)} is shown.")
    return " ".join(parts)
