"""Scores of spike warnings: probabilities per step against labels, both of any common shape.

A `valid` mask (True where the target was observed) leaves steps out; None keeps all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sextet.data.local_stamps import stamp_text

Reals = NDArray[np.floating]
Labels = NDArray[np.integer] | NDArray[np.floating] | NDArray[np.bool_]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Detection:
    """How warnings at one threshold did.

    Attributes:
        threshold: warned where the score is at or above it.
        hits, false_alarms, misses: numbers of steps.
        precision, recall, f1: NaN where undefined (no warning, no spike).
    """

    threshold: float
    hits: int
    false_alarms: int
    misses: int
    precision: float
    recall: float
    f1: float


def average_precision(probability: Reals, label: Labels, valid: Mask | None = None) -> float:
    """Area under the precision-recall curve as the step-wise sum of precision x gain in recall.

    Steps of equal score count together, as in scikit-learn's `average_precision_score`. The value of a
    useless score is the share of spikes. NaN without a spike.
    """
    score, truth = _flat(probability, label, valid)
    spikes = int(truth.sum())
    if not spikes:
        return float("nan")
    hits, warned, _ = _curve(score, truth)
    gain = np.diff(hits, prepend=0) / spikes
    return float((hits / warned * gain).sum())


def brier(probability: Reals, label: Labels, valid: Mask | None = None) -> float:
    """Mean squared difference of probability and outcome (Brier 1950), 0 best; NaN without a step."""
    score, truth = _flat(probability, label, valid)
    return float(np.mean((score - truth) ** 2)) if len(score) else float("nan")


def detection(probability: Reals, label: Labels, threshold: float, valid: Mask | None = None) -> Detection:
    """Precision, recall and F1 of warning where the probability is at or above `threshold`."""
    score, truth = _flat(probability, label, valid)
    warned = score >= threshold
    hits = int((warned & truth).sum())
    return _detection(threshold, hits, int(warned.sum()), int(truth.sum()))


def best_f1(probability: Reals, label: Labels, valid: Mask | None = None) -> Detection | None:
    """The threshold with the highest F1 among the scores that occur, the highest such; None without a spike."""
    score, truth = _flat(probability, label, valid)
    spikes = int(truth.sum())
    if not spikes:
        return None
    hits, warned, cuts = _curve(score, truth)
    best = int(np.argmax(2 * hits / (warned + spikes)))
    return _detection(float(cuts[best]), int(hits[best]), int(warned[best]), spikes)


def episodes(flags: Mask, gap: int = 0) -> NDArray[np.int64]:
    """Find runs of True along the last axis of `[W, H]`; runs at most `gap` False steps apart are one.

    Returns:
        `[E, 3]` rows (window, first step, last step), in order of window, then step.
    """
    closed = np.array(flags, dtype=bool)
    for distance in range(1, gap + 1):
        ends = closed[:, : -distance - 1] & closed[:, distance + 1 :] if closed.shape[1] > distance + 1 else None
        if ends is not None:
            for inner in range(1, distance + 1):
                closed[:, inner : inner + ends.shape[1]] |= ends
    edge = np.diff(closed.astype(np.int8), axis=1, prepend=0, append=0)
    window, first = np.nonzero(edge == 1)
    last = np.nonzero(edge == -1)[1] - 1
    return np.stack([window, first, last], axis=1).astype(np.int64)


def period(start: np.datetime64, end: np.datetime64, tz: str | None = None) -> str:
    """Say from when to when an episode lasts: "at 2024-01-01 06:00", "from ... to ...".

    Args:
        start: first step.
        end: last step.
        tz: zone to say it in, both being UTC then.
    """
    if tz is not None:
        first, last = stamp_text(start, tz), stamp_text(end, tz)
        return f"at {first}" if start == end else f"from {first} to {last}"
    first, last = (np.datetime_as_string(stamp.astype("datetime64[s]")).replace("T", " ") for stamp in (start, end))
    if first.endswith(":00") and last.endswith(":00"):
        first, last = first[:-3], last[:-3]
    return f"at {first}" if first == last else f"from {first} to {last}"


def _curve(score: NDArray[np.float64], truth: Mask) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Hits and warnings when warning at or above each distinct score, from the highest down."""
    order = np.argsort(-score, kind="stable")
    ranked = score[order]
    last = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
    return np.cumsum(truth[order])[last], last + 1, ranked[last]


def _detection(threshold: float, hits: int, warned: int, spikes: int) -> Detection:
    nan = float("nan")
    return Detection(
        threshold=threshold,
        hits=hits,
        false_alarms=warned - hits,
        misses=spikes - hits,
        precision=hits / warned if warned else nan,
        recall=hits / spikes if spikes else nan,
        f1=2 * hits / (warned + spikes) if warned + spikes else nan,
    )


def _flat(probability: Reals, label: Labels, valid: Mask | None) -> tuple[NDArray[np.float64], Mask]:
    score = np.asarray(probability, dtype=np.float64)
    truth = np.asarray(label) != 0
    keep = ~np.isnan(score) if valid is None else np.asarray(valid, dtype=bool) & ~np.isnan(score)
    return score[keep], truth[keep]
