"""Numbers that rules gave, as they were written, where answers went through the scaled space and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sextet.rules.action import Action, Mask
from sextet.rules.rule import Rule
from sextet.rules.scene import Reals


def kept_exactly(
    rules: Sequence[Rule], quantiles: Reals, acted: Mapping[str, Mask], *, nonnegative: bool = False
) -> Reals:
    """Return the member's quantiles `[W, H, Q]`, in the unit of the target, without what scaling rounded off rules.

    What a rule set to a number is that number; what it held at or above one is not below it, nor the other way.

    Args:
        rules: those that change forecasts, in the order in which they acted.
        quantiles: as they came back from scaled space.
        acted: rule name -> `[W, H]` where it acted in the member.
        nonnegative: what rules leave is never below 0.
    """
    if not acted:
        return quantiles
    low, high = np.full(quantiles.shape[:2], -np.inf), np.full(quantiles.shape[:2], np.inf)
    names = [rule.name for rule in rules]
    for rule in rules:
        where = acted.get(rule.name)
        if where is None or not where.any():
            continue
        for action in rule.actions:
            value = action.value.constant if action.value else None
            if names.count(rule.name) > 1:
                value = None  # which of them acted is not known
            least, most = _kept(action, value, low, high, nonnegative)
            low, high = np.where(where, least, low), np.where(where, most, high)
    return np.clip(quantiles, low[..., None], high[..., None]).astype(quantiles.dtype, copy=False)


def _kept(
    action: Action, value: float | None, low: Reals, high: Reals, nonnegative: bool
) -> tuple[Reals | float, Reals | float]:
    """Return the bounds that quantiles are within after an action, of those before it; its value None: not known."""
    if value is None:
        return (-np.inf, np.inf) if action.changes else (low, high)
    value = max(value, 0.0) if nonnegative else value
    if action.kind in ("set", "closed"):
        return value, value
    if action.kind == "floor":
        return np.maximum(low, value), np.maximum(high, value)
    if action.kind == "cap":
        return np.minimum(low, value), np.minimum(high, value)
    return (-np.inf, np.inf) if action.changes else (low, high)
