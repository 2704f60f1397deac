"""Sentences on times that were not given: gaps within series, and series that ended long before the others."""

from __future__ import annotations

import numpy as np

from sextet.core.panel import Panel
from sextet.data.grid import Spans
from sextet.data.rows import Rows

_SHOWN = 3  # series that are named


def gap_notes(panel: Panel, rows: Rows, spans: Spans) -> list[str]:
    """Say how many targets are missing, and where the longest gap between the rows given lies."""
    history = int(panel.known.sum())
    missing = history - sum(
        int(np.isfinite(panel.y[o : o + k]).sum())
        for o, k in zip(panel.offsets[:-1].tolist(), panel.known.tolist(), strict=True)
    )
    if not missing:
        return []
    added = max(len(panel.y) - int((spans.ends - spans.starts).sum()), 0)
    between = f"{added:,} of them rows added between the times given{_longest(panel, rows, spans)}; " if added else ""
    return [
        f"{missing:,} of {history:,} targets are missing ({between}all of them masked in training and scores, "
        "and filled from the past for the networks' input only)."
    ]


def _longest(panel: Panel, rows: Rows, spans: Spans) -> str:
    apart = np.diff(rows.ns)
    inside = rows.codes[1:] == rows.codes[:-1]
    for start, end in ((0, spans.starts[0]), (spans.ends[-1] - 1, len(apart))):
        inside[start : max(int(end), 0)] = False  # what is no part of a series
    if not inside.any():
        return ""
    at = int(np.argmax(np.where(inside, apart, 0)))
    ordinals = panel.frequency.ordinals(rows.ns[at : at + 2].view("datetime64[ns]"))
    steps = int(ordinals[1] - ordinals[0]) - 1
    of = "" if panel.series == 1 else f" of series {rows.ids[rows.codes[at]]!r}"
    return f", at most {steps:,} on end{of}, between {rows.stamp(at)} and {rows.stamp(at + 1)}" if steps > 1 else ""


def end_notes(panel: Panel, rows: Rows) -> list[str]:
    """Say which series ended longer before the last one than they are long: their forecasts begin there."""
    after = panel.first + panel.known
    early = np.flatnonzero(after.max() - after > panel.known)
    if not len(early):
        return []
    ends = panel.frequency.stamps(after - 1).view(np.int64)
    named = ", ".join(f"{panel.ids[s]!r} at {rows.text(ends[s])}" for s in early[:_SHOWN])
    more = f" and {len(early) - _SHOWN} more" if len(early) > _SHOWN else ""
    which = "One series ends" if len(early) == 1 else f"{len(early)} series end"
    last, them = rows.text(ends.max()), "it is" if len(early) == 1 else "they are"
    return [
        f"{which} longer before the last one ({last}) than {them} long: {named}{more}. A forecast begins where its own "
        "series ends."
    ]
