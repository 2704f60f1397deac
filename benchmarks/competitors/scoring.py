"""Scores forecasts of any system, the same way and on the same points, and lays the figures side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from competitors.task import Task, forward_filled
from sextet.metrics.point import mae
from sextet.metrics.quantile import coverage, pinball, width

LAST = "last value"


def scores(task: Task, quantiles: np.ndarray) -> dict[str, float]:
    """MAE of the median, mean pinball loss over the task's levels, and the 80 % interval, on the observed targets.

    Quantiles that cross are sorted first, of every system: that never makes the pinball loss larger.

    Args:
        task: with the truth.
        quantiles: `[W, H, Q]` at its cutoffs, in its unit.
    """
    truth, ordered = task.truth, np.sort(quantiles, axis=-1)
    return {
        "points": int(np.isfinite(truth).sum()),
        "mae": mae(truth, ordered[..., task.median]),
        "pinball": pinball(truth, ordered, task.levels),
        "coverage_80": coverage(truth, ordered, 80, task.levels),
        "width_80": width(truth, ordered, 80, task.levels),
    }


def last_value(task: Task) -> dict[str, float]:
    """MAE of repeating the last observed value: what every system has to beat."""
    said = forward_filled(task.y)[task.cutoffs - 1][:, None] + np.zeros(task.horizon)
    return {"points": int(np.isfinite(task.truth).sum()), "mae": mae(task.truth, said)}


def table(task: Task, results: Sequence[dict[str, Any]]) -> str:
    """The results of systems on one task as text, best pinball loss first."""
    head = (
        f"{task.name}, {int(np.isfinite(task.truth).sum()):,} points of {len(task.cutoffs):,} cutoffs, horizon "
        f"{task.horizon}, lookback {task.lookback}, {task.seconds / 60:g} min on {task.cores} cores, {task.unit}"
    )
    names = f"{'':28}{'MAE':>9}{'pinball':>9}{'80 % covers':>13}{'width':>9}{'train s':>9}{'predict s':>11}"
    lines = [head, names]
    for result in sorted(results, key=lambda row: row["scores"]["pinball"]):
        found, seconds = result["scores"], result["seconds"]
        over = "  over " + " and ".join(result["over"]) if result["over"] else ""
        lines.append(
            f"{result['label']:28}{found['mae']:9.3f}{found['pinball']:9.3f}{100 * found['coverage_80']:11.1f} %"
            f"{found['width_80']:9.2f}{seconds['train']:9,.0f}{seconds['predict']:11,.0f}{over}"
        )
    return "\n".join([*lines, f"{LAST:28}{last_value(task)['mae']:9.3f}"])
