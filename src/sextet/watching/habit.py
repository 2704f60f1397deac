"""What a series usually does at this hour: a range for each part of the day, or day of the week, that remembers.

A range widens at once to what was seen and draws back slowly, so that what happens every day at about the same time
is expected, and what failed to happen is not.
"""

from __future__ import annotations

import math
from array import array
from typing import Any

DAY, WEEK = 86_400.0, 604_800.0
_MOST_PARTS = 288  # of a day: five minutes each
_AROUND = 2  # parts before and after that count as about the same time, of a day; a day of the week stands alone
_FADE = 0.2  # of the way from its bound to the value that a range draws back a time


def period_of(step: float) -> float:
    """Return the period in seconds of what readings every `step` seconds may repeat; 0 for none."""
    if step <= DAY / 4:
        return DAY
    return WEEK if step <= DAY else 0.0


class Habit:
    """Lowest and highest value usual at each time of the period."""

    __slots__ = ("around", "high", "low", "parts", "period")

    def __init__(self, step: float) -> None:
        """Begin with nothing seen, for readings every `step` seconds."""
        self.period = period_of(step)
        self.parts = min(max(round(self.period / step), 1), _MOST_PARTS) if self.period else 0
        self.around = _AROUND if self.period == DAY else 0
        self.low = array("d", [math.inf]) * self.parts
        self.high = array("d", [-math.inf]) * self.parts

    def range(self, second: float) -> tuple[float, float] | None:
        """Return the usual range about this time; None where nothing was seen then."""
        parts = self.parts
        if not parts:
            return None
        at = int(second % self.period * parts / self.period)
        first, last = at - self.around, at + self.around + 1
        if first >= 0 and last <= parts:
            low, high = min(self.low[first:last]), max(self.high[first:last])
        else:
            around = {part % parts for part in range(first, last)}
            low, high = min(self.low[part] for part in around), max(self.high[part] for part in around)
        return (low, high) if low <= high else None

    def learn(self, second: float, value: float) -> None:
        """Take a value into the range of its time."""
        if not self.parts:
            return
        at = int(second % self.period * self.parts / self.period)
        low, high = self.low[at], self.high[at]
        self.low[at] = value if value < low or low == math.inf else low + _FADE * (value - low)
        self.high[at] = value if value > high or high == -math.inf else high + _FADE * (value - high)

    def to_json(self) -> dict[str, Any]:
        """Return the state as plain values; parts never seen are null."""
        seen = [(None, None) if low > high else (low, high) for low, high in zip(self.low, self.high, strict=True)]
        return {"period": self.period, "ranges": seen}

    @classmethod
    def from_json(cls, state: dict[str, Any]) -> Habit:
        """Go on from `to_json`."""
        habit = cls(1.0)
        ranges = state["ranges"]
        habit.period, habit.parts = float(state["period"]), len(ranges)
        habit.around = _AROUND if habit.period == DAY else 0
        habit.low = array("d", [math.inf if low is None else low for low, _ in ranges])
        habit.high = array("d", [-math.inf if high is None else high for _, high in ranges])
        return habit
