"""What a run learned of its answers (lagged averages, weights, calibration, alerts), and the last rows of history."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from sextet.runtime.run import Run
from sextet.runtime.stored_panel import panel_to_arrays


def state_arrays(run: Run) -> dict[str, NDArray[Any]]:
    """Return the state as plain arrays for an npz without pickle; `Run.load` reads them."""
    return {
        **run.combination.to_arrays(),
        **{f"lagged.{key}": value for key, value in run.crew.lagged.to_arrays().items()},
        **{f"blend.{key}": value for key, value in run.blend.to_arrays().items()},
        **{f"alerts.{key}": value for key, value in run.policy.to_arrays().items()},
        **{f"history.{key}": value for key, value in panel_to_arrays(run.history).items()},
    }
