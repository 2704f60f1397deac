"""How long before a spike it was warned of: over the cutoffs of a test, event by event."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Rows = NDArray[np.integer]


@dataclass(frozen=True, kw_only=True)
class LeadTimes:
    """Steps from the last known row to the first row of each spike, in order of series and time.

    Attributes:
        asked: `[E]` the longest lead that some cutoff could have had, windows being as they are.
        first: `[E]` of the earliest cutoff that warned of it; 0: none did.
        held: `[E]` of the earliest cutoff from which on every later one warned of it; 0: the last one did not.
    """

    asked: NDArray[np.int64]
    first: NDArray[np.int64]
    held: NDArray[np.int64]

    def summary(self) -> dict[str, float]:
        """Return events, the share of them warned of ahead, and the median leads of those that were, in steps."""
        warned = self.first > 0
        return {
            "events": int(len(self.first)),
            "events_warned": float(warned.mean()) if len(warned) else float("nan"),
            "lead_first": _median(self.first[warned]),
            "lead_held": _median(self.held[self.held > 0]),
        }


def lead_times(alarm: Mask, label: NDArray[np.floating], series: Rows, row: Rows) -> LeadTimes:
    """Find how long ahead each spike was warned of.

    A spike is a run of rows of one series that are labelled; cutoffs at which it has begun do not count, nor spikes
    that no earlier cutoff reaches.

    Args:
        alarm: `[W, H]` where an alert covers the step.
        label: `[W, H]` above 0 where the target is a spike, NaN where that is not known.
        series: `[W]` of the windows.
        row: `[W]` row of the first target, counted over all series, or within each.
    """
    horizon = label.shape[1]
    stride = int(row.max(initial=0)) + horizon + 2
    base = series.astype(np.int64) * stride + row  # rows of all series in one line, with a gap between two series
    place = base[:, None] + np.arange(horizon)
    spiked = np.unique(place[np.nan_to_num(label) > 0])
    breaks = np.flatnonzero(np.diff(spiked) > 1) + 1
    begin = spiked[np.concatenate([[0], breaks])] if len(spiked) else spiked
    event_of = np.zeros(len(spiked), dtype=np.int64)
    event_of[breaks] = 1
    event_of = np.cumsum(event_of)
    # every window that reaches an event before it has begun, and whether it warned of one of its rows
    window, step = np.nonzero(np.nan_to_num(label) > 0)
    event = event_of[np.searchsorted(spiked, place[window, step])]
    lead = begin[event] - base[window] + 1
    ahead = lead > 0
    event, lead, warned = event[ahead], lead[ahead], alarm[window, step][ahead]
    known, inverse = np.unique(np.stack([event, lead], axis=1), axis=0, return_inverse=True)
    said = np.zeros(len(known), dtype=bool)
    np.logical_or.at(said, inverse.ravel(), warned)
    return _by_event(known[:, 0], known[:, 1], said)


def _by_event(event: Rows, lead: Rows, said: Mask) -> LeadTimes:
    """Leads of each event from its cutoffs, which come in order of event, then of lead."""
    numbers, start = np.unique(event, return_index=True)
    ends = np.append(start, len(event))[1:]
    asked, first, held = (np.zeros(len(numbers), dtype=np.int64) for _ in range(3))
    for k, (low, high) in enumerate(zip(start.tolist(), ends.tolist(), strict=True)):
        leads, warned = lead[low:high], said[low:high]
        asked[k] = leads[-1]
        first[k] = leads[warned][-1] if warned.any() else 0
        quiet = np.flatnonzero(~warned)
        count = int(quiet[0]) if len(quiet) else len(leads)
        held[k] = leads[count - 1] if count else 0
    return LeadTimes(asked=asked, first=first, held=held)


def _median(values: NDArray[np.int64]) -> float:
    return float(np.median(values)) if len(values) else float("nan")
