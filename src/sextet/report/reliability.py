"""Whether spikes come as often as their probability says."""

from __future__ import annotations

import numpy as np

from sextet.report.evaluation import SpikeTest
from sextet.report.plain import numbers
from sextet.report.view import Reliability

EDGES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Bounds of the bins; narrow below, since spikes are rare and most steps lie there."""

LEAST = 20
"""Steps below which the share of spikes in a bin says nothing."""


def reliability(tested: SpikeTest) -> Reliability | None:
    """Return the mean probability said, and the share of spikes seen, of the steps in each bin of probability.

    None where fewer than two bins have enough steps to judge by.
    """
    known = np.isfinite(tested.label) & np.isfinite(tested.probability)
    said, seen = tested.probability[known].astype(np.float64), tested.label[known] > 0
    place = np.clip(np.searchsorted(EDGES, said, side="right") - 1, 0, len(EDGES) - 2)
    count = np.bincount(place, minlength=len(EDGES) - 1)
    kept = np.flatnonzero(count >= LEAST)
    if len(kept) < 2:
        return None
    mean = np.bincount(place, weights=said, minlength=len(count))[kept] / count[kept]
    share = np.bincount(place, weights=seen, minlength=len(count))[kept] / count[kept]
    return {
        "said": numbers(mean, [0, 1]),
        "seen": numbers(share, [0, 1]),
        "steps": count[kept].tolist(),
        "note": f"Steps of all test windows by the probability that was said of them; bins with fewer than {LEAST} "
        "steps are left out. On the line, spikes come as often as was said; below it, less often.",
    }
