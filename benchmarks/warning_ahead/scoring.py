"""How alarms and forecasts did: PR-AUC over all steps and by step, errors on spikes and beside them, with intervals.

Intervals are of a bootstrap over blocks of consecutive windows (Kuensch 1989, blocks that do not overlap): spikes come
in episodes, and windows of one episode say the same thing over and over.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.metrics.events import average_precision, brier
from sextet.metrics.lead_time import lead_times
from sextet.spikes.alert_policy import AlertPolicy, alert_steps
from warning_ahead.replay import OURS, Said

Reals = NDArray[np.floating]

DRAWS = 2000
COVERAGE = 0.95


def blocks_of(series: NDArray[np.integer], row: NDArray[np.integer], rows: int) -> NDArray[np.int64]:
    """Return `[W]` the block of each window: windows of a series whose cutoffs lie in the same stretch of `rows`."""
    within = (row - row.min(initial=0)) // rows
    _, block = np.unique(np.stack([series, within]), axis=1, return_inverse=True)
    return block.ravel()


def draws(blocks: NDArray[np.int64], seed: int = 0, count: int = DRAWS) -> NDArray[np.int64]:
    """Return `[count, W]` how often each window comes in each resample of the blocks."""
    number = int(blocks.max()) + 1
    picked = np.random.default_rng(seed).integers(0, number, size=(count, number))
    times = np.stack([np.bincount(some, minlength=number) for some in picked])
    return times[:, blocks]


def weighted_average_precision(score: Reals, truth: Reals, weight: NDArray[np.integer]) -> float:
    """`metrics.events.average_precision` of points `[n]` that count `weight [n]` times each."""
    order = np.argsort(-score, kind="stable")
    ranked, weight = score[order], weight[order]
    last = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
    hits, warned = np.cumsum(weight * (truth[order] > 0))[last], np.cumsum(weight)[last]
    if not hits[-1]:
        return float("nan")
    precision = hits / np.maximum(warned, 1)
    return float((precision * np.diff(hits, prepend=0)).sum() / hits[-1])


def alarm_scores(said: Said, alarms: Mapping[str, Reals], block_rows: int, seed: int = 0) -> dict[str, Any]:
    """Score alarms by name, and how far ours is ahead of each.

    Args:
        said: whose labels count.
        alarms: name -> `[W, H]`; with ours among them.
        block_rows: rows of a block of the bootstrap.
        seed: of the bootstrap.
    """
    valid = np.isfinite(said.label)
    truth = np.nan_to_num(said.label)
    found: dict[str, Any] = {}
    for name, score in alarms.items():
        steps = [average_precision(score[:, h], truth[:, h], valid[:, h]) for h in range(score.shape[1])]
        found[name] = {"average_precision": average_precision(score, truth, valid), "by_step": steps}
        if 0.0 <= float(score.min()) and float(score.max()) <= 1.0:
            found[name]["brier"] = brier(score, truth, valid)
    times = draws(blocks_of(said.series, said.row, block_rows), seed)
    window = np.nonzero(valid)[0]
    drawn = {
        name: np.array([weighted_average_precision(score[valid], truth[valid], some[window]) for some in times])
        for name, score in alarms.items()
    }
    ahead = {
        name: {
            "difference": found[OURS]["average_precision"] - found[name]["average_precision"],
            **_interval(drawn[OURS] - drawn[name]),
        }
        for name in alarms
        if name != OURS
    }
    return {"alarms": found, "ahead": ahead}


def lead_scores(said: Said) -> dict[str, float]:
    """How long before a spike the ensemble's alerts came, down to their release, at each fold's threshold."""
    covered = np.zeros(said.label.shape, dtype=bool)
    for threshold in np.unique(said.threshold):
        mine = said.threshold == threshold
        covered[mine] = alert_steps(said.alarms[OURS][mine], AlertPolicy(threshold=float(threshold)))
    return lead_times(covered, said.label, said.series, said.row).summary()


def ablation(with_it: Said, without: Said, block_rows: int, seed: int = 0) -> dict[str, Any]:
    """Error of the ensemble with the Spike Detector and without it: on all steps, on spikes and beside them."""
    valid = np.isfinite(with_it.label)
    spike = np.nan_to_num(with_it.label) > 0
    times = draws(blocks_of(with_it.series, with_it.row, block_rows), seed)
    found: dict[str, Any] = {}
    for part, mask in (("all", valid), ("spikes", valid & spike), ("calm", valid & ~spike)):
        for metric, name in (("mae", "error"), ("pinball", "loss")):
            ours, theirs = (np.where(mask, getattr(one, name), 0.0).sum(axis=1) for one in (with_it, without))
            change = 100.0 * ((times @ ours) / np.maximum(times @ theirs, 1e-300) - 1.0)
            points = int(mask.sum())
            found[f"{metric} {part}"] = {
                "with": float(ours.sum()) / max(points, 1),
                "without": float(theirs.sum()) / max(points, 1),
                "change_percent": 100.0 * (float(ours.sum()) / float(theirs.sum()) - 1.0) if points else float("nan"),
                **_interval(change[times @ mask.sum(axis=1) > 0]),
                "steps": points,
            }
    return found


def _interval(values: NDArray[np.float64]) -> dict[str, float]:
    """Bounds of the bootstrap, and the share of resamples that are above 0."""
    known = values[np.isfinite(values)]
    if not len(known):
        return {"low": float("nan"), "high": float("nan"), "above_zero": float("nan")}
    low, high = np.quantile(known, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
    return {"low": float(low), "high": float(high), "above_zero": float((known > 0).mean())}
