"""What a trained run expects of the next rows of a stream: its own quantiles, calibrated online.

A forecast is made anew every `refresh` rows of a series, and serves the rows in between step by step. Earlier
forecasts of the stream are answered along with it, so that the online calibration of the run hears of every target
that has passed.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import ConfigError
from sextet.core.panel import Panel
from sextet.core.quantiles import read_quantiles
from sextet.core.window import WindowIndex
from sextet.metrics.exceedance import score_above
from sextet.runtime.run import Run
from sextet.watching.judge import Foretold

_EARLIER = 8  # forecasts of the stream that the calibration hears of
_INTERVAL = (0.025, 0.975)
_FAR = 40.0  # normal scores beyond are one


class RunForecasts:
    """Forecasts of a run along a stream; each series keeps as many rows as the run looks back, and no more."""

    def __init__(self, run: Run, refresh: int | None = None) -> None:
        """Get ready; nothing is forecast yet.

        Args:
            run: the trained run.
            refresh: rows of a series after which its forecast is made anew; the horizon at most, and unless given.

        Raises:
            ConfigError: the run needs covariates, which a stream of values does not carry, or `refresh` is out of
                range.
        """
        names = (*run.history.past_names, *run.history.future_names)
        if names:
            raise ConfigError(
                f"The run needs the covariates {', '.join(names)}, which watching does not read. Watch without a run, "
                "or with one trained without them."
            )
        horizon = run.config.horizon
        if refresh is not None and not 1 <= refresh <= horizon:
            raise ConfigError(f"Expected --refresh from 1 to the run's horizon {horizon}; got {refresh}.")
        self.run = run
        self.refresh = refresh or horizon
        self.series: dict[str, _Line] = {}

    def __call__(self, series: str, second: float, value: float) -> Foretold | None:
        """Say what was expected of a row, then learn it; None where the run cannot tell (too little history)."""
        line = self.series.get(series)
        if line is None:
            line = self.series[series] = _Line.of(self.run, series, self.refresh)
        ordinal = int(self.run.history.frequency.ordinals(np.array([round(second * 1e9)], "datetime64[ns]"))[0])
        told = line.expect(ordinal, value)
        line.learn(ordinal, value)
        return told

    def to_json(self) -> dict[str, Any]:
        """Return what was seen of each series as plain values."""
        return {name: line.to_json() for name, line in self.series.items()}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from `to_json`; the next row of each series is forecast anew."""
        for name, part in state.items():
            line = self.series[name] = _Line.of(self.run, name, self.refresh)
            line.first, line.cutoffs = int(part["first"]), [int(cutoff) for cutoff in part["cutoffs"]]
            line.y = [math.nan if value is None else float(value) for value in part["y"]]
            line.stale = True


