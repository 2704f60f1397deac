"""Data quality: how much there is, what is missing and where."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sextet.core.panel import Panel
from sextet.data.local_stamps import stamp_text
from sextet.report.plain import (
    clipped,
    column,
    duration_text,
    few,
    milliseconds,
    number,
    numbers,
    plural,
    times,
)
from sextet.report.view import Absent, Cell, Fact, Quality, Strip, Table

_SERIES = 40
_BUCKETS = 160


def quality_section(panel: Panel, unit: str) -> Quality | Absent:
    """Facts, notes of the reader, a table and a strip of missing values for the series that miss most."""
    if not panel.series:
        return {"absent": "There is no data quality to show because the data hold no series."}
    missing = np.array([_missing(panel, s).sum() for s in range(panel.series)], dtype=np.int64)
    share = missing / np.maximum(panel.known, 1)
    worst = np.argsort(-share, kind="stable")[:_SERIES]
    left_out = ""
    if panel.series > _SERIES:
        left_out = f"{_SERIES} of {panel.series:,} series are listed, those with the largest missing share."
    starts, strips = _strips(panel, worst)
    return {
        "facts": _facts(panel, missing),
        "notes": few(panel.notes),
        "series": _table(panel, worst, missing, unit),
        "buckets": times(starts),
        "strips": strips,
        "left_out": left_out,
    }


def _missing(panel: Panel, series: int) -> NDArray[np.bool_]:
    start = int(panel.offsets[series])
    return np.isnan(panel.y[start : start + int(panel.known[series])])


def _gaps(missing: NDArray[np.bool_]) -> tuple[int, int]:
    """Number of runs of missing rows, and the length of the longest."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], missing, [False]]).astype(np.int8)))
    lengths = edges[1::2] - edges[::2]
    return len(lengths), int(lengths.max(initial=0))


def _facts(panel: Panel, missing: NDArray[np.int64]) -> list[Fact]:
    rows = int(panel.known.sum())
    first = panel.frequency.stamps(np.array([panel.first.min()]))[0]
    last = panel.frequency.stamps(np.array([(panel.first + panel.known).max() - 1]))[0]
    gaps = [_gaps(_missing(panel, s)) for s in range(panel.series)]
    longest = max(length for _, length in gaps)
    lasting = duration_text(panel.frequency, longest)
    covariates = [
        plural(len(names), f"{kind} covariate")
        for kind, names in (("past", panel.past_names), ("future", panel.future_names), ("static", panel.static_names))
        if names
    ]
    told = [
        ("Series", f"{panel.series:,}"),
        ("Rows on the grid", f"{rows:,}"),
        ("Frequency", panel.frequency.name),
        ("From", stamp_text(first, panel.tz)),
        ("To", stamp_text(last, panel.tz)),
        ("Missing", f"{int(missing.sum()):,} rows ({100 * int(missing.sum()) / max(rows, 1):.2f} %)"),
        ("Gaps", f"{sum(count for count, _ in gaps):,}"),
        ("Longest gap", f"{plural(longest, 'step')}{f' ({lasting})' if lasting and longest else ''}"),
        ("Time zone", panel.tz or "wall clock of the data"),
        ("Covariates", ", ".join(covariates) or "none"),
    ]
    return [{"label": label, "value": value} for label, value in told]


def _table(panel: Panel, chosen: NDArray[np.int64], missing: NDArray[np.int64], unit: str) -> Table:
    rows: list[dict[str, Cell]] = []
    for s in chosen.tolist():
        start, known = int(panel.offsets[s]), int(panel.known[s])
        y = panel.y[start : start + known]
        seen = y[~np.isnan(y)]
        ends = int(panel.first[s]) + np.array([0, max(known - 1, 0)], dtype=np.int64)
        first, last = milliseconds(panel.frequency.stamps(ends)).tolist()
        count, longest = _gaps(np.isnan(y))
        rows.append(
            {
                "series": clipped(panel.ids[s]),
                "rows": known,
                "first": first,
                "last": last,
                "missing": number(float(missing[s]) / max(known, 1), 4),
                "gaps": count,
                "longest": longest,
                "min": number(float(seen.min())) if len(seen) else None,
                "mean": number(float(seen.mean())) if len(seen) else None,
                "max": number(float(seen.max())) if len(seen) else None,
            }
        )
    words = (
        ("series", "Series", "text", ""),
        ("rows", "Rows", "integer", ""),
        ("missing", "Missing", "share", ""),
        ("gaps", "Gaps", "integer", ""),
        ("longest", "Longest gap", "integer", "steps"),
        ("first", "First", "stamp", ""),
        ("last", "Last", "stamp", ""),
        ("min", "Lowest", "number", unit),
        ("mean", "Mean", "number", unit),
        ("max", "Highest", "number", unit),
    )
    columns = [column(*word) for word in words]
    return {"columns": columns, "rows": rows, "marked": None, "note": ""}


def _strips(panel: Panel, chosen: NDArray[np.int64]) -> tuple[NDArray[np.datetime64], list[Strip]]:
    """Share of rows observed in each of at most 160 equal buckets of the whole span."""
    begin = int(panel.first.min())
    span = int((panel.first + panel.known).max()) - begin
    size = max(1, -(-span // _BUCKETS))
    buckets = -(-span // size)
    strips: list[Strip] = []
    for s in chosen.tolist():
        missing = _missing(panel, s)
        bucket = (int(panel.first[s]) - begin + np.arange(len(missing))) // size
        rows = np.bincount(bucket, minlength=buckets)
        seen = np.bincount(bucket, weights=~missing, minlength=buckets)
        share = np.where(rows > 0, seen / np.maximum(rows, 1), np.nan)
        strips.append({"name": clipped(panel.ids[s]), "observed": numbers(share, [0, 1])})
    return panel.frequency.stamps(begin + size * np.arange(buckets, dtype=np.int64)), strips
