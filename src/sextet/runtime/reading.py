"""How a run's data were read, kept with the run so that new data are read the same way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np

from sextet.core.errors import ConfigError, DataError
from sextet.core.panel import Panel
from sextet.data.options import DataOptions
from sextet.runtime.joining import joined
from sextet.runtime.run import Run

_ROWS_TO_JUDGE = 5  # gaps between rows from which a coarser frequency is told from a few missing rows
_KEPT = ("id", "time", "target", "past", "future", "static", "tz", "resample", "weight", "spike_label")


def plain_options(options: DataOptions, panel: Panel) -> dict[str, Any]:
    """Return what is needed to read further data of the same kind, as values for JSON."""
    kept = {name: getattr(options, name) for name in _KEPT}
    kept["freq"] = None if options.resample else panel.frequency.name
    kept["tz"] = options.tz or panel.tz
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


def fresh_panel(run: Run, data: Any, future_data: Any = None, options: DataOptions | None = None) -> Panel:
    """Read new data as the run's were read, and put them after the history that the run keeps."""
    from sextet.data.read import read_panel  # readers cost start-up time, and a forecast from history needs none

    if data is None:
        raise ConfigError("--future-data needs --data: give the history that the covariates continue.")
    wanted = options_for(run.settings, options)
    if future_data is not None:
        wanted = replace(wanted, future_data=future_data)
    fresh = read_panel(data, wanted, horizon=run.config.horizon, optional=columns_of_training(run.settings))
    _refuse_coarser(fresh)
    return joined(run.history, fresh)


def _refuse_coarser(panel: Panel) -> None:
    """Refuse daily rows for an hourly run: read on the run's grid they would be one reading and 23 gaps."""
    for s, name in enumerate(panel.ids):
        apart = np.diff(np.flatnonzero(np.isfinite(panel.y[panel.rows(s)])))
        if len(apart) >= _ROWS_TO_JUDGE and int(apart.min()) > 1:
            raise DataError(
                f"The run was trained on a frequency of {panel.frequency.name}; the rows of series {name!r} are all "
                f"{int(apart.min())} or more steps of that apart. Give data at {panel.frequency.name}."
            )


def _same(value: Any, default: Any) -> bool:
    return value is default or (isinstance(value, str | bool | tuple) and value == default)
