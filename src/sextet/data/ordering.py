"""Rows in order of series and time, on one clock, each (series, time) once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sextet.core.errors import DataError
from sextet.core.frequency import Frequency
from sextet.data.clock import DAY_NS, check_zone, local_time, to_utc
from sextet.data.pieces import pieces
from sextet.data.rows import Rows


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


def no_duplicates(rows: Rows) -> None:
    """Check that no series has a time twice.

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
            midnight = not rows.ns[at] % DAY_NS
            clock = "" if midnight else " If the clock was put back then, name its zone with --tz."
            raise DataError(
                f"{rows.place(at)} and {rows.place(at + 1).rsplit(', ', 1)[1]}, column {rows.time!r}: series "
                f"{rows.ids[rows.codes[at]]!r} has the time {rows.stamp(at)} twice{values}. Remove one of the rows, "
                f"name the column of series with --id, or average them onto a grid with --resample.{clock}"
            )


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
            raise DataError(
                f"{rows.place(at)}, column {rows.time!r}: {rows.stamp(at)} never was in {zone}, where the clock was "
                "put forward then. Correct the time, or name the zone the times are in with --tz."
            )
    return replace(rows, ns=utc)
