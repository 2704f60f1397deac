"""Probabilities and shares in words."""

from __future__ import annotations

_WHOLE = 0.0095  # nearer to 0 or 1 a whole number of percents would say too little
_LEAST = 0.0005  # nearer than that a tenth of a percent would, too


def percent(share: float) -> str:
    """Return a share as percents; what is neither 0 nor 1 does not read as 0% or 100%.

    Args:
        share: from 0 to 1.
    """
    edge = min(share, 1.0 - share)
    if edge <= 0 or edge >= _WHOLE:
        return f"{share:.0%}"
    if edge >= _LEAST:
        return f"{share:.1%}"
    return "below 0.1%" if share < 0.5 else "above 99.9%"
