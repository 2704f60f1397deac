"""Values that covariates lack: refused over the horizon, said and filled from the past in the history."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import DataError
from sextet.core.panel import Panel
from sextet.data.local_stamps import minute_text

_TOLD = 5  # columns


def check_future(panel: Panel, horizon: int, name: str = "The data") -> None:
    """Check that each series has its future covariates at every step of the horizon.

    Raises:
        DataError: one ends before, or lacks a step; names series, column, that time and what is needed.
    """
    ends = panel.first + panel.known
    for s, series in enumerate(panel.ids):
        start, end, known = int(panel.offsets[s]), int(panel.offsets[s + 1]), int(panel.known[s])
        for k, column in enumerate(panel.future_names):
            there = np.isfinite(panel.future[start:end, k])
            # a covariate that is missing altogether is taken as its mean, but the rows have to be there
            reach = int(np.flatnonzero(there)[-1]) + 1 if there.any() else end - start
            whose = f"{name}: the future covariate {column!r} of series {series!r}"
            if reach < known + horizon:
                last, need = (_at(panel, s, row) for row in (reach - 1, known + horizon - 1))
                raise DataError(
                    f"{whose} ends at {last}, but a horizon of {horizon} steps needs it until {need}. Give it that "
                    f"far, in rows without a target or with --future-data{_ended(panel, s, ends, horizon)}."
                )
            holes = known + np.flatnonzero(~there[known : known + horizon])
            if there.any() and len(holes):
                more = f" and at {len(holes) - 1} more of them" if len(holes) > 1 else ""
                raise DataError(
                    f"{whose} has no value at {_at(panel, s, int(holes[0]))}{more}, but it is needed at each of the "
                    f"{horizon} steps until {_at(panel, s, known + horizon - 1)}. Give it at every step, in rows "
                    "without a target or with --future-data."
                )


def _ended(panel: Panel, s: int, ends: NDArray[np.int64], horizon: int) -> str:
    """The end of a sentence on what to do where the series stopped before others: it may be one that is no more."""
    behind = int(ends.max() - ends[s])
    if behind < horizon:
        return ""
    return (
        f"; or leave the series out, if it is no more or goes on under another name: its targets end at "
        f"{_at(panel, s, int(panel.known[s]) - 1)}, {behind} steps before the last of others"
    )


def gap_notes(panel: Panel, last: int | None = None) -> list[str]:
    """Say how many values of each covariate the history lacks, and what is taken for them.

    Args:
        panel: past and future covariates are looked at.
        last: look at so many rows before the end of each series' history; None: all.
    """
    blocks = ((panel.past_names, panel.past), (panel.future_names, panel.future))
    if not any(names for names, _ in blocks):
        return []
    rows = _history(panel, last)
    lacking = [
        (name, int(rows.sum()) - int(np.isfinite(block[rows, k]).sum()))
        for names, block in blocks
        for k, name in enumerate(names)
    ]
    found = [(name, count) for name, count in lacking if count]
    where = "of the history" if last is None else "that the forecast looks back on"
    notes = [
        f"The covariate {name!r} has no value in {count:,} of {int(rows.sum()):,} rows {where}: each is taken as the "
        "last value before it, or as the mean where there is none."
        for name, count in found[:_TOLD]
    ]
    if len(found) > _TOLD:
        notes.append(f"So it is with {len(found) - _TOLD} more covariates.")
    return notes


def refuse_empty(panel: Panel) -> None:
    """Refuse a covariate without a value in the history, before anything is trained on it.

    Raises:
        DataError: there is one; it is named.
    """
    rows = _history(panel, None)
    for flag, names, block in (("past", panel.past_names, panel.past), ("future", panel.future_names, panel.future)):
        for k, name in enumerate(names):
            if not np.isfinite(block[rows, k]).any():
                raise DataError(
                    f"The {flag} covariate {name!r} has no value in any row with a target, so that nothing can be "
                    f"learned of it. Fill that column, or leave it out of --{flag}."
                )


def _history(panel: Panel, last: int | None) -> NDArray[np.bool_]:
    """Which rows `[N]` are history, at most the `last` of each series."""
    rows = np.zeros(len(panel.y), dtype=bool)
    for start, known in zip(panel.offsets[:-1].tolist(), panel.known.tolist(), strict=True):
        rows[start + max(known - last, 0) if last is not None else start : start + known] = True
    return rows


def _at(panel: Panel, series: int, row: int) -> str:
    """The stamp of a row of a series, also beyond its last, by the clock of the data."""
    return minute_text(panel.frequency.stamps(panel.first[series : series + 1] + row)[0], panel.tz)
