"""Numbers with their unit and where they come from: quoted, measured and predicted are different types.

Units are words such as "s", "bytes", "kWh", "W", "KRW", "USD" or a ratio of two, "KRW/kWh". Nothing converts one into
another: won and dollars add up only where the user gives a rate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import total_ordering
from typing import Any, TypeAlias

from sextet.core.errors import ConfigError


@total_ordering
@dataclass(frozen=True, eq=False)
class Quantity:
    """A number with a unit; adding and comparing need the same unit."""

    value: float
    unit: str

    def __post_init__(self) -> None:
        """Check that it is a finite number with a unit.

        Raises:
            ConfigError: it is not.
        """
        if isinstance(self.value, bool) or not math.isfinite(self.value) or not self.unit:
            raise ConfigError(f"Expected a finite number with a unit; got {self.value!r} {self.unit!r}.")

    def __add__(self, other: Quantity) -> Quantity:
        """Sum of two of the same unit."""
        return Quantity(self.value + self._same(other), self.unit)

    def __sub__(self, other: Quantity) -> Quantity:
        """Difference of two of the same unit."""
        return Quantity(self.value - self._same(other), self.unit)

    def __mul__(self, factor: float) -> Quantity:
        """Multiple of it; the factor has no unit."""
        return Quantity(self.value * factor, self.unit)

    def __truediv__(self, other: Quantity) -> float:
        """How often `other`, of the same unit, is in it."""
        return self.value / self._same(other)

    def __eq__(self, other: object) -> bool:
        """Whether number and unit are the same."""
        return isinstance(other, Quantity) and (self.value, self.unit) == (other.value, other.unit)

    def __lt__(self, other: Quantity) -> bool:
        """Whether it is less than `other`, of the same unit."""
        return self.value < self._same(other)

    def __hash__(self) -> int:
        """Equal quantities have equal hashes."""
        return hash((self.value, self.unit))

    def __str__(self) -> str:
        """Such as "6,000,000 KRW"."""
        digits = f"{self.value:,.0f}" if abs(self.value) >= 1000 else f"{self.value:.3g}"
        return f"{digits} {self.unit}"

    def per(self, unit: str) -> Quantity:
        """Return it by `unit`: KRW per "kWh" is "KRW/kWh"."""
        return Quantity(self.value, f"{self.unit}/{unit}")

    def of(self, amount: Quantity) -> Quantity:
        """Return a rate times an amount: 300 KRW/kWh of 2 kWh is 600 KRW.

        Raises:
            ConfigError: the amount is not in what the rate is for.
        """
        top, _, bottom = self.unit.rpartition("/")
        if not top or bottom != amount.unit:
            raise ConfigError(f"Expected an amount in {bottom if top else 'what a rate is for'}; got {amount}.")
        return Quantity(self.value * amount.value, top)

    def _same(self, other: Quantity) -> float:
        if self.unit != other.unit:
            raise ConfigError(f"Expected a quantity in {self.unit}; got {other}. Units do not mix: convert one first.")
        return other.value


@dataclass(frozen=True, kw_only=True)
class Quoted:
    """What somebody says: a data sheet, a shop, a price list; `low` and `high` where it is a range."""

    quantity: Quantity
    source: str
    date: str
    low: Quantity | None = None
    high: Quantity | None = None


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was measured on a machine."""

    quantity: Quantity
    source: str
    date: str


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What a model says, with its central interval.

    Attributes:
        value: the best guess; low, high: ends of the interval.
        unit: of the three.
        share: of the interval; 0.8 means that 80 % of left-out measurements lay within such intervals.
        extrapolated: the case lies outside of what the model was fitted on; the interval is wider for it.
        notes: what a reader should know, one sentence each.
        source: what it rests on.
    """

    value: float
    low: float
    high: float
    unit: str
    share: float = 0.8
    extrapolated: bool = False
    notes: tuple[str, ...] = ()
    source: str = ""

    def __post_init__(self) -> None:
        """Check that the interval holds the value.

        Raises:
            ConfigError: it does not.
        """
        if not self.low <= self.value <= self.high:
            raise ConfigError(f"Expected low <= value <= high; got {self.low!r}, {self.value!r}, {self.high!r}.")

    @property
    def quantity(self) -> Quantity:
        """The best guess with its unit."""
        return Quantity(self.value, self.unit)

    def scaled(self, factor: float, unit: str) -> Prediction:
        """Return it times a factor of at least 0 that is known exactly, in another unit."""
        return replace(self, value=self.value * factor, low=self.low * factor, high=self.high * factor, unit=unit)


Figure: TypeAlias = Prediction | Quoted | Measured
"""A number with its kind, source and interval; unknown is None beside it, never 0."""


def plain_figure(figure: Figure) -> dict[str, Any]:
    """Return a figure as plain values, the same keys for every kind.

    `kind` is "predicted", "quoted" or "measured"; `low` and `high` are the ends of an interval that holds `share` of
    the cases, or of the range that is quoted, and equal `value` where neither is known.
    """
    if isinstance(figure, Prediction):
        own = {
            name: getattr(figure, name) for name in ("value", "low", "high", "unit", "share", "extrapolated", "source")
        }
        return {"kind": "predicted", **own, "date": None, "notes": list(figure.notes)}
    quantity = figure.quantity
    low, high = (figure.low, figure.high) if isinstance(figure, Quoted) else (None, None)
    return {
        "kind": "quoted" if isinstance(figure, Quoted) else "measured",
        "value": quantity.value,
        "low": low.value if low else quantity.value,
        "high": high.value if high else quantity.value,
        "unit": quantity.unit,
        "share": None,
        "extrapolated": False,
        "source": figure.source,
        "date": figure.date,
        "notes": [],
    }
