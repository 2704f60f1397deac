"""Forecast with a trained run; TensorFlow is not needed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from sextet.core.forecast import Alert, Forecast
from sextet.data.options import DataOptions
from sextet.runtime.reading import fresh_panel
from sextet.runtime.run import Run
from sextet.spikes.alert_policy import Costs
from sextet.spikes.cost_notes import asked_note


def forecast(
    run: Path | Run,
    *,
    data: Any = None,
    future_data: Any = None,
    options: DataOptions | None = None,
    costs: Costs | None = None,
    ongoing: Collection[Alert] = (),
) -> Forecast:
    """Forecast the steps after the end of each series.

    Args:
        run: the run, or its folder.
        data: newer data (a path or a frame): rows after what the run has seen are enough; also series never seen.
            None: from the history that the run keeps.
        future_data: future covariates beyond the end.
        options: how `data` is read; what is not said is as in training.
        costs: of a spike without an alert and of an alert without a spike; None: as in training.
        ongoing: alerts of earlier forecasts that have not ended, as an `AlertLedger` keeps them.

    Raises:
        RunError: the run is damaged.
        DataError: the data do not suit the run.
    """
    loaded = run if isinstance(run, Run) else Run.load(run)
    if costs is not None:
        loaded = replace(loaded, policy=loaded.policy.at_cost(costs))
    panel = None if data is None and future_data is None else fresh_panel(loaded, data, future_data, options)
    made = loaded.forecast(panel, ongoing=ongoing)
    note = "" if costs is None else asked_note(loaded.policy, made)
    return replace(made, notes=(*made.notes, note)) if note else made
