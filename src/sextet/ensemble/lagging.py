"""Learns how far each network is drawn towards what it said at the cutoffs just before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sextet.baselines.history import spread, targets
from sextet.combine.lagged import Asked, LaggedAverage, lagged_shift, learn_shares
from sextet.core.window import WindowIndex
from sextet.ensemble.ground import Ground
from sextet.rules.rule_based import RuleBasedModel
from sextet.runtime.crew import Crew

SHORTEST = 96
"""Fewest steps of a horizon for which it is tried. The last readings tell most of near steps, and averages blur them:
one hour of glucose and two days of M4's hours gained nothing."""

VALUES = 1_000_000  # quantile values that each network answers to learn from: some hundred windows


def lagging(crew: Crew, ground: Ground) -> Crew:
    """Return the crew with each network drawn as far as pays on `select` and `weigh`.

    The Rule-Based member stays as it is: what it says follows from the last readings on purpose.
    """
    horizon = crew.shape.horizon
    names = [name for name, member in crew.members.items() if not isinstance(member, RuleBasedModel)]
    if horizon < SHORTEST or not names:
        return crew
    parts = [ground.heard_windows(name) for name in ("select", "weigh")]
    index, until = WindowIndex.joined([one for one, _ in parts]), np.concatenate([end for _, end in parts])
    few = spread(len(index), max(1, VALUES // (horizon * len(crew.shape.levels))))
    target = targets(ground.prepared, index.take(few), horizon, until[few])
    asked = Asked.of(ground.panel, index.take(few))
    networks = replace(crew.only(names), lagged=LaggedAverage())
    shares = {}
    for name, said in networks.answers(ground.prepared, asked.index).items():
        shift = lagged_shift(said.quantiles, asked.place)
        share = learn_shares(said.quantiles[asked.place[:, 0]], shift, target, crew.shape.levels)
        if share.any():
            shares[name] = share
    return replace(crew, lagged=LaggedAverage(shares=shares))
