"""A frequency as a grid of integers: every stamp of a panel is `stamp(ordinal)`.

Three kinds: a fixed step in nanoseconds (seconds to weeks), whole months (months, quarters, years; at the
start or the end of the month) and business days. Series of one panel share the grid, so that an ordinal
means the same moment in each of them and stamps need no memory.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import ConfigError

Stamps = NDArray[np.datetime64]
Ordinals = NDArray[np.int64]

_UNIT_NS = {
    "ns": 1,
    "us": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "min": 60_000_000_000,
    "h": 3_600_000_000_000,
    "D": 86_400_000_000_000,
    "W": 604_800_000_000_000,
}
_MONTHS = {"MS": 1, "ME": 1, "QS": 3, "QE": 3, "YS": 12, "YE": 12}
_ALIASES = {"T": "min", "H": "h", "S": "s", "L": "ms", "d": "D", "w": "W", "M": "ME", "Q": "QE", "Y": "YE", "A": "YE"}


@dataclass(frozen=True, kw_only=True)
class Frequency:
    """A regular grid of stamps.

    Attributes:
        kind: "fixed", "month" or "business".
        step: nanoseconds ("fixed"), months ("month"), business days ("business", always 1).
        origin: the stamp of ordinal 0: nanoseconds since 1970 ("fixed"), months since 1970-01 ("month"), 0.
        month_end: "month" only: stamps lie on the last day of the month.
    """

    kind: Literal["fixed", "month", "business"]
    step: int
    origin: int = 0
    month_end: bool = False

    @classmethod
    def parse(cls, text: str) -> Frequency:
        """Read a pandas-style frequency: "5min", "h", "D", "W", "MS", "ME", "QS", "YS", "B".

        Raises:
            ConfigError: the text is not a frequency.
        """
        match = re.fullmatch(r"(\d*)([A-Za-z]+)(-[A-Z]+)?", text.strip())
        count = int(match[1] or 1) if match else 0
        unit = _ALIASES.get(match[2], match[2]) if match else ""
        if count and unit in _UNIT_NS:
            return cls(kind="fixed", step=count * _UNIT_NS[unit])
        if count and unit in _MONTHS:
            return cls(kind="month", step=count * _MONTHS[unit], month_end=unit.endswith("E"))
        if count == 1 and unit == "B":
            return cls(kind="business", step=1)
        raise ConfigError(
            f"Expected a frequency such as 5min, h, D, W, B, MS, ME, QS or YS; got {text!r}. "
            "A number before it multiplies it: 15min, 4h."
        )

    @property
    def name(self) -> str:
        """The pandas-style name, such as "5min" or "MS"."""
        if self.kind == "business":
            return "B"
        if self.kind == "month":
            units = {months: unit for unit, months in _MONTHS.items() if unit.endswith("E") == self.month_end}
            best = max(months for months in units if self.step % months == 0)
            return f"{self.step // best if self.step > best else ''}{units[best]}"
        unit = next(u for u in reversed(_UNIT_NS) if self.step % _UNIT_NS[u] == 0)
        count = self.step // _UNIT_NS[unit]
        return f"{count if count > 1 else ''}{unit}"

    def anchored(self, first: np.datetime64) -> Frequency:
        """Return this frequency with its grid moved so that it holds the stamp `first`."""
        if self.kind == "fixed":
            ns = int(np.asarray(first, dtype="datetime64[ns]").astype(np.int64))
            return Frequency(kind="fixed", step=self.step, origin=ns % self.step)
        if self.kind == "month":
            month = int(np.asarray(first).astype("datetime64[M]").astype(np.int64))
            return Frequency(kind="month", step=self.step, origin=month % self.step, month_end=self.month_end)
        return self

    def stamps(self, ordinals: Ordinals) -> Stamps:
        """Return the stamps `datetime64[ns]` of `ordinals`, same shape."""
        ordinals = np.asarray(ordinals, dtype=np.int64)
        if self.kind == "fixed":
            return (ordinals * self.step + self.origin).view("datetime64[ns]")
        if self.kind == "month":
            months = (ordinals * self.step + self.origin).astype("datetime64[M]")
            if self.month_end:
                return ((months + 1).astype("datetime64[D]") - 1).astype("datetime64[ns]")
            return months.astype("datetime64[ns]")
        epoch = np.datetime64("1970-01-01", "D")
        return np.busday_offset(epoch, ordinals, roll="forward").astype("datetime64[ns]")

    def ordinals(self, stamps: Stamps) -> Ordinals:
        """Return the ordinal of the last grid stamp at or before each of `stamps`, same shape."""
        stamps = np.asarray(stamps)
        if self.kind == "fixed":
            ns = stamps.astype("datetime64[ns]").astype(np.int64)
            return np.floor_divide(ns - self.origin, self.step)
        if self.kind == "month":
            days = stamps.astype("datetime64[D]")
            months = ((days + 1) if self.month_end else days).astype("datetime64[M]").astype(np.int64)
            if self.month_end:
                months = months - 1
            return np.floor_divide(months - self.origin, self.step)
        days = stamps.astype("datetime64[D]")
        floor = np.busday_offset(days, 0, roll="backward")
        return np.busday_count(np.datetime64("1970-01-01", "D"), floor).astype(np.int64)

    def on_grid(self, stamps: Stamps) -> NDArray[np.bool_]:
        """Return for each stamp whether it lies exactly on the grid."""
        return np.asarray(self.stamps(self.ordinals(stamps)) == np.asarray(stamps).astype("datetime64[ns]"))

    @property
    def seasons(self) -> tuple[int, ...]:
        """Season lengths in steps that this frequency usually has, the main one first; (1,) where none."""
        if self.kind == "business":
            return (5, 261)
        if self.kind == "month":
            return (max(12 // self.step, 1),)
        day = _UNIT_NS["D"] / self.step
        if day >= 2:
            return (round(day), round(7 * day))
        if day == 1:
            return (7, 365)
        return (52,) if self.step == _UNIT_NS["W"] else (1,)

    @property
    def season(self) -> int:
        """The main season length in steps: 24 for hourly, 288 for 5-minute, 7 for daily, 12 for monthly."""
        return self.seasons[0]

    def to_json(self) -> dict[str, int | str | bool]:
        """Return the fields as plain values."""
        return {"kind": self.kind, "step": self.step, "origin": self.origin, "month_end": self.month_end}
