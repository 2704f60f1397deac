"""Numbers as people read them."""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, Decimal

from sextet.planner.figures import Prediction, Quantity


def took(seconds: float) -> str:
    """Return a time: "4.6 ms", "59.8 s", "12.5 min", "3.20 h", "4.1 days"."""
    if seconds < 1:
        return f"{seconds * 1e3:.3g} ms"
    for unit, size, most in (("s", 1.0, 120.0), ("min", 60.0, 120.0), ("h", 3600.0, 72.0)):
        if seconds / size < most:
            return f"{digits(seconds / size)} {unit}"
    return f"{digits(seconds / 86400)} days"


def digits(value: float) -> str:
    """Return a number with three digits that count, and no power of ten."""
    size = abs(value)
    if size >= 100 or not size:
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 10 else f"{value:.2f}" if size >= 1 else f"{value:.3g}"


def digits_up(value: float) -> str:
    """Return a number as `digits` does, rounded up: what is at least needed is not said to be less."""
    size = abs(value)
    places = 0 if size >= 100 or not size else 1 if size >= 10 else 2 if size >= 1 else 2 - math.floor(math.log10(size))
    step = Decimal(1).scaleb(-places)
    return digits(float(Decimal(repr(value)).quantize(step, ROUND_CEILING)))


def money(amount: Quantity) -> str:
    """Return an amount with its unit: "6,000,000 KRW", "12.7 KRW", "0.00432 kWh"."""
    return f"{digits(amount.value)} {amount.unit}"


def times(one: float, other: float) -> str:
    """Return how many times one figure another is: "0.69 of" or "1.44 times"."""
    ratio = one / other
    return f"{ratio:.2f} of" if ratio < 1 else f"{ratio:.2f} times"


def interval(figure: Prediction) -> str:
    """Return a time with its interval: "59.8 s (29.9 s to 119 s)"."""
    return f"{took(figure.value)} ({took(figure.low)} to {took(figure.high)})"


def percent(share: float) -> str:
    """Return a share of some thousand draws, which do not tell 100 % from nearly so."""
    if share > 0.999:
        return "> 99.9 %"
    return "< 0.1 %" if share < 0.001 else f"{share * 100:.1f} %"


def gib(size: float) -> str:
    """Return bytes as GiB."""
    return f"{size / 2**30:.2f}"
