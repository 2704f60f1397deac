"""Intervals from the errors on what was left out, and how often they hold what was left out of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from planner_model import LeftOut, folds
from planner_rows import Table
from sextet.planner.timing.fitted import Spread

SHARES = 0.1, 0.9


def spread_of(table: Table, left: Sequence[LeftOut], kept: np.ndarray | None = None) -> Spread:
    """Quantiles of the errors of `kept` rows, and how they grow where no shape like them was seen.

    Both kinds of leaving out count alike: a card that was never seen, and a shape that was never seen. What cards have
    of their own was seen on G of them; the next one differs from their mean by sqrt(1 + 1 / G) times as much.
    """
    rows = np.ones(len(table.rows), dtype=bool) if kept is None else kept
    errors = np.concatenate([np.log(table.seconds / one.predicted)[rows] for one in left])
    away = 1 - np.concatenate([one.near[rows] for one in left])
    cut = np.quantile(away, [0.3, 0.7])
    close, far = (np.quantile(np.abs(errors[part]), 0.8) for part in (away <= cut[0], away >= cut[1]))
    apart = away[away >= cut[1]].mean() - away[away <= cut[0]].mean()
    slope = float(np.clip((far / close - 1) / max(apart, 0.05), 0.5, 3.0))
    next_card = np.sqrt(1 + 1 / len(np.unique(table.of("card")[rows])))
    low, high = next_card * np.quantile(errors / (1 + slope * away), SHARES)
    return Spread(float(low), float(high), slope)


def coverage(table: Table, left: Sequence[LeftOut], groups: np.ndarray) -> float:
    """Share of left-out measurements within intervals whose width came from other groups alone."""
    inside = []
    for out in folds(groups):
        spread = spread_of(table, left, ~out)
        for one in left:
            low, high = spread.at(one.near[out])
            error = np.log(table.seconds / one.predicted)[out]
            inside.append((low <= error) & (error <= high))
    return float(np.concatenate(inside).mean())
