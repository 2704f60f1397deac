"""Alerts from spike probabilities: when to raise one, for which steps, how severe, and why, in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.core.forecast import Alert, Forecast
from sextet.metrics.events import average_precision, best_f1, brier, detection, episodes, period

Reals = NDArray[np.floating]
Labels = NDArray[np.integer] | NDArray[np.floating] | NDArray[np.bool_]

SEVERITIES = ("watch", "warning", "critical")

_FLOOR = 0.5  # threshold where there is nothing to choose it on: more likely than not
_LEAST_SPIKES = 5  # spiked steps below which the best F1 is luck
_LEAST_GAIN = 3.0  # times the share of spikes: an alarm right less often than that is hardly better than chance


@dataclass(frozen=True, kw_only=True)
class AlertPolicy:
    """When an alert is raised, and how such alerts did where that was chosen.

    Attributes:
        threshold: alerts cover steps whose probability is at or above it.
        spikes: spiked steps it was chosen on.
        precision, recall, f1: at the threshold there; NaN without a spike or a warning.
    """

    threshold: float
    spikes: int = 0
    precision: float = math.nan
    recall: float = math.nan
    f1: float = math.nan

    @classmethod
    def silent(cls) -> AlertPolicy:
        """The policy of a run without a member that warns: no alert ever."""
        return cls(threshold=math.inf)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the policy as plain arrays."""
        return {key: np.array(value) for key, value in vars(self).items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> AlertPolicy:
        """Make the policy again from `to_arrays`."""
        rates = {key: float(arrays[key]) for key in ("precision", "recall", "f1")}
        return cls(threshold=float(arrays["threshold"]), spikes=int(arrays["spikes"]), **rates)


def choose_policy(probability: Reals, label: Labels, valid: NDArray[np.bool_] | None = None) -> AlertPolicy:
    """Choose the alert threshold on `calibrate`: the one with the best F1 over steps.

    Where even the best one is hardly more often right than an alarm at random, or there are fewer than five spikes
    to judge by, the threshold is 0.5: better no alert than many that mean nothing.

    Args:
        probability: `[W, H]` of a spike.
        label: `[W, H]` 1 where one came.
        valid: `[W, H]` where the target was observed; None: everywhere.
    """
    best = best_f1(probability, label, valid)
    spikes = 0 if best is None else best.hits + best.misses
    judged = np.size(label) if valid is None else int(np.count_nonzero(valid))
    share = spikes / max(judged, 1)
    least = min(_LEAST_GAIN * share, (1.0 + share) / 2)
    if best is None or spikes < _LEAST_SPIKES or best.precision < least:
        best = detection(probability, label, _FLOOR, valid)
    return AlertPolicy(
        threshold=best.threshold, spikes=spikes, precision=best.precision, recall=best.recall, f1=best.f1
    )


def score_warnings(
    probability: Reals, label: Labels, threshold: float, valid: NDArray[np.bool_] | None = None
) -> dict[str, float]:
    """Score warnings on test windows: average precision, Brier, and precision, recall and F1 at a threshold.

    Args:
        probability: `[W, H]` of a spike, or any alarm score in 0..1.
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


def find_alerts(
    forecast: Forecast,
    policy: AlertPolicy,
    *,
    typical: Mapping[str, float] | None = None,
    raised_by: str = "spike-detector",
    gap: int = 1,
) -> tuple[Alert, ...]:
    """Turn the spike probabilities of a forecast into alerts, in order of time, then of series.

    Args:
        forecast: with `spike_probability`; without it there is no alert.
        policy: when to raise one.
        typical: series -> usual size of its spikes in the unit of the target (`SpikeModel.typical_sizes`).
        raised_by: name of the member that warns.
        gap: steps below the threshold between two that are not, up to which both belong to one alert.
    """
    if forecast.spike_probability is None:
        return ()
    chance = forecast.spike_probability
    sizes = np.full(chance.shape, np.nan) if forecast.spike_size is None else forecast.spike_size
    found = []
    for window, first, last in episodes(np.nan_to_num(chance) >= policy.threshold, gap):
        peak = int(first) + int(np.nanargmax(chance[window, first : last + 1]))
        probability, size = float(chance[window, peak]), float(sizes[window, peak])
        name = forecast.ids[int(window)]
        start, end = forecast.stamps[window, first], forecast.stamps[window, last]
        about = "" if math.isnan(size) else f" of about {size:.4g} above the level"
        found.append(
            Alert(
                series=name,
                start=start,
                end=end,
                probability=probability,
                size=size,
                severity=severity(probability, size, policy.threshold, (typical or {}).get(name, math.nan)),
                raised_by=raised_by,
                reason=(
                    f"A spike{about} is expected {period(start, end)}, with a probability of {probability:.0%} "
                    f"(alerts start at {policy.threshold:.0%})."
                ),
            )
        )
    return tuple(sorted(found, key=lambda alert: (alert.start, alert.series)))


def severity(probability: float, size: float, threshold: float, typical: float = math.nan) -> str:
    """Grade an alert by how far the probability is above the threshold and how large the spike would be.

    "critical": two thirds of the way from the threshold to certainty and a spike of usual size, or one third and
    twice that size. "warning": one third of the way, or 1.5 times the usual size. Else "watch". Where `typical`
    or `size` is NaN every spike counts as of usual size.
    """
    sureness = 1.0 if threshold >= 1 else (probability - threshold) / (1.0 - threshold)
    relative = size / typical if typical > 0 and math.isfinite(typical) and not math.isnan(size) else 1.0
    if (sureness >= 2 / 3 and relative >= 1.0) or (sureness >= 1 / 3 and relative >= 2.0):
        return "critical"
    return "warning" if sureness >= 1 / 3 or relative >= 1.5 else "watch"
