"""What a series usually does at this hour: a range for each part of the day, or day of the week, that remembers.

Earlier days alone say what is usual, never the hour that has just passed. A range widens at once to what was seen
and draws back slowly, so that what happens every day at about the same time is expected, and what failed to happen
is not.
"""

from __future__ import annotations

import math
from array import array
from collections import deque
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

    __slots__ = ("around", "high", "late", "low", "parts", "period")

    def __init__(self, step: float) -> None:
        """Begin with nothing seen, for readings every `step` seconds."""
        self.period = period_of(step)
        self.parts = min(max(round(self.period / step), 1), _MOST_PARTS) if self.period else 0
        self.around = _AROUND if self.period == DAY else 0
        # [part, lowest, highest] of the late parts, not yet in the ranges: or what creeps in today would be usual
        self.late: deque[list[Any]] = deque()
        self.low = array("d", [math.inf]) * self.parts
        self.high = array("d", [-math.inf]) * self.parts

    def range(self, second: float) -> tuple[float, float] | None:
        """Return the usual range about this time; None where nothing was seen then."""
        parts = self.parts
        if not parts:
            return None
        at = int(second * parts // self.period) % parts
        first, last = at - self.around, at + self.around + 1
        if first >= 0 and last <= parts:
            low, high = min(self.low[first:last]), max(self.high[first:last])
        else:
            around = {part % parts for part in range(first, last)}
            low, high = min(self.low[part] for part in around), max(self.high[part] for part in around)
        return (low, high) if low <= high else None

    def learn(self, second: float, value: float) -> None:
        """Take a value into the range of its time, once that no longer counts as about now."""
        if not self.parts:
            return
        part = int(second * self.parts // self.period)
        late = self.late
        if late and late[-1][0] == part:
            entry = late[-1]
            entry[1], entry[2] = min(entry[1], value), max(entry[2], value)
            return
        late.append([part, value, value])
        while late[0][0] < part - self.around:
            self._settle(*late.popleft())

    def _settle(self, part: int, least: float, most: float) -> None:
        at = part % self.parts
        low, high = self.low[at], self.high[at]
        self.low[at] = least if least < low or low == math.inf else low + _FADE * (least - low)
        self.high[at] = most if most > high or high == -math.inf else high + _FADE * (most - high)

    def to_json(self) -> dict[str, Any]:
        """Return the state as plain values; parts never seen are null."""
        seen = [(None, None) if low > high else (low, high) for low, high in zip(self.low, self.high, strict=True)]
        return {"period": self.period, "ranges": seen, "late": list(self.late)}

    @classmethod
    def from_json(cls, state: dict[str, Any]) -> Habit:
        """Go on from `to_json`."""
        habit = cls(1.0)
        ranges = state["ranges"]
        habit.period, habit.parts = float(state["period"]), len(ranges)
        habit.around = _AROUND if habit.period == DAY else 0
        habit.low = array("d", [math.inf if low is None else low for low, _ in ranges])
        habit.high = array("d", [-math.inf if high is None else high for _, high in ranges])
        habit.late = deque([int(part), float(low), float(high)] for part, low, high in state["late"])
        return habit
