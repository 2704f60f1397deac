"""Forecast with a trained run; TensorFlow is not needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sextet.core.forecast import Forecast
from sextet.data.options import DataOptions
from sextet.runtime.reading import fresh_panel
from sextet.runtime.run import Run


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
