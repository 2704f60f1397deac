"""Stamps of a stream that name no zone, by the clock of one, as in training."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo

from sextet.data.clock import zone_info

_EPOCH = datetime(1970, 1, 1)


class ZoneClock:
    """Turns what the clock of a zone showed into moments.

    Of an hour that it showed twice a row is of the first pass, unless its series has come that far already: then of
    the second.

    Attributes:
        zone: its name.
    """

    __slots__ = ("_before", "_last", "_tz", "zone")

    def __init__(self, zone: str, before: Callable[[str], float] = lambda series: -math.inf) -> None:
        """Begin with no row.

        Args:
            zone: a name such as Europe/Berlin, or an offset such as +05:30.
            before: gives the moment up to which an earlier watch had come with a series; minus infinity: none.

        Raises:
            ConfigError: nobody knows such a zone.
        """
        self.zone, self._tz = zone, zone_info(zone)
        self._before = before
        self._last: dict[str, float] = {}  # latest moment of each series

    def second(self, wall: float, series: str) -> float | None:
        """Return seconds since 1970 in UTC of a row, told in the order of its series; None: the clock never was there.

        Args:
            wall: seconds since 1970 by the clock.
            series: its name.
        """
        earlier, later = self._offsets(wall)
        if earlier < later:
            return None
        moment = wall - earlier
        last = self._last.get(series)
        if earlier > later and moment <= (self._before(series) if last is None else last) <= wall - later:
            moment = wall - later
        self._last[series] = moment if last is None else max(moment, last)
        return moment

    def shown(self, moment: float, ahead: float) -> float:
        """Return a moment that a stamp names itself, as it is, whatever its own clock is `ahead`."""
        return moment

    def never(self, wall: float) -> bool:
        """Whether the clock was put forward over this."""
        earlier, later = self._offsets(wall)
        return earlier < later

    def _offsets(self, wall: float) -> tuple[float, float]:
        """What the clock is ahead of UTC, in seconds, read before a change and after it; else twice the same.

        Where it is put back it has shown `wall` with both; where it is put forward, with none (PEP 495).
        """
        local = (_EPOCH + timedelta(seconds=wall)).replace(tzinfo=self._tz)
        return _ahead(local, self._tz), _ahead(local.replace(fold=1), self._tz)


def _ahead(local: datetime, tz: tzinfo) -> float:
    ahead = tz.utcoffset(local)
    return ahead.total_seconds() if ahead is not None else 0.0
