"""The forecast people get, and the alerts that come with it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sextet.core.frequency import Stamps


@dataclass(frozen=True, kw_only=True)
class Alert:
    """One warning of a spike ahead.

    Attributes:
        series: the series' name.
        start, end: first and last step it covers.
        probability: highest probability among its steps, 0..1.
        size: expected size above the level at that step, in the unit of the target.
        severity: "watch", "warning" or "critical".
        raised_by: member or rule that raised it.
        reason: one sentence.
        id: the same for as long as the alert lasts, over all forecasts that say it; empty until it has one.
        members: those whose own forecast says so, too.
        against: those whose own forecast does not.
        rules: names of the user's rules that raised or touched it.
        tz: time zone of the data, `start` and `end` being UTC; None: they are on the data's own clock.
    """

    series: str
    start: np.datetime64
    end: np.datetime64
    probability: float
    size: float
    severity: str
    raised_by: str
    reason: str
    id: str = ""
    members: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    tz: str | None = None


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """Quantile forecasts of W windows in the unit of the target.

    Attributes:
        ids: `[W]` series name of each window.
        cutoff: `[W]` last known stamp of each window.
        stamps: `[W, H]` stamps of the horizon.
        levels: `[Q]` quantile levels.
        quantiles: `[W, H, Q]` of the ensemble, calibrated, never crossing. The point forecast is the median.
        members: name -> `[W, H, Q]` of each member.
        weights: name -> `[W, H]` weight of each member; they sum to one over the members.
        spike_probability: `[W, H]`, or None without a member that warns.
        spike_size: `[W, H]` in the unit of the target, or None.
        alerts: warnings, in order of time.
        notes: what the user should know (rules that acted, series never seen in training), one sentence each.
        rules: name of each of the user's rules -> `[W, H]` where it touched the forecast: changed the Rule-Based
            member or the ensemble, raised an alert or silenced one.
        tz: time zone of the data, `cutoff` and `stamps` being UTC; None: they are on the data's own clock.
    """

    ids: tuple[str, ...]
    cutoff: Stamps
    stamps: Stamps
    levels: tuple[float, ...]
    quantiles: NDArray[np.float64]
    members: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    weights: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    spike_probability: NDArray[np.float64] | None = None
    spike_size: NDArray[np.float64] | None = None
    alerts: tuple[Alert, ...] = ()
    notes: tuple[str, ...] = ()
    rules: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    tz: str | None = None
