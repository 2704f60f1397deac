"""Watch observed data: each new observation is judged as it comes."""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sextet.core.errors import ConfigError
from sextet.core.files import place_for
from sextet.core.kinds import checked, shown
from sextet.data.hints import Hints
from sextet.data.options import DataOptions
from sextet.watching.finding import Finding
from sextet.watching.gate import RISK
from sextet.watching.heard import Heard
from sextet.watching.layout import Columns
from sextet.watching.lines import Stream
from sextet.watching.source import rows_from
from sextet.watching.watcher import Watcher

if TYPE_CHECKING:
    from sextet.runtime.run import Run

_SAVE_SECONDS = 30.0
_LOOK_EVERY = 1024  # rows between looks at the clock


class Watching:
    """The findings of a stream, one after the other; made by `watch`.

    Attributes:
        heard: what could not be read, and how the rest was.
    """

    def __init__(self, data: Any, stream: Stream, watcher: Watcher, state: Path | None, every: bool) -> None:
        """Remember what to watch; nothing is read yet."""
        self._watcher, self._state, self._every = watcher, state, every
        self.heard = stream.heard
        self._findings: Generator[Finding, None, None] = self._run(data, stream)

    def __iter__(self) -> Iterator[Finding]:
        """Go through the findings."""
        return self._findings

    def __next__(self) -> Finding:
        """Return the next finding."""
        return next(self._findings)

    def counts(self) -> dict[str, int]:
        """Return how many rows were judged, missing, late and so on until now, and the alerts.

        `numberless` are those of the missing values whose text is no number.
        """
        unread = {"unreadable": self.heard.unreadable, "numberless": self.heard.numberless}
        return {**self._watcher.counts(), **unread}

    def save(self) -> None:
        """Write the state now; without a file for it nothing happens."""
        if self._state is not None:
            self._watcher.hints = Hints(
                decimal=self.heard.decimal or self._watcher.hints.decimal,
                dates=self.heard.dates or self._watcher.hints.dates,
            )
            self._watcher.save(self._state)

    def close(self) -> None:
        """End the watch: the state is written, and no finding follows."""
        self._findings.close()

    def _run(self, data: Any, stream: Stream) -> Generator[Finding, None, None]:
        take, every = self._watcher.take, self._every
        saved = time.monotonic()
        try:
            for count, (series, stamp, second, value, more) in enumerate(rows_from(data, stream)):
                finding = take(series, stamp, second, value, every, more)
                if finding is not None:
                    yield finding
                if count % _LOOK_EVERY == 0 and self._state is not None and time.monotonic() - saved > _SAVE_SECONDS:
                    self.save()
                    saved = time.monotonic()
        finally:
            self.save()


@checked("watch", unloaded=("Run",))
def watch(
    data: Any,
    run: Path | str | Run | None = None,
    *,
    risk: float | None = None,
    every: bool = False,
    state: Path | str | None = None,
    refresh: int | None = None,
    columns: Mapping[str, str | int | None] | None = None,
) -> Watching:
    """Judge each observation of a stream as it comes: how surprising it is, and where an alert begins or gets worse.

    Args:
        data: a path (CSV, JSON lines, Parquet), "-" for standard input, a frame, or an iterable of lines, of
            (stamp, value) or of (series, stamp, value).
        run: a trained run, whose forecast is what is expected of the next value; None: a statistical model alone.
            The covariates that it was trained with are read from the columns of the same names.
        risk: probability at or below which a surprise is an alert; 0.002, or that of the state.
        every: give a finding for each row judged, not only where an alert begins or gets worse.
        state: file that what was learned is kept in: gone on from where it exists, written every half minute and at
            the end, always whole.
        refresh: with a run: rows after which its forecast is made anew; unless given its horizon, or each row where
            the run has covariates known ahead.
        columns: which column is "id", "time" and "target", where the usual names do not say; and how they are written
            where they could be read both ways: the sign before decimals as "decimal", day/month/year or
            month/day/year as "dates". Unless given these are as in the state or the run, else found.

    Raises:
        ConfigError: an option is out of range, `refresh` is given without a run, or the folder of the state is not
            there.
        DataError: the data or the state cannot be read, or the data lack a covariate of the run.
        RunError: the run is damaged.
    """
    if refresh is not None and run is None:
        raise ConfigError(
            f"--refresh {refresh} says how often a run's forecast is made anew, and no run was given. Name the run, or "
            "leave --refresh out."
        )
    given = dict(columns or {})
    decimal, dates = (None if (text := given.pop(name, None)) is None else str(text) for name in ("decimal", "dates"))
    said = DataOptions(decimal=decimal, dates=dates)
    named = Columns.of(given)
    foretell, hints = None, Hints(decimal=said.decimal, dates=said.dates)
    if run is not None:
        from sextet.runtime.reading import options_for
        from sextet.runtime.run import Run  # what a run needs is not loaded without one
        from sextet.watching.foretold import RunForecasts

        if not isinstance(run, Run | str | os.PathLike):
            raise ConfigError(f"watch: run must be the folder of a run, or a Run such as model.run; got {shown(run)}.")
        run = run if isinstance(run, Run) else Run.load(run)
        foretell = RunForecasts(run, refresh)
        trained = options_for(run.settings, said)
        hints = Hints(decimal=trained.decimal, dates=trained.dates, frequency=run.history.frequency)
        named = replace(named, covariates=foretell.covariates)
    kept = None if state is None else Path(state)
    if kept is not None and kept.exists() and not kept.is_dir():
        watcher = Watcher.load(kept, risk, foretell)
    else:
        if kept is not None:
            place_for(kept, "the state")
        watcher = Watcher(RISK if risk is None else risk, foretell)
    hints = replace(hints, decimal=hints.decimal or watcher.hints.decimal, dates=hints.dates or watcher.hints.dates)
    stream = Stream(name="the data", columns=named, heard=Heard(), hints=hints)
    return Watching(data, stream, watcher, kept, every)
