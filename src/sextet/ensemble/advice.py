"""What to do where a simple forecast did better on the test part than what was trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sextet.core.panel import Panel
from sextet.ensemble.baselines import NAIVE, RIDGE
from sextet.ensemble.examining import ENSEMBLE
from sextet.specs.run_config import RunConfig

_FEW = 1_000  # rows of all series together from which networks learn much that a simple forecast does not say
_SIMPLE = {NAIVE: "Seasonal naive, which repeats the last season,", RIDGE: "A ridge regression on the lookback"}


def advice(rows: Sequence[Mapping[str, Any]], panel: Panel, config: RunConfig) -> tuple[str, ...]:
    """Return a note where a simple forecast has a lower MAE on the test part than the ensemble, and what may help.

    Args:
        rows: of the leaderboard.
        panel: the data.
        config: of the training.
    """
    errors = {str(row["model"]): float(row["mae"]) for row in rows if row.get("mae") is not None}
    ours = errors.get(ENSEMBLE)
    better = [name for name in _SIMPLE if ours is not None and errors.get(name, np.inf) < ours]
    if not better:
        return ()
    best = min(better, key=lambda name: errors[name])
    ways = ["Train without --quick, which is for a first look"] if config.quick else []
    known = int(np.isfinite(panel.y).sum())
    if known < _FEW:
        ways.append(f"give more history, or more series like these: {known:,} readings in all are few for networks")
    if not config.quick:
        ways.append("let sextet tune look for better settings")
    ways.append("let sextet backtest say whether that holds at other times")
    said = "; ".join(ways)
    return (
        f"{_SIMPLE[best]} did better on the test part: MAE {errors[best]:.4g} against {ours:.4g}. "
        f"{said[0].upper()}{said[1:]}.",
    )
