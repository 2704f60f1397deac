"""Numbers of a plan as people read them."""

from __future__ import annotations

from sextet.planner.figures import Quantity
from sextet.planner.rig_plan import RigPlan
from sextet.planner.wording import money
from sextet.report.plain import number_text

GIB = 2**30
_UNITS = (("h", 3600.0), ("min", 60.0), ("s", 1.0), ("ms", 1e-3))


def time_unit(seconds: float) -> tuple[str, float]:
    """Return the unit that a time is read in, and its seconds."""
    return next(((name, size) for name, size in _UNITS if seconds >= 2 * size), _UNITS[-1])


def time_text(seconds: float | None, digits: int = 3) -> str:
    """Write a time in the unit that suits it: "3.20 h", "45.0 s"."""
    if seconds is None:
        return "–"
    name, size = time_unit(seconds)
    return number_text(seconds / size, name, digits)


def range_text(value: float, low: float, high: float) -> str:
    """Write a time with its interval in one unit: "3.2 min (2.1 to 6.0)"."""
    name, size = time_unit(value)
    ends = " to ".join(number_text(end / size, digits=2) for end in (low, high))
    return f"{number_text(value / size, name, 3)} ({ends})"


def ends_text(low: float, high: float) -> str:
    """Write the ends of an interval of time: "2.1 min to 6.0 min"."""
    return f"{time_text(low, 2)} to {time_text(high, 2)}"


def money_text(value: float | None, unit: str) -> str:
    """Write an amount with three digits that count: "6,000,000 KRW", "9.50 KRW", "0.00202 USD"."""
    return "–" if value is None else money(Quantity(value, unit))


def short_money(value: float) -> str:
    """Write an amount for an axis: "20 M", "450", "1.5 k"."""
    for name, size in (("M", 1e6), ("k", 1e3)):
        if value >= size:
            return f"{value / size:g} {name}"
    return f"{value:g}"


def gib_text(gib: float) -> str:
    """Write memory: "21.8 GiB"."""
    return number_text(gib, "GiB", 3)


def beyond_limits(rig: RigPlan) -> str:
    """Say which limits a rig does not keep to, such as "Over deadline and budget"; empty where it keeps to all."""
    names = [{"hours": "deadline"}.get(name, name) for name, holds in rig.within.items() if holds is False]
    return f"Over {' and '.join(names)}" if names else ""
