"""Rows in order of series and time, on one clock, each (series, time) once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sextet.core.errors import DataError
from sextet.core.frequency import Frequency
from sextet.data.clock import DAY_NS, check_zone, local_time, to_utc, utc_offsets
from sextet.data.pieces import pieces
from sextet.data.rows import Rows, stamp_text
from sextet.data.stamp_text import offset_name

_MINUTE_NS = 60_000_000_000


def is_coarse(frequency: Frequency) -> bool:
    """Whether stamps at this frequency are dates: a step of whole days or more."""
    return frequency.kind != "fixed" or frequency.step % DAY_NS == 0


def in_order(rows: Rows) -> Rows:
    """Sort by series and time, keeping the order of equal ones; nothing is copied where that holds already."""
    for part in pieces(rows.ns):
        stop = min(part.stop + 1, len(rows.ns))
        codes, ns = rows.codes[part.start : stop], rows.ns[part.start : stop]
        later = (codes[1:] > codes[:-1]) | ((codes[1:] == codes[:-1]) & (ns[1:] >= ns[:-1]))
        if not later.all():
            return rows.take(np.lexsort((rows.ns, rows.codes)))
    return rows


def on_clock(rows: Rows, tz: str | None, frequency: Frequency | None) -> tuple[Rows, str | None]:
    """Bring sorted rows onto the clock of the grid, and return the zone of the calendar.

    Steps below a day run in UTC, so that an hour the clock shows twice is two hours; dates are local.
    """
    zone = check_zone(tz) if tz is not None else rows.tz
    if zone is None:
        return rows, None
    naive = rows.tz is None
    coarse = is_coarse(frequency) if frequency is not None else _at_midnights(rows, None if naive else zone)
    if coarse:
        return (rows if naive else in_order(replace(rows, ns=local_time(rows.ns, zone)))), None
    return (in_order(_localised(rows, zone)) if naive else rows), zone


def no_duplicates(rows: Rows, zone: str | None) -> None:
    """Check that no series has a time twice.

    Args:
        rows: sorted, as `on_clock` leaves them.
        zone: of the calendar, as `on_clock` says; times that name none are by its clock.

    Raises:
        DataError: one has; names both rows.
    """
    for part in pieces(rows.ns):
        stop = min(part.stop + 1, len(rows.ns))
        codes, ns = rows.codes[part.start : stop], rows.ns[part.start : stop]
        same = (codes[1:] == codes[:-1]) & (ns[1:] == ns[:-1])
        if same.any():
            at = part.start + int(np.argmax(same))
            values = f" (targets {rows.y[at]:g} and {rows.y[at + 1]:g})" if len(rows.y) else ""
            time, often, clock = _twice(rows, at, zone)
            raise DataError(
                f"{rows.place(at)} and {rows.place(at + 1).rsplit(', ', 1)[1]}, column {rows.time!r}: series "
                f"{rows.ids[rows.codes[at]]!r} has the time {time} {often}{values}. Remove one of the rows, name the "
                f"column or columns of series with --id, or average them onto a grid with --resample.{clock}"
            )


def _twice(rows: Rows, at: int, zone: str | None) -> tuple[str, str, str]:
    """A time that a series has twice, how often that is, and what the clock has to do with it."""
    if zone is None:
        clock = " If the clock was put back then, name its zone with --tz." if rows.ns[at] % DAY_NS else ""
        return rows.stamp(at), "twice", clock
    if rows.tz is not None:
        return f"{rows.stamp(at)} UTC", "twice", ""
    time, offset = _local(rows.ns[at], zone)
    written = f" If these are different moments, write the times with their offset from UTC ({time}{offset})."
    return time, f"more often than the clock of {zone} showed it", written


def _local(utc: np.int64, zone: str) -> tuple[str, str]:
    """A moment by a zone's clock, and what that was ahead of UTC, as stamps have it: "+01:00", "Z"."""
    ahead = utc_offsets(np.array([utc]), zone)
    offset = offset_name(int(ahead[0] // _MINUTE_NS))
    return stamp_text(utc + ahead[0]), "Z" if offset == "UTC" else offset


def _at_midnights(rows: Rows, zone: str | None) -> bool:
    return all(not (local_time(rows.ns[part], zone) % DAY_NS).any() for part in pieces(rows.ns))


def _localised(rows: Rows, zone: str) -> Rows:
    """Wall-clock rows in UTC; of an hour shown twice the second reading is the later one."""
    second = np.zeros(len(rows.ns), dtype=bool)
    second[1:] = (rows.codes[1:] == rows.codes[:-1]) & (rows.ns[1:] == rows.ns[:-1])
    utc = np.empty_like(rows.ns)
    for part in pieces(rows.ns):
        utc[part], never = to_utc(rows.ns[part], zone, second[part])
        if never.any():
            at = part.start + int(np.argmax(never))
            _, offset = _local(rows.ns[at] - DAY_NS, zone)  # as if it had not been put forward
            named = "--tz UTC" if offset == "Z" else f"--tz {offset}, or --tz UTC"
            raise DataError(
                f"{rows.place(at)}, column {rows.time!r}: {rows.stamp(at)} never was in {zone}, where the clock was "
                "put forward then. Correct the row or leave it out. Where the clock of the data is never changed, name "
                f"its offset instead ({named}), or write the times with theirs ({rows.stamp(at)}{offset})."
            )
    return replace(rows, ns=utc)
