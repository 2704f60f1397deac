"""Days of the week, by name and of stamps."""

from __future__ import annotations

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_DAY_NS = 86_400_000_000_000


def weekday(ns: int) -> int:
    """Day of the week of nanoseconds since 1970, 0 for Monday."""
    return (ns // _DAY_NS + 3) % 7
