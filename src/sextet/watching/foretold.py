"""What a trained run expects of the next rows of a stream: its own quantiles, calibrated online.

A forecast is made anew every `refresh` rows of a series, and serves the rows in between step by step. Earlier
forecasts of the stream are answered along with it, so that the online calibration of the run hears of every target
that has passed.

Covariates come with the rows. Those known ahead are known of the row that is judged and of none after it, so that with
them each row is forecast when it comes, one step ahead; the later steps of that forecast, which nobody reads, repeat
what the row says.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import ConfigError
from sextet.core.panel import Panel
from sextet.core.window import WindowIndex
from sextet.runtime.run import Run
from sextet.watching.judge import Foretold
from sextet.watching.rehearsal import Past, foretold, rehearse

_EARLIER = 8  # forecasts of the stream that the calibration hears of


class RunForecasts:
    """Forecasts of a run along a stream; each series keeps as many rows as the run looks back, and no more.

    Attributes:
        covariates: names of those that a row has to come with, in order.
    """

    def __init__(self, run: Run, refresh: int | None = None) -> None:
        """Get ready; nothing is forecast yet.

        Args:
            run: the trained run.
            refresh: rows of a series after which its forecast is made anew; the horizon at most, and unless given.
                With covariates known ahead, 1.

        Raises:
            ConfigError: `refresh` is out of range.
        """
        known, horizon = run.history, run.config.horizon
        most = 1 if known.future_names else horizon
        if refresh is not None and not 1 <= refresh <= horizon:
            raise ConfigError(f"Expected --refresh from 1 to the run's horizon {horizon}; got {refresh}.")
        if refresh is not None and refresh > most:
            raise ConfigError(
                f"Expected --refresh 1; got {refresh}. The run was trained with {', '.join(known.future_names)} known "
                "ahead, and a stream tells them of no later row than the one that is judged."
            )
        self.run = run
        self.refresh = refresh or most
        self.covariates = (*known.past_names, *known.future_names)
        self.series: dict[str, _Line] = {}

    def __call__(self, series: str, second: float, value: float, covariates: tuple[float, ...] = ()) -> Foretold | None:
        """Say what was expected of a row, then learn it; None where the run cannot tell (too little history)."""
        line = self._line(series)
        ordinal = int(self.run.history.frequency.ordinals(np.array([round(second * 1e9)], "datetime64[ns]"))[0])
        told = line.expect(ordinal, value, covariates)
        line.learn(ordinal, value, covariates)
        return told

    def past(self, series: str) -> list[Past]:
        """Return the rows of a series that the run holds, in order, the last with what it says of them."""
        return self._line(series).past()

    def until(self, series: str) -> float:
        """Return the time in seconds before which the run holds the rows of a series; minus infinity: it holds none."""
        panel = _history(self.run, series)
        if not panel.known[0]:
            return -math.inf
        after = self.run.history.frequency.stamps(panel.first + panel.known)
        return float(after.astype(np.int64)[0]) / 1e9

    def _line(self, series: str) -> _Line:
        if series not in self.series:
            self.series[series] = _Line(self.run, _history(self.run, series), self.refresh)
        return self.series[series]

    def to_json(self) -> dict[str, Any]:
        """Return what was seen of each series as plain values."""
        return {name: line.to_json() for name, line in self.series.items()}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from `to_json`; the next row of each series is forecast anew."""
        for name, part in state.items():
            line = self._line(name)
            line.first, line.cutoffs = int(part["first"]), [int(cutoff) for cutoff in part["cutoffs"]]
            line.y = [_float(value) for value in part["y"]]
            rows = part.get("covariates", [[]] * len(line.y))
            line.x = [tuple(_float(value) for value in row) for row in rows]
            line.stale = True


