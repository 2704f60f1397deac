"""A panel as plain arrays, and its tail: the history that a run keeps so that a forecast needs no data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.core.frequency import Frequency
from sextet.core.panel import Panel

_OPTIONAL = ("weight", "label")


def tail(panel: Panel, rows: int) -> Panel:
    """Keep the last `rows` history rows of each series, and all its future rows.

    Args:
        panel: the data.
        rows: history rows to keep; a shorter series is kept whole. Where these would begin in a gap, the rows
            from the last observed target before it are kept too: it is what the gap is filled with.
    """
    dropped = np.maximum(panel.known - rows, 0)
    for s in np.flatnonzero(
        (dropped > 0) & np.isnan(panel.y[panel.offsets[:-1] + np.minimum(dropped, panel.known - 1)])
    ):
        seen = np.flatnonzero(np.isfinite(panel.y[panel.offsets[s] : panel.offsets[s] + dropped[s]]))
        dropped[s] = seen[-1] if len(seen) else dropped[s]
    kept = np.concatenate(
        [np.arange(panel.offsets[s] + dropped[s], panel.offsets[s + 1]) for s in range(panel.series)]
        or [np.zeros(0, dtype=np.int64)]
    )
    return Panel(
        ids=panel.ids,
        frequency=panel.frequency,
        offsets=np.concatenate([[0], np.cumsum(panel.lengths - dropped)]).astype(np.int64),
        first=panel.first + dropped,
        known=panel.known - dropped,
        y=panel.y[kept],
        past=panel.past[kept],
        future=panel.future[kept],
        static=panel.static,
        past_names=panel.past_names,
        future_names=panel.future_names,
        static_names=panel.static_names,
        weight=None if panel.weight is None else panel.weight[kept],
        label=None if panel.label is None else panel.label[kept],
        tz=panel.tz,
        columns=panel.columns,
        decimal=panel.decimal,
        dates=panel.dates,
    )


def panel_to_arrays(panel: Panel) -> dict[str, NDArray[Any]]:
    """Return the panel as arrays for an npz without pickle; names and frequency are JSON text in `meta`."""
    meta = {
        "ids": panel.ids,
        "frequency": panel.frequency.to_json(),
        "past_names": panel.past_names,
        "future_names": panel.future_names,
        "static_names": panel.static_names,
        "tz": panel.tz,
        "columns": panel.columns,
        "decimal": panel.decimal,
        "dates": panel.dates,
    }
    arrays: dict[str, NDArray[Any]] = {"meta": np.array(json.dumps(meta))}
    for name in ("offsets", "first", "known", "y", "past", "future", "static"):
        arrays[name] = getattr(panel, name)
    for name in _OPTIONAL:
        if getattr(panel, name) is not None:
            arrays[name] = getattr(panel, name)
    return arrays


def panel_from_arrays(arrays: Mapping[str, NDArray[Any]]) -> Panel:
    """Read what `panel_to_arrays` gave."""
    meta = json.loads(str(arrays["meta"]))
    parts: dict[str, Any] = {
        name: arrays[name] for name in ("offsets", "first", "known", "y", "past", "future", "static")
    }
    parts |= {name: arrays.get(name) for name in _OPTIONAL}
    return Panel(
        ids=tuple(meta["ids"]),
        frequency=Frequency(**meta["frequency"]),
        past_names=tuple(meta["past_names"]),
        future_names=tuple(meta["future_names"]),
        static_names=tuple(meta["static_names"]),
        tz=meta["tz"],
        columns=meta.get("columns", {}),
        decimal=meta.get("decimal"),
        dates=meta.get("dates"),
        **parts,
    )
