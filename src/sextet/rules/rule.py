"""One rule of a user: what it does, and to which series, days and hours."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Action = Literal["floor", "cap", "closed", "alert_above", "alert_below"]
Mask = NDArray[np.bool_]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule, valid.

    Attributes:
        name: what messages call it.
        action: what it does: hold forecasts at or above (floor) or at or below (cap) `value`, set them to
            `value` (closed), or raise an alert where the target is likely to lie above or below `value`.
        value: in the unit of the target.
        hours: (start, end) in minutes of the local day; end before start goes over midnight; None: all day.
        days: weekdays on which the hours start, 0 Monday; None: every day.
        series: names or shell patterns such as "DE*"; None: every series.
        probability: alerts only: raised at this probability.
        severity: alerts only.
    """

    name: str
    action: Action
    value: float
    hours: tuple[int, int] | None = None
    days: tuple[int, ...] | None = None
    series: tuple[str, ...] | None = None
    probability: float = 0.5
    severity: str = "warning"

    @property
    def alerts(self) -> bool:
        """Whether it raises alerts rather than changes forecasts."""
        return self.action.startswith("alert")

    @property
    def text(self) -> str:
        """The rule in words."""
        what = {
            "floor": f"at least {self.value:g}",
            "cap": f"at most {self.value:g}",
            "closed": f"{self.value:g} while closed",
            "alert_above": f"alert when above {self.value:g} with a probability of {self.probability:.0%}",
            "alert_below": f"alert when below {self.value:g} with a probability of {self.probability:.0%}",
        }[self.action]
        parts = [what]
        if self.hours is not None:
            parts.append("from {} to {}".format(*(f"{at // 60:02d}:{at % 60:02d}" for at in self.hours)))
        if self.days is not None:
            parts.append("on " + ", ".join(DAYS[day] for day in self.days))
        if self.series is not None:
            parts.append("for " + ", ".join(self.series))
        return " ".join(parts)

    def covers(self, ids: tuple[str, ...]) -> Mask:
        """Whether it is about each of the series `ids [W]`."""
        if self.series is None:
            return np.ones(len(ids), dtype=bool)
        known = {
            name: name in self.series or any(fnmatchcase(name, pattern) for pattern in self.series) for name in set(ids)
        }
        return np.array([known[name] for name in ids], dtype=bool)

    def holds_at(self, local: NDArray[np.datetime64]) -> Mask:
        """Whether days and hours include each of the local stamps, same shape.

        Hours over midnight belong to the day they start on: "22:00-06:00" on "sat" includes Sunday at 05:00.
        """
        minutes = local.astype("datetime64[m]").astype(np.int64)
        day, minute = np.divmod(minutes, DAY_MINUTES)
        inside = np.ones(local.shape, dtype=bool)
        if self.hours is not None:
            start, end = self.hours
            late = (minute >= start) & (minute < end) if start < end else (minute >= start)
            early = np.zeros(local.shape, dtype=bool) if start < end else minute < end
            inside, day = late | early, day - early
        if self.days is None:
            return inside
        return np.asarray(inside & np.isin((day + 3) % 7, self.days))  # 1970-01-01 was a Thursday