class _Line:
    """One series: its late rows, the forecast in force and the cutoffs of earlier ones."""

    def __init__(self, run: Run, panel: Panel, refresh: int) -> None:
        self.run, self.panel, self.refresh = run, panel, refresh
        self.first = int(panel.first[0])
        self.y: list[float] = panel.y.tolist()
        self.x: list[tuple[float, ...]] = list(map(tuple, np.concatenate([panel.past, panel.future], axis=1).tolist()))
        self.cutoffs: list[int] = []  # ordinals of first targets
        self.quantiles: NDArray[np.float64] | None = None  # [H, Q]
        self.stale = True  # no forecast is in force

    def past(self) -> list[Past]:
        """Return the history that it begins with, the last rows with what the run says of them."""
        return rehearse(self.run, self._panel(self.x[-1] if self.x else self._unknown()), self.refresh)

    def expect(self, ordinal: int, value: float, covariates: tuple[float, ...]) -> Foretold | None:
        """Read the forecast for a row, made anew where it is time."""
        if not self.y or ordinal < self.first + len(self.y):
            return None
        self._fill(ordinal)
        at = -1 if self.stale else ordinal - self.cutoffs[-1]
        if not 0 <= at < self.refresh:
            self._forecast(ordinal, covariates)
            at = 0
        if self.quantiles is None:
            return None
        return foretold(self.quantiles[at : at + 1], np.array([value]), self.run.crew.shape.levels)[0]

    def learn(self, ordinal: int, value: float, covariates: tuple[float, ...]) -> None:
        """Take a row into the history; one of a stamp already there is not taken twice."""
        value = value if value - value == 0.0 else math.nan
        if not self.y:
            self.first = ordinal
        if ordinal == self.first + len(self.y):
            self.y.append(value)
            self.x.append(covariates)

    def to_json(self) -> dict[str, Any]:
        """Return the rows and the cutoffs as plain values."""
        rows = [_plain(value) for value in self.y[-self._kept() :]]
        plain = {"first": self.first + len(self.y) - len(rows), "y": rows, "cutoffs": self.cutoffs}
        if not self._width():
            return plain
        return {**plain, "covariates": [[_plain(value) for value in row] for row in self.x[-self._kept() :]]}

    def _fill(self, ordinal: int) -> None:
        """Rows that did not come are missing ones; after a gap longer than the run looks back it starts anew."""
        absent = ordinal - self.first - len(self.y)
        if absent > self._kept():
            self.first, self.y, self.x, self.cutoffs = ordinal - 1, [math.nan], [self._unknown()], []
            self.stale = True
        else:
            self.y.extend([math.nan] * absent)
            self.x.extend([self._unknown()] * absent)

    def _kept(self) -> int:
        return self.run.reach + (_EARLIER + 1) * self.refresh

    def _width(self) -> int:
        return len(self.panel.past_names) + len(self.panel.future_names)

    def _unknown(self) -> tuple[float, ...]:
        return (math.nan,) * self._width()

    def _forecast(self, ordinal: int, covariates: tuple[float, ...]) -> None:
        spare = len(self.y) - self._kept()
        if spare > 0:
            del self.y[:spare], self.x[:spare]
            self.first += spare
        self.quantiles = None
        self.stale = True
        self.cutoffs = [*[cutoff for cutoff in self.cutoffs[-_EARLIER:] if cutoff > self.first], ordinal]
        if not any(value - value == 0.0 for value in self.y):
            return
        rows = np.array(self.cutoffs, dtype=np.int64) - self.first
        index = WindowIndex(series=np.zeros(len(rows), np.int32), row=rows)
        self.quantiles = self.run.answer(self._panel(covariates), index).quantiles[-1]
        self.stale = False

    def _panel(self, now: tuple[float, ...]) -> Panel:
        """The rows up to now and, where covariates are known ahead, a horizon of rows that say what this one does."""
        known, past = len(self.y), self.panel.past.shape[1]
        ahead = self.run.config.horizon if self.panel.future.shape[1] else 0
        rows = np.array([*self.x, *[now] * ahead], dtype=np.float32).reshape(known + ahead, self._width())
        rows[known:, :past] = np.nan
        return replace(
            self.panel,
            offsets=np.array([0, known + ahead], dtype=np.int64),
            first=np.array([self.first], dtype=np.int64),
            known=np.array([known], dtype=np.int64),
            y=np.array([*self.y, *[math.nan] * ahead]),
            past=rows[:, :past],
            future=rows[:, past:],
            weight=None,
            label=None,
            notes=(),
        )


def _history(run: Run, series: str) -> Panel:
    """What the run holds of a series; without rows where it never saw it."""
    known = run.history
    if series == "" and len(known.ids) == 1:
        series = known.ids[0]  # a stream of one series without a name goes on where the run's only one ended
    return _one(known, known.ids.index(series)) if series in known.ids else _none(known, series)


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
        past=panel.past[start : start + known],
        future=panel.future[start : start + known],
        static=panel.static[series : series + 1],
        weight=None,
        label=None,
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
        past=panel.past[:0],
        future=panel.future[:0],
        static=np.zeros((1, panel.static.shape[1]), dtype=np.float32),
        weight=None,
        label=None,
    )


def _float(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _plain(value: float) -> float | None:
    return None if value != value else value
