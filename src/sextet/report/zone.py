"""The zone of a report: how its moments, which are UTC, are told by the clock of the data, in a browser too."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from sextet.core.forecast import Forecast
from sextet.core.panel import Panel
from sextet.data.clock import transitions
from sextet.data.local_stamps import moment, stamp_text, zone_short
from sextet.report.view import Fact, Zone

_MS = 1_000_000  # nanoseconds


def zone_of(panel: Panel, forecast: Forecast | None = None) -> Zone | None:
    """Return the zone of a panel for all of its stamps and those of a forecast; None without one."""
    if panel.tz is None or not panel.series:
        return None
    ends = panel.frequency.stamps(np.array([panel.first.min(), (panel.first + panel.lengths).max()]))
    if forecast is not None and forecast.stamps.size:
        ends = np.append(ends, forecast.stamps.max().astype(ends.dtype))
    years = np.array([ends.min(), ends.max()]).astype("datetime64[Y]").astype(np.int64) + 1970
    moments, ahead = transitions(panel.tz, *years.tolist())
    starts = np.concatenate([ends.min().reshape(1), moments.view("datetime64[ns]")])
    return {
        "name": panel.tz,
        "changes": (moments // _MS).tolist(),
        "ahead": (ahead // _MS).tolist(),
        "short": [zone_short(moment(start, panel.tz)) for start in starts],
    }


def zone_words(tz: str) -> str:
    """Say by whose clock the times of a report are told."""
    return f"{tz}: all times are by its clock"


def zone_facts(zone: Zone | None) -> list[Fact]:
    """Return the fact that says so; nothing without a zone."""
    return [{"label": "Time zone", "value": zone_words(zone["name"])}] if zone else []


def clock_text(ms: float, zone: Zone | None) -> str:
    """Write a moment, in milliseconds since 1970, as `stamp_text` does, by the clock of the zone."""
    if zone is None:
        return stamp_text(np.datetime64(int(ms), "ms"))
    place = bisect_right(zone["changes"], ms)
    at = np.datetime64(int(ms) + zone["ahead"][place], "ms").astype("datetime64[s]")
    return f"{str(at).replace('T', ' ').removesuffix(':00')} {zone['short'][place]}"
