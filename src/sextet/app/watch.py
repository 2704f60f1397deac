"""Watch observed data: each new observation is judged as it comes."""

from __future__ import annotations

import hashlib
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
    from sextet.watching.wall_clock import WallClock

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
        self._before = watcher.counts()
        self.heard = stream.heard
        self._findings: Generator[Finding, None, None] = self._run(data, stream)

    def __iter__(self) -> Iterator[Finding]:
        """Go through the findings."""
        return self._findings

    def __next__(self) -> Finding:
        """Return the next finding."""
        return next(self._findings)

    def counts(self) -> dict[str, int]:
        """Return how many rows of this watch were judged, missing, late and so on until now, and its alerts.

        `series` are those known, with those of a state that it goes on from, and `warming` those of them of which
        nothing can be an alert yet. `numberless` are those of the missing values whose text is no number.
        """
        now, unread = self._watcher.counts(), {"unreadable": self.heard.unreadable, "numberless": self.heard.numberless}
        known = ("series", "warming")
        return {**{name: now[name] - (0 if name in known else self._before[name]) for name in now}, **unread}

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
            (stamp, value) or of (series, stamp, value). Columns are found as in training.
        run: a trained run, whose forecast is what is expected of the next value; None: a statistical model alone.
            What it was trained on is read from the columns of the same names. It judges from the first row; those
            that it holds, on which it was trained, are passed over.
        risk: probability at or below which a surprise is an alert; 0.002, or that of the state.
        every: give a finding for each row judged, not only where an alert begins or gets worse.
        state: file that what was learned is kept in: gone on from where it exists, written every half minute and at
            the end, always whole.
        refresh: with a run: rows after which its forecast is made anew; unless given its horizon, or each row where
            the run has covariates known ahead.
        columns: which column is "id", "time" and "target", where the usual names do not say; and how they are written
            where they could be read both ways: the sign before decimals as "decimal", day/month/year or
            month/day/year as "dates". Unless given these are as in the state or the run, else found. And the time
            zone of stamps that name none as "tz"; unless given as in the state or the run, else none.

    Raises:
        ConfigError: an option is out of range, `refresh` is given without a run, the folder of the state is not
            there, the state is of another run, or the zone is none, or not that of the state, or the run was trained
            without one.
        DataError: the data or the state cannot be read, or the data lack a covariate of the run.
        RunError: the run is damaged.
    """
    if refresh is not None and run is None:
        raise ConfigError(
            f"--refresh {refresh} says how often a run's forecast is made anew, and no run was given. Name the run, or "
            "leave --refresh out."
        )
    given = dict(columns or {})
    decimal, dates, tz = (
        None if (text := given.pop(name, None)) is None else str(text) for name in ("decimal", "dates", "tz")
    )
    said = DataOptions(decimal=decimal, dates=dates, tz=tz)
    named = Columns.of(given)
    foretell, mark, hints = None, "", Hints(decimal=said.decimal, dates=said.dates)
    if run is not None:
        from sextet.runtime.reading import options_for, trained_columns
        from sextet.runtime.run import Run  # what a run needs is not loaded without one
        from sextet.watching.foretold import RunForecasts

        if not isinstance(run, Run | str | os.PathLike):
            raise ConfigError(f"watch: run must be the folder of a run, or a Run such as model.run; got {shown(run)}.")
        run = run if isinstance(run, Run) else Run.load(run)
        foretell, mark = RunForecasts(run, refresh), _mark(run)
        trained = options_for(run.settings, said)
        hints = Hints(decimal=trained.decimal, dates=trained.dates, frequency=run.history.frequency)
        known = trained_columns(run)
        named = replace(named, covariates=foretell.covariates, trained=known.names, series=known.series)
    kept = None if state is None else Path(state)
    if kept is not None and kept.exists() and not kept.is_dir():
        watcher = Watcher.load(kept, risk, foretell)
        _refuse_another(kept, watcher.run, mark)
    else:
        if kept is not None:
            place_for(kept, "the state")
        watcher = Watcher(RISK if risk is None else risk, foretell)
    watcher.run = mark
    hints = replace(hints, decimal=hints.decimal or watcher.hints.decimal, dates=hints.dates or watcher.hints.dates)
    watcher.zone = _zone(said.tz, watcher.zone, run)
    stream = Stream(name="the data", columns=named, heard=Heard(), hints=hints, zone=_clock(watcher, run, said.tz))
    return Watching(data, stream, watcher, kept, every)


def _mark(run: Run) -> str:
    """What tells a run from others, in words and a digest; a run that is updated or trained again keeps it."""
    names = hashlib.sha256("\0".join(sorted(run.scaler.ids)).encode()).hexdigest()[:12]
    return f"a run of {len(run.scaler.ids)} series, step {run.history.frequency.name} ({names})"


def _refuse_another(path: Path, before: str | None, now: str) -> None:
    """Refuse a state of a watch with another run: its rows would pass for judged, and its model is of other data."""
    if before not in (None, now):
        raise ConfigError(
            f"{path} was written by a watch with {before or 'no run'}; this one is with {now or 'no run'}. Name "
            "another file with --state, or remove this one to begin anew."
        )


def _zone(given: str | None, kept: str | None, run: Run | None) -> str | None:
    """The zone by whose clock stamps are that name none, as given, as in the state, or as in training.

    None: they are read as they come; daily and coarser data of a run are dates, see `DateClock`.
    """
    if given is not None and kept not in (None, given):
        raise ConfigError(
            f"--tz {given}: the state was written by a watch with the clock of {kept}. Leave --tz out, or name another "
            "file with --state."
        )
    if run is None or run.history.tz is not None:
        return given or kept or (None if run is None else run.history.tz)
    if given is not None and run.settings["data"].get("tz") is None:
        raise ConfigError(
            f"--tz {given}: the times that the run was trained on have no time zone, and further ones are read as they "
            "come. Leave --tz out."
        )
    return None


def _clock(watcher: Watcher, run: Run | None, given: str | None) -> WallClock | None:
    # without a clock the data of zones need not be loaded
    if run is not None and watcher.zone is None:
        from sextet.data.ordering import is_coarse
        from sextet.watching.date_clock import DateClock

        trained = run.settings["data"].get("tz")
        return DateClock(given or trained) if is_coarse(run.history.frequency) else None
    if watcher.zone is None:
        return None
    from sextet.watching.zone_clock import ZoneClock

    return ZoneClock(watcher.zone, watcher.reached)
