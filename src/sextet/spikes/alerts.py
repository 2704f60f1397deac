"""Alerts from spike probabilities: for which steps, how severe, and why, in words; and how warnings score."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sextet.core.forecast import Alert, Forecast
from sextet.core.percent import percent
from sextet.metrics.events import average_precision, brier, detection, episodes, period
from sextet.spikes.alert_policy import GAP, AlertPolicy, alert_episodes

Reals = NDArray[np.floating]
Labels = NDArray[np.integer] | NDArray[np.floating] | NDArray[np.bool_]

SEVERITIES = ("watch", "warning", "critical")


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
    witnesses: Mapping[str, NDArray[np.bool_]] | None = None,
    raised_by: str = "spike-detector",
    ongoing: Collection[Alert] = (),
    gap: int = GAP,
) -> tuple[Alert, ...]:
    """Turn the spike probabilities of a forecast into alerts, in order of time, then of series.

    An alert begins where the probability is at the threshold or above, and goes on while it is above the release
    level; one that is ongoing needs no more than the release level to stay.

    Args:
        forecast: with `spike_probability`; without it there is no alert.
        policy: when to raise one.
        typical: series -> usual size of its spikes in the unit of the target (`SpikeModel.typical_sizes`).
        witnesses: member -> `[W, H]` where it says so, too.
        raised_by: name of the member that warns.
        ongoing: alerts of earlier forecasts that have not ended.
        gap: steps below the release level between two that are not, up to which both belong to one alert.
    """
    if forecast.spike_probability is None:
        return ()
    chance = forecast.spike_probability
    sizes = np.full(chance.shape, np.nan) if forecast.spike_size is None else forecast.spike_size
    found = []
    for window, first, last in _covered(forecast, policy, [one for one in ongoing if one.raised_by == raised_by], gap):
        peak = first + int(np.nanargmax(chance[window, first : last + 1]))
        probability, size = float(chance[window, peak]), float(sizes[window, peak])
        name = forecast.ids[window]
        start, end = forecast.stamps[window, first], forecast.stamps[window, last]
        about = "" if math.isnan(size) else f" of about {size:.4g} above the level"
        said = {member: bool(where[window, peak]) for member, where in (witnesses or {}).items()}
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
                    f"A spike{about} is expected {period(start, end, forecast.tz)}, with a probability of "
                    f"{percent(probability)}{_highest(forecast, window, peak, (first, last))} (alerts start at "
                    f"{percent(policy.threshold)})."
                ),
                members=tuple(member for member, yes in said.items() if yes),
                against=tuple(member for member, yes in said.items() if not yes),
                tz=forecast.tz,
            )
        )
    return tuple(sorted(map(named, found), key=lambda alert: (alert.start, alert.series)))


def _highest(forecast: Forecast, window: int, peak: int, ends: tuple[int, int]) -> str:
    """When the probability told is reached, where an alert is of several steps."""
    at = forecast.stamps[window, peak]
    return f" {period(at, at, forecast.tz)}" if ends[0] < ends[1] else ""


def named(alert: Alert) -> Alert:
    """Return the alert with an id of its own, made of series, first step and who raised it; one it has stays."""
    if alert.id:
        return alert
    what = "\0".join((alert.series, str(alert.start.astype("datetime64[ns]")), alert.raised_by))
    return replace(alert, id=hashlib.blake2s(what.encode(), digest_size=5).hexdigest())


def _covered(
    forecast: Forecast, policy: AlertPolicy, ongoing: Collection[Alert], gap: int
) -> list[tuple[int, int, int]]:
    """(window, first step, last step) of each alert: raised by the threshold, or upheld by the release level."""
    chance = np.nan_to_num(np.asarray(forecast.spike_probability, dtype=np.float64))
    found = {(window, first, last) for window, first, last in alert_episodes(chance, policy, gap).tolist()}
    if ongoing:
        for window, first, last in episodes(chance >= policy.release, gap).tolist():
            start, end = forecast.stamps[window, first], forecast.stamps[window, last]
            mine = (one for one in ongoing if one.series == forecast.ids[window])
            if any(one.start <= end and start <= one.end for one in mine):
                found.add((window, first, last))
    return sorted(found)


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
