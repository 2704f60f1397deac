"""What costs make of alerts where they make none: said, so that silence is not taken for safety."""

from __future__ import annotations

import math

import numpy as np

from sextet.core.forecast import Forecast
from sextet.core.percent import percent
from sextet.spikes.alert_policy import AlertPolicy


def silence_note(policy: AlertPolicy) -> str:
    """Say that silence is cheapest, and what it and the cheapest alerts would have cost; empty where it is not.

    Args:
        policy: of the run, or of other costs.
    """
    if math.isfinite(policy.threshold) or math.isnan(policy.miss_cost) or not policy.curve:
        return ""
    miss, false_alarm = policy.miss_cost, policy.false_alarm_cost

    def cost(row: tuple[float, int, int]) -> float:
        return miss * row[1] + false_alarm * row[2]

    best = min(policy.curve, key=cost)
    cut, missed, alarms = best
    return (
        f"No alert of a spike is raised, however probable it is: where a missed spike costs {miss:g} and a false alarm "
        f"{false_alarm:g}, silence was cheapest on the part `calibrate`. Its {policy.events:,} missed spikes would "
        f"have cost {miss * policy.events:,.10g}; the cheapest alerts, from {percent(cut)} on, {cost(best):,.10g} for "
        f"{missed:,} missed and {alarms:,} false."
    )


def asked_note(policy: AlertPolicy, forecast: Forecast) -> str:
    """Say why costs that were asked for raise no alert in this forecast; empty where they do, or silence is said.

    Args:
        policy: at these costs.
        forecast: made with it.
    """
    if forecast.spike_probability is None:
        return "The costs change nothing: no member of this run warns of spikes."
    if not math.isfinite(policy.threshold) or not forecast.spike_probability.size:
        return ""
    highest = float(np.max(np.nan_to_num(forecast.spike_probability)))
    if highest >= policy.threshold:
        return ""
    return (
        f"At these costs alerts start at {percent(policy.threshold)}; the highest probability of a spike in this "
        f"forecast is {percent(highest)}."
    )
