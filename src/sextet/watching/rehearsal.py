"""What a run's history teaches the model of a series before its first row: level, habits and tails.

The run knows how the series went until its training ended. The model learns those rows as if it had watched them, so
that no warm-up is left; the last of them come with the forecast that the run makes of them, so that the tail knows how
far off values are from forecasts.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sextet.core.panel import Panel
from sextet.core.quantiles import read_quantiles
from sextet.core.window import WindowIndex
from sextet.metrics.exceedance import score_above
from sextet.runtime.run import REHEARSED, Run
from sextet.watching.judge import Foretold

INTERVAL = (0.025, 0.975)
FAR = 40.0  # normal scores beyond are one
_APART = 8  # steps between forecasts at least, where the horizon allows: 25 forecasts tell as much as 200


class Past(NamedTuple):
    """A row of the history.

    Attributes:
        second: its time.
        value: NaN where missing.
        told: what the run says of it, or None.
    """

    second: float
    value: float
    told: Foretold | None


def rehearse(run: Run, panel: Panel, refresh: int) -> list[Past]:
    """Return the rows of the history of one series, in order.

    Args:
        run: the trained run.
        panel: the history, of one series; where covariates are known ahead, with a horizon of rows after the last.
        refresh: steps that a forecast serves in the stream.
    """
    known, horizon = int(panel.known[0]), run.config.horizon
    if not known:
        return []
    told: list[Foretold | None] = [None] * known
    serves = min(horizon, max(refresh, _APART))
    first = max(known - REHEARSED, min(run.reach, known // 2), 1)
    starts = np.arange(first, known, serves)
    if len(starts) and np.isfinite(panel.y[:first]).any():
        forecast = run.answer(panel, WindowIndex(series=np.zeros(len(starts), np.int32), row=starts))
        for start, quantiles in zip(starts.tolist(), forecast.quantiles, strict=True):
            until = min(start + serves, known)
            told[start:until] = foretold(quantiles[: until - start], panel.y[start:until], forecast.levels)
    stamps = run.history.frequency.stamps(panel.first[0] + np.arange(known))
    seconds = (stamps.astype(np.int64) / 1e9).tolist()
    return [Past(*row) for row in zip(seconds, panel.y[:known].tolist(), told, strict=True)]


def foretold(
    quantiles: NDArray[np.floating], values: NDArray[np.floating], levels: tuple[float, ...]
) -> list[Foretold | None]:
    """Say what quantiles `[N, Q]` tell of values `[N]`; None where they are not finite."""
    bounds = read_quantiles(quantiles, INTERVAL, levels)
    there = np.isfinite(values)
    finite = np.asarray(np.isfinite(bounds).all(axis=1))
    scores = score_above(quantiles[:, None], np.where(there, values, 0.0)[:, None], levels)[:, 0]
    distances = np.where(there, np.minimum(np.abs(scores), FAR), 0.0)
    return [
        Foretold(low, high, distance) if sound else None
        for (low, high), distance, sound in zip(bounds.tolist(), distances.tolist(), finite.tolist(), strict=True)
    ]
