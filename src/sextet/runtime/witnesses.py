"""Which members say themselves that a spike comes, for the alerts of a forecast."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from sextet.core.answer import Answer
from sextet.core.forecast import Forecast
from sextet.core.panel import Panel
from sextet.core.window import WindowIndex
from sextet.spikes.alert_policy import AlertPolicy
from sextet.spikes.labels import SpikeModel


def witnesses(
    forecast: Forecast,
    answers: Mapping[str, Answer],
    spikes: SpikeModel,
    policy: AlertPolicy,
    panel: Panel,
    index: WindowIndex,
) -> dict[str, NDArray[np.bool_]]:
    """Return, for each member, `[W, H]` whether it gives a spike at least the probability that upholds an alert.

    A member that warns is asked for its probability, any other for the share of its quantiles that lies above the
    spike level. Only windows with an alert are looked at; elsewhere nobody says anything.

    Args:
        forecast: in the unit of the target, with the members' quantiles.
        answers: what the members said.
        spikes: what a spike is.
        policy: when to alert.
        panel: the data.
        index: the W windows.
    """
    chance = forecast.spike_probability
    if chance is None or not 0 < policy.release < 1:
        return {}
    some = np.flatnonzero((np.nan_to_num(chance) >= policy.release).any(axis=1))
    if not len(some):
        return {}
    least = NormalDist().inv_cdf(policy.release)
    found = {}
    for name, quantiles in forecast.members.items():
        said = np.zeros(chance.shape, dtype=bool)
        own = answers[name].spike_probability if name in answers else None
        if own is None:
            said[some] = spikes.quantile_score(panel, index.take(some), quantiles[some]) >= least
        else:
            said[some] = own[some] >= policy.release
        found[name] = said
    return found