class _Line:
    """One series: its late rows, the forecast in force and the cutoffs of earlier ones."""

    def __init__(self, run: Run, panel: Panel, refresh: int) -> None:
        self.run, self.panel, self.refresh = run, panel, refresh
        self.first = int(panel.first[0])
        self.y: list[float] = panel.y.tolist()
        self.cutoffs: list[int] = []  # ordinals of first targets
        self.bounds: NDArray[np.float64] | None = None  # [H, 2] of the interval
        self.quantiles: NDArray[np.float64] | None = None  # [H, Q]
        self.stale = True  # no forecast is in force

    @classmethod
    def of(cls, run: Run, series: str, refresh: int) -> _Line:
        known = run.history
        ids = list(known.ids)
        if series == "" and len(ids) == 1:
            series = ids[0]  # a stream of one series without a name goes on where the run's only one ended
        if series in ids:
            return cls(run, _one(known, ids.index(series)), refresh)
        return cls(run, _none(known, series), refresh)

    def expect(self, ordinal: int, value: float) -> Foretold | None:
        """Read the forecast for a row, made anew where it is time."""
        if not self.y or ordinal < self.first + len(self.y):
            return None
        self._fill(ordinal)
        at = -1 if self.stale else ordinal - self.cutoffs[-1]
        if not 0 <= at < self.refresh:
            self._forecast(ordinal)
            at = 0
        if self.quantiles is None or self.bounds is None:
            return None
        low, high = self.bounds[at]
        if not (math.isfinite(low) and math.isfinite(high)):
            return None
        distance = 0.0
        if value - value == 0.0:
            score = float(score_above(self.quantiles[None, at : at + 1], np.array([[value]]))[0, 0])
            distance = min(abs(score), _FAR)
        return Foretold(float(low), float(high), distance)

    def learn(self, ordinal: int, value: float) -> None:
        """Take a row into the history; one of a stamp already there is not taken twice."""
        value = value if value - value == 0.0 else math.nan
        if not self.y:
            self.first = ordinal
        if ordinal == self.first + len(self.y):
            self.y.append(value)

    def to_json(self) -> dict[str, Any]:
        """Return the rows and the cutoffs as plain values."""
        rows = [None if value != value else value for value in self.y[-self._kept() :]]
        return {"first": self.first + len(self.y) - len(rows), "y": rows, "cutoffs": self.cutoffs}

    def _fill(self, ordinal: int) -> None:
        """Rows that did not come are missing ones; after a gap longer than the run looks back it starts anew."""
        absent = ordinal - self.first - len(self.y)
        if absent > self._kept():
            self.first, self.y, self.cutoffs = ordinal - 1, [math.nan], []
            self.stale = True
        else:
            self.y.extend([math.nan] * absent)

    def _kept(self) -> int:
        return self.run.reach + (_EARLIER + 1) * self.refresh

    def _forecast(self, ordinal: int) -> None:
        spare = len(self.y) - self._kept()
        if spare > 0:
            del self.y[:spare]
            self.first += spare
        self.quantiles = self.bounds = None
        self.stale = True
        self.cutoffs = [*[cutoff for cutoff in self.cutoffs[-_EARLIER:] if cutoff > self.first], ordinal]
        if not any(value - value == 0.0 for value in self.y):
            return
        rows = np.array(self.cutoffs, dtype=np.int64) - self.first
        index = WindowIndex(series=np.zeros(len(rows), np.int32), row=rows)
        forecast = self.run.answer(self._panel(), index)
        self.quantiles = forecast.quantiles[-1]
        self.bounds = read_quantiles(forecast.quantiles[-1], _INTERVAL, forecast.levels)
        self.stale = False

    def _panel(self) -> Panel:
        count, empty = len(self.y), self.panel
        return replace(
            empty,
            offsets=np.array([0, count], dtype=np.int64),
            first=np.array([self.first], dtype=np.int64),
            known=np.array([count], dtype=np.int64),
            y=np.array(self.y),
            past=np.zeros((count, 0), dtype=np.float32),
            future=np.zeros((count, 0), dtype=np.float32),
            weight=None,
            label=None,
            notes=(),
        )


def _one(panel: Panel, series: int) -> Panel:
    """The history of one series alone."""
    start, known = int(panel.offsets[series]), int(panel.known[series])
    return replace(
        panel,
        ids=(panel.ids[series],),
        offsets=np.array([0, known], dtype=np.int64),
        first=panel.first[series : series + 1],
        known=np.array([known], dtype=np.int64),
        y=panel.y[start : start + known],
        static=panel.static[series : series + 1],
        **_without_covariates(known),
    )


def _none(panel: Panel, name: str) -> Panel:
    """A series never seen: no history."""
    return replace(
        panel,
        ids=(name,),
        offsets=np.zeros(2, dtype=np.int64),
        first=np.zeros(1, dtype=np.int64),
        known=np.zeros(1, dtype=np.int64),
        y=np.zeros(0),
        static=np.zeros((1, panel.static.shape[1]), dtype=np.float32),
        **_without_covariates(0),
    )


def _without_covariates(rows: int) -> dict[str, Any]:
    empty = np.zeros((rows, 0), dtype=np.float32)
    return {"past": empty, "future": empty, "weight": None, "label": None}
