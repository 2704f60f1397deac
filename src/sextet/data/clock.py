"""Time zones: offsets from UTC for many stamps at once, without pandas."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import ConfigError

Nanoseconds = NDArray[np.int64]

DAY_NS = 86_400_000_000_000
_SECOND_NS = 1_000_000_000
_DAY_SECONDS = 86_400


def check_zone(tz: str) -> str:
    """Return the zone name if it is one ("Europe/Berlin", "UTC") or a fixed offset ("+05:30").

    Raises:
        ConfigError: nobody knows such a zone.
    """
    if _fixed_offset(tz) is None:
        _zone(tz)
    return tz


def zone_info(tz: str) -> tzinfo:
    """Return the zone of a name or a fixed offset, for datetimes.

    Raises:
        ConfigError: nobody knows such a zone.
    """
    fixed = _fixed_offset(tz)
    if fixed is None:
        return _zone(tz)
    return timezone(timedelta(seconds=fixed // _SECOND_NS)) if fixed else UTC


def local_time(utc: Nanoseconds, tz: str | None) -> Nanoseconds:
    """Turn UTC nanoseconds into nanoseconds of the zone's wall clock, same shape; None leaves them."""
    if tz is None or tz == "UTC" or utc.size == 0:
        return utc
    return utc + utc_offsets(utc, tz)


def utc_offsets(utc: Nanoseconds, tz: str) -> Nanoseconds:
    """Return what the zone's wall clock is ahead of UTC at each moment, in nanoseconds, same shape."""
    fixed = _fixed_offset(tz)
    if fixed is not None:
        return np.full(utc.shape, fixed, dtype=np.int64)
    first, last = (int(np.datetime64(int(edge), "ns").astype("datetime64[Y]").astype(int)) for edge in _edges(utc))
    moments, offsets = _transitions(tz, first + 1970, last + 1970)
    return offsets[np.searchsorted(moments, utc, side="right")]


def transitions(tz: str, first_year: int, last_year: int) -> tuple[Nanoseconds, Nanoseconds]:
    """Moments [T] at which the clock is changed, and what it is ahead of UTC [T + 1] before, between and after them."""
    fixed = _fixed_offset(tz)
    if fixed is not None:
        return np.zeros(0, np.int64), np.array([fixed], np.int64)
    return _transitions(tz, first_year, last_year)


def to_utc(local: Nanoseconds, tz: str, second_pass: NDArray[np.bool_]) -> tuple[Nanoseconds, NDArray[np.bool_]]:
    """Turn wall-clock nanoseconds `[N]` into UTC, and say which of them that clock never showed.

    `second_pass [N]` marks readings taken after the clock was put back, for an hour that it showed twice.
    """
    before = local - utc_offsets(local - DAY_NS, tz)  # with the offset of the day before and of the day after:
    after = local - utc_offsets(local + DAY_NS, tz)  # around a change one of the two is right, or both are
    before_holds = local_time(before, tz) == local
    after_holds = local_time(after, tz) == local
    use_after = after_holds & (~before_holds | second_pass)
    return np.where(use_after, after, before), ~(before_holds | after_holds)


def _edges(utc: Nanoseconds) -> tuple[np.int64, np.int64]:
    return utc.min(), utc.max()


def _fixed_offset(tz: str) -> int | None:
    match = re.fullmatch(r"([+-])([01]\d|2[0-3]):?([0-5]\d)", tz)
    if match is None:
        return 0 if tz in ("UTC", "Z") else None
    return (1 if match[1] == "+" else -1) * (int(match[2]) * 3600 + int(match[3]) * 60) * _SECOND_NS


def _zone(tz: str) -> ZoneInfo:
    try:
        return ZoneInfo(tz)
    except (KeyError, ValueError, OSError) as error:
        raise ConfigError(
            f"Expected a time zone such as Europe/Berlin, America/New_York, UTC or +05:30; got {tz!r}."
        ) from error


@lru_cache(maxsize=32)
def _transitions(tz: str, first_year: int, last_year: int) -> tuple[Nanoseconds, Nanoseconds]:
    """Moments [T] at which the offset changes, and the offsets [T + 1] before, between and after them."""
    zone = _zone(tz)
    epoch = datetime(1970, 1, 1, tzinfo=UTC)

    def offset(second: int) -> int:
        gap = (epoch + timedelta(seconds=second)).astimezone(zone).utcoffset()
        return int(gap.total_seconds()) if gap is not None else 0

    start = int((datetime(max(first_year, 1), 1, 1, tzinfo=UTC) - epoch).total_seconds())
    stop = int((datetime(min(last_year + 1, 9998), 1, 2, tzinfo=UTC) - epoch).total_seconds())
    moments, offsets = [], [offset(start)]
    for day in range(start, stop, _DAY_SECONDS):
        now = offset(day + _DAY_SECONDS)
        if now != offsets[-1]:
            low, high = day, day + _DAY_SECONDS
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == offsets[-1] else (low, middle)
            moments.append(high)
            offsets.append(now)
    return np.array(moments, np.int64) * _SECOND_NS, np.array(offsets, np.int64) * _SECOND_NS
