"""What is known beforehand of how numbers and dates are written, for where the values themselves do not say."""

from __future__ import annotations

from dataclasses import dataclass

from sextet.core.frequency import Frequency


@dataclass(frozen=True, kw_only=True)
class Hints:
    """Taken where values can be read in two ways.

    Attributes:
        decimal: the sign before decimals, "." or ",".
        dates: "day/month/year" or "month/day/year".
        frequency: the grid that the stamps lie on.
    """

    decimal: str | None = None
    dates: str | None = None
    frequency: Frequency | None = None
