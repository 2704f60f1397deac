"""How a run's data were read, kept with the run so that new data are read the same way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np

from sextet.core.errors import ConfigError, DataError
from sextet.core.panel import Panel
from sextet.core.weekdays import WEEKDAYS, weekday
from sextet.data.clock import DAY_NS
from sextet.data.local_stamps import minute_text
from sextet.data.options import DataOptions
from sextet.data.trained_columns import TrainedColumns
from sextet.runtime.joining import joined
from sextet.runtime.run import Run

_ROWS_TO_JUDGE = 5  # gaps between rows from which a coarser frequency is told from a few missing rows
_KEPT = ("id", "time", "target", "past", "future", "static", "tz", "resample", "weight", "spike_label")


def plain_options(options: DataOptions, panel: Panel) -> dict[str, Any]:
    """Return what is needed to read further data of the same kind, as values for JSON."""
    kept = {name: getattr(options, name) for name in _KEPT}
    kept["freq"] = None if options.resample else panel.frequency.name
    kept["tz"] = options.tz or panel.tz
    kept["columns"] = panel.columns
    kept["decimal"] = options.decimal or panel.decimal
    kept["dates"] = options.dates or panel.dates
    return {name: list(value) if isinstance(value, tuple) else value for name, value in kept.items()}


def options_for(settings: Mapping[str, Any], given: DataOptions | None = None) -> DataOptions:
    """Return the reading options of a run, overridden by whatever `given` says otherwise.

    Args:
        settings: of the run.
        given: options of this call; a field left at its default does not override.
    """
    known = {f.name for f in fields(DataOptions)}
    plain: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in settings["data"].items()
        if name in known
    }
    options = DataOptions(**plain)
    if given is None:
        return options
    default = DataOptions()
    changed = {name: getattr(given, name) for name in known}
    changed = {name: value for name, value in changed.items() if not _same(value, getattr(default, name))}
    if "resample" in changed:
        changed.setdefault("freq", None)
    return replace(options, **changed)


def columns_of_training(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the columns that serve training alone, weights and spike labels: new data may lack them."""
    return tuple(name for role in ("weight", "spike_label") if (name := settings["data"].get(role)))


def trained_columns(run: Run) -> TrainedColumns:
    """Return the columns that a run was trained on; of runs of earlier versions none is known."""
    return TrainedColumns(names=run.settings["data"].get("columns", {}), series=run.scaler.ids)


def fresh_panel(run: Run, data: Any, future_data: Any = None, options: DataOptions | None = None) -> Panel:
    """Read new data as the run's were read, and put them after the history that the run keeps.

    Its notes say what was taken otherwise than in training, not how the data were read.
    """
    from sextet.data.read import read_panel  # readers cost start-up time, and a forecast from history needs none

    if data is None and future_data is None:
        raise DataError("Expected data, a file path or a frame of rows after those the run has seen; got None.")
    if data is None:
        raise ConfigError("--future-data needs --data: give the history that the covariates continue.")
    wanted = options_for(run.settings, options)
    if future_data is not None:
        wanted = replace(wanted, future_data=future_data)
    fresh = read_panel(
        data,
        wanted,
        horizon=run.config.horizon,
        optional=columns_of_training(run.settings),
        trained=trained_columns(run),
    )
    fresh = _as_the_only_one(replace(fresh, notes=()), run)
    _refuse_another_clock(fresh, run.history)
    _refuse_other_days(fresh, run.history)
    _refuse_coarser(fresh, run.history)
    return joined(run.history, fresh)


def _as_the_only_one(panel: Panel, run: Run) -> Panel:
    """Call a single series as the run's only one, where the data of either had no column of names."""
    trained = trained_columns(run)
    unnamed = trained.names and not ("id" in trained.names and "id" in panel.columns)
    alone = panel.series == 1 and len(trained.series) == 1
    if not (unnamed and alone) or panel.ids == trained.series:
        return panel
    note = f"Series {panel.ids[0]!r} was taken for {trained.series[0]!r}, the only one of the run: one has no name."
    return replace(panel, ids=trained.series, notes=(note,))


def _refuse_another_clock(panel: Panel, history: Panel) -> None:
    """Refuse times of a known zone for a run whose times had none: the hours of its days would not match."""
    if panel.tz is not None and history.tz is None:
        raise DataError(
            f"The times the run was trained on have no time zone; those of the data are in {panel.tz}. Write them "
            "without a zone, as in training."
        )


def _refuse_other_days(panel: Panel, history: Panel) -> None:
    """Refuse weeks that begin on another day than the run's: each would be taken for the run's week it begins in."""
    frequency = history.frequency
    if frequency.kind != "fixed" or frequency.step <= DAY_NS or not panel.series:
        return
    theirs, ours = panel.stamps(0)[:1], history.stamps(0)[-1:]
    if not bool(frequency.on_grid(theirs).all()):
        first, last = (
            f"{minute_text(at, None)}, a {WEEKDAYS[weekday(int(at.view(np.int64)) // DAY_NS)]},"
            for at in (theirs[0], ours[0])
        )
        raise DataError(
            f"Steps of {frequency.name} begin on another day than those that the run was trained on: {first} in the "
            f"data, {last} in the run. Move the dates of the data onto the day of the run's."
        )


def _refuse_coarser(panel: Panel, history: Panel) -> None:
    """Refuse daily rows for an hourly run: read on the run's grid they would be one reading and 23 gaps.

    A series may be as coarse as the run knows it to be, one never seen as coarse as any that the run knows.
    """
    usual = {name: _least_gap(history, s) for s, name in enumerate(history.ids)}
    coarsest = max(usual.values(), default=1)
    for s, name in enumerate(panel.ids):
        apart = _least_gap(panel, s)
        if apart > usual.get(name, coarsest):
            raise DataError(
                f"The run was trained on a frequency of {panel.frequency.name}; the rows of series {name!r} are all "
                f"{apart} or more steps of that apart. Give data at {panel.frequency.name}."
            )


def _least_gap(panel: Panel, series: int) -> int:
    """Fewest steps between two readings of a series; 1 where there are too few to judge."""
    apart = np.diff(np.flatnonzero(np.isfinite(panel.y[panel.rows(series)])))
    return int(apart.min()) if len(apart) >= _ROWS_TO_JUDGE else 1


def _same(value: Any, default: Any) -> bool:
    return value is default or (isinstance(value, str | bool | tuple) and value == default)
