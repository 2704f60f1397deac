"""Alerts from spike probabilities: when to raise one, for which steps, how severe, and why, in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.core.forecast import Alert
from sextet.core.frequency import Stamps
from sextet.metrics.events import average_precision, best_f1, brier, detection, episodes

Reals = NDArray[np.floating]
Labels = NDArray[np.integer] | NDArray[np.floating] | NDArray[np.bool_]

SEVERITIES = ("watch", "warning", "critical")

_FLOOR = 0.5  # threshold where there is nothing to choose it on: more likely than not
_LEAST_SPIKES = 5  # spiked steps below which the best F1 is luck


@dataclass(frozen=True, kw_only=True)
class AlertPolicy:
    """When an alert is raised, and how such alerts did where that was chosen.

    Attributes:
        threshold: alerts cover steps whose probability is at or above it.
        spikes: spiked steps it was chosen on; with fewer than five the threshold is 0.5.
        precision, recall, f1: at the threshold there; NaN without a spike or a warning.
    """

    threshold: float
    spikes: int = 0
    precision: float = math.nan
    recall: float = math.nan
    f1: float = math.nan

    def to_json(self) -> dict[str, float | int | None]:
        """Return plain values for JSON; what is undefined is None."""
        return {key: None if math.isnan(value) else value for key, value in vars(self).items()}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> AlertPolicy:
        """Make the policy again from `to_json`."""
        rates = {key: math.nan if plain[key] is None else float(plain[key]) for key in ("precision", "recall", "f1")}
        return cls(threshold=float(plain["threshold"]), spikes=int(plain["spikes"]), **rates)


def fit_policy(probability: Reals, label: Labels, valid: NDArray[np.bool_] | None = None) -> AlertPolicy:
    """Choose the alert threshold on `calibrate`: the one with the best F1 over steps.

    Args:
        probability: `[W, H]` of a spike.
        label: `[W, H]` 1 where one came.
        valid: `[W, H]` where the target was observed; None: everywhere.
    """
    best = best_f1(probability, label, valid)
    spikes = 0 if best is None else best.hits + best.misses
    if best is None or spikes < _LEAST_SPIKES:
        best = detection(probability, label, _FLOOR, valid)
    return AlertPolicy(
        threshold=best.threshold, spikes=spikes, precision=best.precision, recall=best.recall, f1=best.f1
    )


def score_warnings(
    probability: Reals, label: Labels, threshold: float, valid: NDArray[np.bool_] | None = None
) -> dict[str, float]:
    """Score warnings on test windows: average precision, Brier, and precision, recall and F1 at a threshold.

    Args:
        probability: `[W, H]` of a spike, or any alarm score in 0..1 such as `alarm.mass_above`.
        label: `[W, H]` 1 where one came.
        threshold: warned where the probability is at or above it; chosen before, not on these windows.
        valid: `[W, H]` where the target was observed; None: everywhere.
    """
    found = detection(probability, label, threshold, valid)
    return {
        "average_precision": average_precision(probability, label, valid),
        "brier": brier(probability, label, valid),
        "precision": found.precision,
        "recall": found.recall,
        "f1": found.f1,
        "threshold": threshold,
        "hits": found.hits,
        "false_alarms": found.false_alarms,
        "misses": found.misses,
    }


@dataclass(frozen=True, kw_only=True)
class Warnings:
    """What a member says about spikes ahead of W windows.

    Attributes:
        ids: `[W]` series names.
        stamps: `[W, H]`.
        probability: `[W, H]` of a spike, 0..1.
        size: `[W, H]` expected size above the level, in the unit of the target.
        typical: `[W]` usual size of a spike of each series (`SpikeModel.typical_size`), or None.
        raised_by: the member's name.
    """

    ids: Sequence[str]
    stamps: Stamps
    probability: Reals
    size: Reals
    typical: Reals | None = None
    raised_by: str = "spike-detector"


def find_alerts(warnings: Warnings, policy: AlertPolicy, *, gap: int = 1) -> tuple[Alert, ...]:
    """Turn probabilities into alerts: steps at or above the threshold, those at most `gap` steps apart as one.

    Returns:
        Alerts in order of time, then of series.
    """
    found = []
    for window, first, last in episodes(np.nan_to_num(warnings.probability) >= policy.threshold, gap):
        steps = slice(int(first), int(last) + 1)
        peak = int(first) + int(np.nanargmax(warnings.probability[window, steps]))
        probability, size = float(warnings.probability[window, peak]), float(warnings.size[window, peak])
        typical = math.nan if warnings.typical is None else float(warnings.typical[window])
        start, end = warnings.stamps[window, first], warnings.stamps[window, last]
        found.append(
            Alert(
                series=warnings.ids[int(window)],
                start=start,
                end=end,
                probability=probability,
                size=size,
                severity=severity(probability, size, policy.threshold, typical),
                raised_by=warnings.raised_by,
                reason=(
                    f"A spike of about {size:.4g} above the level is expected {_when(start, end)}, with a probability "
                    f"of {probability:.0%} (alerts start at {policy.threshold:.0%})."
                ),
            )
        )
    return tuple(sorted(found, key=lambda alert: (alert.start, alert.series)))


def severity(probability: float, size: float, threshold: float, typical: float = math.nan) -> str:
    """Grade an alert by how far the probability is above the threshold and how large the spike would be.

    "critical": two thirds of the way from the threshold to certainty and a spike of usual size, or one third and
    twice that size. "warning": one third of the way, or 1.5 times the usual size. Else "watch". A NaN `typical`
    counts every spike as of usual size.
    """
    sureness = 1.0 if threshold >= 1 else (probability - threshold) / (1.0 - threshold)
    relative = size / typical if typical > 0 and math.isfinite(typical) else 1.0
    if (sureness >= 2 / 3 and relative >= 1.0) or (sureness >= 1 / 3 and relative >= 2.0):
        return "critical"
    return "warning" if sureness >= 1 / 3 or relative >= 1.5 else "watch"


def _when(start: np.datetime64, end: np.datetime64) -> str:
    first, last = (np.datetime_as_string(stamp.astype("datetime64[m]")).replace("T", " ") for stamp in (start, end))
    return f"at {first}" if first == last else f"from {first} to {last}"
