"""Where a part of each series ends, said as a number of rows or as a date: rows of each series, counted."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import ConfigError
from sextet.core.panel import Panel
from sextet.data.clock import to_utc

Bound = int | str
Rows = NDArray[np.int64]

_MONTHS = {"year-month": 1, "year quarter": 3, "year": 12}


def as_bound(value: Any) -> Bound | None:
    """Return a bound as a number of rows or as the text of a date; digits alone are rows, stamps become text."""
    if value is None or isinstance(value, str):
        text = (value or "").strip()
        return int(text) if text.isdecimal() else text or None
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return int(value)
    return str(value)


def end_rows(panel: Panel, bound: Bound, name: str) -> Rows:
    """Return how many rows of each series, `[S]`, belong to everything up to `bound`.

    Args:
        panel: the series.
        bound: a number of rows, the same in each series; or the last stamp that belongs to the part, by the data's
            clock: a date stands for its whole day, a month for the whole month. A series that begins later has less
            than one row.
        name: of the option, for messages.

    Raises:
        ConfigError: the text is no date, or names a time zone that the data have not.
    """
    if isinstance(bound, int):
        return np.full(panel.series, bound, dtype=np.int64)
    last = panel.frequency.ordinals(np.array([_last_moment(bound, panel.tz, name)]).view("datetime64[ns]"))
    out: Rows = last[0] + 1 - panel.first
    return out


def _last_moment(text: str, tz: str | None, name: str) -> int:
    """The last nanosecond that `text` stands for: UTC where the data's clock is, else wall time."""
    from sextet.data.arrow_arrays import from_texts  # pyarrow costs start-up time, and forecasts read no bounds
    from sextet.data.stamp_text import NAIVE, parse_stamps

    for written, layout in ((f"{text} 23:59:59.999999999", "year-month-day"), (text, "year-month-day")):
        parsed = parse_stamps(from_texts((written,)), layout)
        if parsed.ok[0]:
            return _on_clock(int(parsed.ns[0]), int(parsed.minutes[0]) != NAIVE, tz, (text, name))
    for layout, months in _MONTHS.items():
        parsed = parse_stamps(from_texts((text,)), layout)
        if parsed.ok[0]:
            month = parsed.ns.view("datetime64[ns]").astype("datetime64[M]") + months
            return _on_clock(int(month.astype("datetime64[ns]").view(np.int64)[0]) - 1, False, tz, (text, name))
    raise ConfigError(
        f"{name}: expected a number of rows, or a date such as 2016-10-31, 2016-10 or 2016-10-31 18:00; got {text!r}."
    )


def _on_clock(ns: int, zoned: bool, tz: str | None, said: tuple[str, str]) -> int:
    text, name = said
    if zoned:
        if tz is None:
            raise ConfigError(
                f"{name}: {text!r} names a time zone, and the times of the data have none. Write it without one."
            )
        return ns
    if tz is None:
        return ns
    return int(to_utc(np.array([ns], dtype=np.int64), tz, np.array([True]))[0][0])
