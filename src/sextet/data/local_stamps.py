"""Stamps as people read them: by the clock of the data's zone, with the zone said.

Where a panel has a zone its stamps are UTC (`Panel.tz`); without one they are on the data's own clock and stay so.
"""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from sextet.core.frequency import Stamps
from sextet.data.clock import zone_info

_DAY_MS = 86_400_000


def moment(stamp: np.datetime64, tz: str | None) -> datetime:
    """Return a stamp as a datetime: aware, by the zone's clock; naive without a zone."""
    at: datetime = np.asarray(stamp).astype("datetime64[us]")[()].tolist()
    return at if tz is None else at.replace(tzinfo=UTC).astimezone(zone_info(tz))


def stamp_text(stamp: np.datetime64, tz: str | None = None) -> str:
    """Write a stamp as a person would.

    Without a zone there is no clock at midnight; seconds are left out where there are none. With one the clock and the
    zone are always said, since an hour comes twice when it is put back: "2024-10-27 02:00 CEST", then "... CET".
    """
    if tz is not None:
        at = moment(stamp, tz)
        return f"{at:%Y-%m-%d %H:%M:%S}".removesuffix(":00") + f" {zone_short(at)}"
    ms = np.asarray(stamp).astype("datetime64[ms]")[()]
    text = str(ms).replace("T", " ")
    if int(ms.astype(np.int64)) % _DAY_MS == 0:
        return text[:10]
    return text[:16] if text[16:] == ":00.000" else text[:19]


def minute_text(stamp: np.datetime64, tz: str | None) -> str:
    """Write a stamp to the minute, midnights too: for messages that hold several beside each other."""
    return stamp_text(stamp, tz) if tz else str(np.datetime_as_string(stamp, unit="m")).replace("T", " ")


def iso_texts(stamps: Stamps, tz: str | None) -> list[str]:
    """Write stamps `[N]` for JSON: "2024-10-27T12:00:00+01:00"; without a zone "2024-10-27T12:00:00"."""
    if tz is None:
        return np.datetime_as_string(stamps, unit="s").tolist() if len(stamps) else []
    return [moment(stamp, tz).isoformat() for stamp in stamps]


def zone_short(at: datetime) -> str:
    """What a zone is called at a moment: "CET"; where it has no short name, what it is ahead of UTC: "UTC-03:00"."""
    name = at.tzname() or ""
    return f"UTC{at.isoformat()[-6:]}" if name[:1] in "+-" else name
