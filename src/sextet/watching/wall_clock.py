"""What a clock of stamps that name no zone must tell: that of a zone, or of dates."""

from __future__ import annotations

from typing import Protocol


class WallClock(Protocol):
    """Turns what a clock showed, and moments, into the seconds by which a run tells its rows.

    Attributes:
        zone: its name; "" for each stamp's own.
    """

    zone: str

    def second(self, wall: float, series: str) -> float | None:
        """Return seconds of a stamp that names no zone; None: the clock never showed it.

        Args:
            wall: seconds since 1970 by the clock.
            series: name of the series that the row is of.
        """

    def shown(self, moment: float, ahead: float) -> float:
        """Return seconds of a stamp that names its own offset.

        Args:
            moment: seconds since 1970 in UTC.
            ahead: seconds that the stamp's own clock was ahead of UTC.
        """

    def never(self, wall: float) -> bool:
        """Whether the clock was put forward over this."""
