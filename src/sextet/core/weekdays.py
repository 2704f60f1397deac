"""Days of the week, by name and of dates."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Days = TypeVar("Days", int, NDArray[np.int64])


def weekday(days: Days) -> Days:
    """Day of the week of days since 1970, 0 for Monday; 1970-01-01 was a Thursday."""
    return (days + 3) % 7
