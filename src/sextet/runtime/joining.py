"""New data put after the history that a run keeps, so that a file of new rows alone is enough."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.core.panel import Panel

_SHARED = ("frequency", "past_names", "future_names", "static_names", "tz")


def joined(history: Panel, fresh: Panel) -> Panel:
    """Prepend to each series of `fresh` the rows of `history` that lie before its first row.

    Steps between the two are gaps (missing). Series that only the history has are left out, and so is history
    that ended longer ago than any is long: nothing reads that far back, and the gap would only cost memory. Where
    the columns differ, `fresh` is returned as it is, and the run says which column it lacks.

    Args:
        history: what a run keeps; on the same grid.
        fresh: new data.
    """
    same = (
        history.past_names == fresh.past_names
        and history.future_names == fresh.future_names
        and history.frequency == fresh.frequency
    )
    if not same:
        return fresh
    at = {name: s for s, name in enumerate(history.ids)}
    reach = int(history.known.max(initial=0))
    before = np.zeros(fresh.series, dtype=np.int64)  # rows that each series grows by, at its front
    for s, name in enumerate(fresh.ids):
        if name in at:
            h = at[name]
            rows = int(fresh.first[s] - history.first[h])
            before[s] = rows if 0 < rows <= int(history.known[h]) + reach else 0
    if not before.any():
        return fresh
    offsets = np.concatenate([[0], np.cumsum(fresh.lengths + before)]).astype(np.int64)
    columns = {
        name: _column(name, history, fresh, at, offsets, before) for name in ("y", "past", "future", "weight", "label")
    }
    return Panel(
        ids=fresh.ids,
        frequency=fresh.frequency,
        offsets=offsets,
        first=fresh.first - before,
        known=fresh.known + before,
        y=columns["y"],
        past=columns["past"],
        future=columns["future"],
        static=fresh.static,
        past_names=fresh.past_names,
        future_names=fresh.future_names,
        static_names=fresh.static_names,
        weight=columns["weight"],
        label=columns["label"],
        tz=fresh.tz,
        decimal=fresh.decimal,
        dates=fresh.dates,
        notes=fresh.notes,
    )


def with_absent(panel: Panel, history: Panel) -> Panel:
    """Append the series that only `history` has: what a run keeps where an update told of some of its series.

    Where the columns or the grid differ, `panel` is returned as it is.
    """
    known = set(panel.ids)
    absent = [s for s, name in enumerate(history.ids) if name not in known]
    same = all(getattr(panel, name) == getattr(history, name) for name in _SHARED)
    if not absent or not same:
        return panel
    rows = np.concatenate([np.arange(history.offsets[s], history.offsets[s + 1]) for s in absent])
    lengths = np.concatenate([panel.lengths, history.lengths[absent]])
    return replace(
        panel,
        ids=(*panel.ids, *(history.ids[s] for s in absent)),
        offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        first=np.concatenate([panel.first, history.first[absent]]),
        known=np.concatenate([panel.known, history.known[absent]]),
        static=np.concatenate([panel.static, history.static[absent]]),
        y=np.concatenate([panel.y, history.y[rows]]),
        past=np.concatenate([panel.past, history.past[rows]]),
        future=np.concatenate([panel.future, history.future[rows]]),
        weight=None,  # weights and labels serve training alone
        label=None,
    )


def _column(
    name: str,
    history: Panel,
    fresh: Panel,
    at: dict[str, int],
    offsets: NDArray[np.int64],
    before: NDArray[np.int64],
) -> Any:
    new, old = getattr(fresh, name), getattr(history, name)
    if new is None:
        return None
    missing = 0 if name == "label" else 1 if name == "weight" else np.nan
    out = np.full((int(offsets[-1]), *new.shape[1:]), missing, dtype=new.dtype)
    for s, series in enumerate(fresh.ids):
        start = int(offsets[s])
        out[start + int(before[s]) : int(offsets[s + 1])] = new[fresh.rows(s)]
        if before[s] and old is not None:
            h = at[series]
            kept = min(int(before[s]), int(history.known[h]))
            first = int(history.offsets[h])
            out[start : start + kept] = old[first : first + kept]
    return out
