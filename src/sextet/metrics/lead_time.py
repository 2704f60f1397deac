"""How long before a spike it was warned of: over the cutoffs of a test, event by event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Rows = NDArray[np.integer]
Labels = NDArray[np.floating] | NDArray[np.bool_]


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


@dataclass(frozen=True, kw_only=True)
class LeadEvidence:
    """The spiked steps of some windows and what warned of each; evidence of further windows adds up with `+`.

    Attributes:
        series: `[N]`.
        row: `[N]` of the spiked target, counted over all series, or within each.
        lead: `[N]` steps from the last known row to it, from 1.
        warned: `[N]` whether an alert covers the step.
    """

    series: NDArray[np.int32]
    row: NDArray[np.int64]
    lead: NDArray[np.int32]
    warned: Mask

    @classmethod
    def of(cls, alarm: Mask, label: Labels, series: Rows, row: Rows) -> LeadEvidence:
        """Gather the evidence of windows; arguments as of `lead_times`."""
        window, step = np.nonzero(np.asarray(label, dtype=np.float64) > 0)  # NaN compares as False
        return cls(
            series=series[window].astype(np.int32),
            row=row[window].astype(np.int64) + step,
            lead=(step + 1).astype(np.int32),
            warned=alarm[window, step],
        )

    def __add__(self, other: LeadEvidence) -> LeadEvidence:
        """Return the evidence of both sets of windows."""
        return LeadEvidence(**{name: np.concatenate([one, vars(other)[name]]) for name, one in vars(self).items()})

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return plain arrays for an npz without pickle."""
        return dict(vars(self))

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> LeadEvidence:
        """Read what `to_arrays` gave."""
        return cls(**{name: arrays[name] for name in ("series", "row", "lead", "warned")})

    def times(self) -> LeadTimes:
        """Find how long ahead each spike was warned of."""
        stride = int(self.row.max(initial=0)) + 2
        place = self.series.astype(np.int64) * stride + self.row  # all series in one line, a gap between two
        spiked = np.unique(place)
        breaks = np.flatnonzero(np.diff(spiked) > 1) + 1
        begin = spiked[np.concatenate([[0], breaks])] if len(spiked) else spiked
        event_of = np.zeros(len(spiked), dtype=np.int64)
        event_of[breaks] = 1
        event = np.cumsum(event_of)[np.searchsorted(spiked, place)]
        # every window that reaches an event before it has begun, and whether it warned of one of its rows
        lead = self.lead - (place - begin[event])
        ahead = lead > 0
        event, lead, warned = event[ahead], lead[ahead], self.warned[ahead]
        known, inverse = np.unique(np.stack([event, lead], axis=1), axis=0, return_inverse=True)
        said = np.zeros(len(known), dtype=bool)
        np.logical_or.at(said, inverse.ravel(), warned)
        return _by_event(known[:, 0], known[:, 1], said)


def lead_times(alarm: Mask, label: Labels, series: Rows, row: Rows) -> LeadTimes:
    """Find how long ahead each spike was warned of.

    A spike is a run of rows of one series that are labelled; cutoffs at which it has begun do not count, nor spikes
    that no earlier cutoff reaches.

    Args:
        alarm: `[W, H]` where an alert covers the step.
        label: `[W, H]` above 0 where the target is a spike, NaN where that is not known.
        series: `[W]` of the windows.
        row: `[W]` row of the first target, counted over all series, or within each.
    """
    return LeadEvidence.of(alarm, label, series, row).times()


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
