"""A sentence on series whose forecasts begin before those of the others, since their own targets end earlier."""

from __future__ import annotations

import numpy as np

from sextet.core.panel import Panel
from sextet.data.local_stamps import minute_text

_SHOWN = 3  # series that are named


def start_notes(panel: Panel) -> list[str]:
    """Say of which series the first step forecast lies before that of the latest series, and where it lies."""
    after = panel.first + panel.known
    early = np.flatnonzero(after < after.max(initial=0))
    if not len(early):
        return []
    early = early[np.argsort(after[early], kind="stable")]
    stamps = panel.frequency.stamps(after)
    named = ", ".join(f"{panel.ids[s]!r} at {minute_text(stamps[s], panel.tz)}" for s in early[:_SHOWN])
    more = f" and {len(early) - _SHOWN} more" if len(early) > _SHOWN else ""
    of = f"{len(early):,} of {panel.series:,} series"
    return [
        f"Forecasts of {of} begin where their own targets end, before those of the others "
        f"({minute_text(stamps[int(np.argmax(after))], panel.tz)}): {named}{more}."
    ]
