"""Scores of spike warnings as sums, so that a test of any length is scored chunk by chunk; see `metrics.events`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.floating]
Mask = NDArray[np.bool_]

_BINS = 1 << 14  # ranks of probabilities that are told apart
_REACH = 16.0  # log odds beyond are one rank


@dataclass(frozen=True, kw_only=True)
class AlarmTally:
    """Sums over judged steps; tallies of disjoint steps add up with `+`.

    Attributes:
        steps: `[R]` number of steps by `rank` of the probability.
        spikes: `[R]` those of them that were spikes.
        squared: sum of (probability - outcome)^2.
        thresholds: sum over the steps of the threshold in force.
        hits, false_alarms: warned and a spike; warned and none.
    """

    steps: NDArray[np.int64]
    spikes: NDArray[np.int64]
    squared: float
    thresholds: float
    hits: int
    false_alarms: int

    @classmethod
    def of(cls, probability: Reals, label: NDArray[np.generic], valid: Mask, threshold: float) -> AlarmTally:
        """Tally the warnings of some windows, arrays of any common shape.

        Args:
            probability: of a spike, 0..1.
            label: other than 0 where one came.
            valid: where the target was observed.
            threshold: warned where the probability is at or above it.
        """
        score = np.asarray(probability, dtype=np.float64)[valid]
        truth = np.asarray(label)[valid] != 0
        warned = score >= threshold
        place = rank(score)
        return cls(
            steps=np.bincount(place, minlength=_BINS).astype(np.int64),
            spikes=np.bincount(place[truth], minlength=_BINS).astype(np.int64),
            squared=float(((score - truth) ** 2).sum()),
            thresholds=threshold * len(score) if len(score) else 0.0,
            hits=int((warned & truth).sum()),
            false_alarms=int((warned & ~truth).sum()),
        )

    def __add__(self, other: AlarmTally) -> AlarmTally:
        """Return the tally of both sets of steps."""
        return AlarmTally(
            steps=self.steps + other.steps,
            spikes=self.spikes + other.spikes,
            squared=self.squared + other.squared,
            thresholds=self.thresholds + other.thresholds,
            hits=self.hits + other.hits,
            false_alarms=self.false_alarms + other.false_alarms,
        )

    def scores(self) -> dict[str, float]:
        """Return what `spikes.alerts.score_warnings` gives; NaN where undefined, `threshold` the mean one."""
        count, spikes = int(self.steps.sum()), int(self.spikes.sum())
        warned = self.hits + self.false_alarms
        hits, alarms = np.cumsum(self.spikes[::-1]), np.cumsum(self.steps[::-1])
        gain = np.diff(hits, prepend=0)
        precision = np.where(alarms > 0, hits / np.maximum(alarms, 1), 0.0)
        return {
            "average_precision": _share(float((precision * gain).sum()), spikes),
            "brier": _share(self.squared, count),
            "precision": _share(self.hits, warned),
            "recall": _share(self.hits, spikes),
            "f1": _share(2 * self.hits, warned + spikes),
            "threshold": _share(self.thresholds, count),
            "hits": self.hits,
            "false_alarms": self.false_alarms,
            "misses": spikes - self.hits,
        }

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return plain arrays for an npz without pickle."""
        return {name: np.asarray(value) for name, value in vars(self).items()}

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[np.generic]]) -> AlarmTally:
        """Read what `to_arrays` gave."""
        return cls(
            steps=np.asarray(arrays["steps"], dtype=np.int64),
            spikes=np.asarray(arrays["spikes"], dtype=np.int64),
            squared=float(arrays["squared"]),
            thresholds=float(arrays["thresholds"]),
            hits=int(arrays["hits"]),
            false_alarms=int(arrays["false_alarms"]),
        )


def rank(probability: Reals) -> NDArray[np.int64]:
    """Return ranks 0 to 16383 of probabilities, even in the log odds: the small ones of rare spikes are told apart."""
    with np.errstate(divide="ignore"):
        odds = np.log(probability) - np.log1p(-np.asarray(probability, dtype=np.float64))
    place = (np.clip(odds, -_REACH, _REACH) + _REACH) * (_BINS - 1) / (2 * _REACH)
    out: NDArray[np.int64] = np.round(place).astype(np.int64)
    return out


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")
