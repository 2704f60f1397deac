"""How far off forecasts are of a series that training never saw and that has few readings, and intervals that say so.

Calibration was learned on series whose seasons lie before the members in full. How much less is known of a new one is
measured on the series of training: all but as many readings of theirs are hidden, and what comes next is forecast.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sextet.core.panel import Panel
from sextet.core.quantiles import MEDIAN, normal_scores
from sextet.core.window import WindowIndex
from sextet.data.scale import Scaler
from sextet.metrics.quantile import pinball

Reals = NDArray[np.floating]
Answering = Callable[[Panel, WindowIndex], tuple[Reals, Scaler]]

_SERIES = 64  # series of training that are asked
_TRIED = np.concatenate([[0.0], np.geomspace(0.05, 10.0, 24)])
_TIMES = 6  # times of a season at which each is cut off
_FAR = 10.0  # what is farther off counts no more: of few readings that are alike the scale may be tiny
_TOLD = 5
_FINE = 4  # numbers of readings that are told apart, for each doubling


def readings_before(panel: Panel, index: WindowIndex) -> NDArray[np.int64]:
    """Count the observed targets `[W]` of each window's series before its first step."""
    seen = np.concatenate([[0], np.cumsum(np.isfinite(panel.y))])
    return np.asarray(seen[index.row] - seen[panel.offsets[index.series]], dtype=np.int64)


def doubts(
    counts: NDArray[np.integer],
    history: Panel,
    horizon: int,
    levels: tuple[float, ...],
    answer: Answering,
    known: dict[int, float],
) -> Reals:
    """Return how much wider intervals have to be `[W]`: a standard deviation in scaled space, 0 where they are right.

    Args:
        counts: `[W]` readings of a new series before each window.
        history: of the series of training.
        horizon: steps of a window.
        levels: of the quantiles.
        answer: gives the quantiles `[W, H, Q]` of windows in scaled space, and the scaler of their panel.
        known: what was measured before, by number of readings; added to.
    """
    told = _told_apart(np.maximum(counts, 1), history.frequency.season)
    for count in np.unique(told).tolist():
        if count not in known:
            known[count] = _doubt(count, history, horizon, levels, answer)
    return np.array([known[count] for count in told.tolist()])


def _told_apart(counts: NDArray[np.integer], season: int) -> NDArray[np.int64]:
    """Round down to whole seasons and to four numbers for each doubling: along a stream not every row is measured."""
    most = int(counts.max())
    doublings = 2.0 ** (np.arange(_FINE * np.log2(most) + 1) / _FINE)
    steps = np.unique(np.concatenate([doublings.astype(np.int64), np.arange(season, most + 1, season)]))
    return steps[np.searchsorted(steps, counts, side="right") - 1]


def widened(z: Reals, levels: tuple[float, ...], doubt: Reals) -> Reals:
    """Return quantiles `z [W, H, Q]` with the `doubt [W]` in them; medians, order and windows without any stay."""
    if not doubt.any():
        return z
    middle = z[..., MEDIAN : MEDIAN + 1]
    normal = normal_scores(levels)
    wide = middle + np.sign(normal) * np.hypot(z - middle, normal * doubt[:, None, None])
    return np.where(doubt[:, None, None] > 0, wide, z).astype(z.dtype)


def doubt_notes(ids: Sequence[str], doubt: Reals) -> list[str]:
    """Say which of the windows' series `ids [W]` have intervals that were widened."""
    names = list(dict.fromkeys(name for name, wider in zip(ids, doubt.tolist(), strict=True) if wider > 0))
    if not names:
        return []
    told = ", ".join(names[:_TOLD]) + (" and others" if len(names) > _TOLD else "")
    return [
        "Intervals are as wide as is right for series of training if all but as many readings of theirs are hidden, "
        f"since little is known of: {told}."
    ]


def _doubt(count: int, history: Panel, horizon: int, levels: tuple[float, ...], answer: Answering) -> float:
    """The one of those tried that scores best (pinball) for series with `count` readings; 0 where nothing can tell."""
    shifts = np.unique(np.arange(_TIMES) * history.frequency.season // _TIMES)
    series = np.arange(history.series)[:: -(-history.series // _SERIES)]
    pairs = np.stack(np.meshgrid(series, shifts, indexing="ij")).reshape(2, -1)
    pairs = pairs[:, history.known[pairs[0]] - pairs[1] >= count + horizon]
    if not pairs.size:
        return 0.0
    hidden, truth = _hidden(history, pairs, count, horizon)
    told = np.isfinite(hidden.y.reshape(len(truth), -1)).any(axis=1) & np.isfinite(truth).any(axis=1)
    if not told.any():
        return 0.0
    if not told.all():
        hidden, truth = _hidden(history, pairs[:, told], count, horizon)
    rows = hidden.offsets[:-1] + count
    quantiles, scaler = answer(hidden, WindowIndex(series=np.arange(hidden.series, dtype=np.int32), row=rows))
    z = np.clip(scaler.to_z(truth, np.arange(hidden.series)), -_FAR, _FAR)
    scores = [pinball(z, widened(quantiles, levels, np.full(len(z), doubt)), levels) for doubt in _TRIED]
    return float(_TRIED[int(np.argmin(scores))])


def _hidden(history: Panel, pairs: NDArray[np.int64], count: int, horizon: int) -> tuple[Panel, Reals]:
    """Series cut out as if they had never been seen, and what is hidden of them.

    Args:
        history: of the series of training.
        pairs: `[2, S]` numbers of series, and how many rows before the end of its history each is cut off.
        count: rows that are left of each.
        horizon: rows after them that are hidden.

    Returns:
        A panel of S series, and their targets over the horizon `[S, H]`.
    """
    series, shift = pairs
    start = history.known[series] - shift - count - horizon
    rows = ((history.offsets[series] + start)[:, None] + np.arange(count + horizon)).ravel()
    y = history.y[rows].reshape(len(series), count + horizon)
    truth = y[:, count:].copy()
    y[:, count:] = np.nan
    hidden = replace(
        history,
        ids=tuple(f"\0{k}" for k in range(len(series))),
        offsets=np.arange(len(series) + 1, dtype=np.int64) * (count + horizon),
        first=history.first[series] + start,
        known=np.full(len(series), count, dtype=np.int64),
        y=y.ravel(),
        past=history.past[rows],
        future=history.future[rows],
        static=history.static[series],
        weight=None,
        label=None,
    )
    return hidden, truth
