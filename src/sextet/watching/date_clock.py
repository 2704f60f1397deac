"""Stamps of a stream whose run is of daily or coarser data: dates, as in training."""

from __future__ import annotations

from datetime import UTC, datetime

from sextet.data.clock import zone_info


class DateClock:
    """Turns moments into what the clock of a zone showed then, so that they fall on their own date.

    A stamp that names no zone is what the clock showed. One that does is so by the clock of `zone`, or without one by
    that of its own offset: midnight of the 5th at +01:00 is the 5th, though in UTC it is the 4th.

    Attributes:
        zone: name of the zone; "" for each stamp's own.
    """

    __slots__ = ("_tz", "zone")

    def __init__(self, zone: str | None = None) -> None:
        """Begin; `zone` as `ZoneClock` takes it.

        Raises:
            ConfigError: nobody knows such a zone.
        """
        self.zone = zone or ""
        self._tz = zone_info(zone) if zone else None

    def second(self, wall: float, series: str) -> float | None:
        """Return what the clock showed, in seconds since 1970, as it is."""
        return wall

    def shown(self, moment: float, ahead: float) -> float:
        """Return what the clock showed at a moment, both in seconds since 1970.

        Args:
            moment: in UTC.
            ahead: seconds that the stamp's own clock was ahead of UTC.
        """
        if self._tz is None:
            return moment + ahead
        offset = datetime.fromtimestamp(moment, UTC).astimezone(self._tz).utcoffset()
        return moment + (offset.total_seconds() if offset else 0.0)

    def never(self, wall: float) -> bool:
        """Whether the clock never showed this: dates are dates."""
        return False
