"""Forecast with a trained run; TensorFlow is not needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sextet.core.errors import DataError
from sextet.core.forecast import Forecast
from sextet.core.panel import Panel
from sextet.data.options import DataOptions
from sextet.runtime.run import Run

_ROWS_TO_JUDGE = 5  # gaps between rows from which a coarser frequency is told from a few missing rows


def forecast(
    run: Path | Run,
    *,
    data: Any = None,
    future_data: Any = None,
    options: DataOptions | None = None,
) -> Forecast:
    """Forecast the steps after the end of each series.

    Args:
        run: the run, or its folder.
        data: newer data (a path or a frame): rows after what the run has seen are enough; also series never seen.
            None: from the history that the run keeps.
        future_data: future covariates beyond the end.
        options: how `data` is read; what is not said is as in training.

    Raises:
        RunError: the run is damaged.
        DataError: the data do not suit the run.
    """
    loaded = run if isinstance(run, Run) else Run.load(run)
    if data is None and future_data is None:
        return loaded.forecast()
    return loaded.forecast(fresh_panel(loaded, data, future_data, options))


def fresh_panel(run: Run, data: Any, future_data: Any = None, options: DataOptions | None = None) -> Panel:
    """Read new data as the run's were read, and put them after the history that the run keeps."""
    from dataclasses import replace

    from sextet.core.errors import ConfigError
    from sextet.data.read import read_panel
    from sextet.runtime.joining import joined
    from sextet.runtime.reading import options_for

    if data is None:
        raise ConfigError("--future-data needs --data: give the history that the covariates continue.")
    wanted = options_for(run.settings, options)
    if future_data is not None:
        wanted = replace(wanted, future_data=future_data)
    fresh = read_panel(data, wanted, horizon=run.config.horizon)
    _refuse_coarser(fresh)
    return joined(run.history, fresh)


def _refuse_coarser(panel: Panel) -> None:
    """Refuse daily rows for an hourly run: read on the run's grid they would be one reading and 23 gaps."""
    import numpy as np

    for s, name in enumerate(panel.ids):
        apart = np.diff(np.flatnonzero(np.isfinite(panel.y[panel.rows(s)])))
        if len(apart) >= _ROWS_TO_JUDGE and int(apart.min()) > 1:
            raise DataError(
                f"The run was trained on a frequency of {panel.frequency.name}; the rows of series {name!r} are all "
                f"{int(apart.min())} or more steps of that apart. Give data at {panel.frequency.name}."
            )
