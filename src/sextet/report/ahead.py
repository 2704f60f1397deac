"""Sections about the forecast after the end of the data: its alerts, and what each member said and weighed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sextet.combine.explain import touched_by
from sextet.core.forecast import Forecast
from sextet.core.quantiles import read_quantiles
from sextet.data.local_stamps import stamp_text
from sextet.report.naming import shown
from sextet.report.plain import clipped, column, evenly, milliseconds, number, number_text, plural
from sextet.report.view import Absent, Cell, Explanation, Said, Table

_ALERTS = 200
_SERIES = 24


def alerts_table(forecast: Forecast | None, unit: str) -> Table | Absent:
    """Alerts of the forecast, the most probable kept where there are very many, in order of time."""
    if forecast is None:
        return {"absent": "There are no alerts because the run holds no forecast after the end of its data."}
    if not forecast.alerts:
        return {"absent": f"No alert was raised for the {plural(forecast.stamps.shape[1], 'step')} ahead."}
    # an alert of a rule's condition may have no probability; it was asked for
    kept = sorted(forecast.alerts, key=lambda alert: -np.nan_to_num(alert.probability, nan=1.0))[:_ALERTS]
    kept.sort(key=lambda alert: (alert.start, alert.series))
    rows: list[dict[str, Cell]] = []
    for alert in kept:
        start, end = milliseconds(np.array([alert.start, alert.end], dtype="datetime64[ns]")).tolist()
        rows.append(
            {
                "severity": alert.severity,
                "series": clipped(alert.series),
                "start": start,
                "end": end,
                "probability": number(alert.probability, 4),
                "size": number(alert.size),
                "raised_by": shown(alert.raised_by),
                "members": clipped(", ".join(map(shown, alert.members)), 200),
                "reason": clipped(alert.reason, 400),
            }
        )
    total = len(forecast.alerts)
    note = "" if total == len(kept) else f"{len(kept)} of {total:,} alerts are listed, the most probable."
    words = (
        ("severity", "Severity", "text", ""),
        ("series", "Series", "text", ""),
        ("start", "From", "stamp", ""),
        ("end", "To", "stamp", ""),
        ("probability", "Probability", "share", ""),
        ("size", "Expected size", "number", unit),
        ("raised_by", "Raised by", "text", ""),
        ("members", "Members that say so", "text", ""),
        ("reason", "Why", "text", ""),
    )
    return {"columns": [column(*word) for word in words], "rows": rows, "marked": None, "note": note}


def explanation_section(forecast: Forecast | None, unit: str) -> Explanation | Absent:
    """For each series of the forecast: a sentence, and a row a member with what it said, its weight and its pull."""
    if forecast is None:
        return {"absent": "There is nothing to explain because the run holds no forecast after the end of its data."}
    if not forecast.members:
        return {"absent": "There is nothing to explain because the forecast does not hold what its members said."}
    chosen = evenly(len(forecast.ids), _SERIES).tolist()
    left_out = ""
    if len(chosen) < len(forecast.ids):
        left_out = f"{len(chosen)} of {len(forecast.ids):,} series are told, evenly chosen in the order of the data."
    return {"series": [_said(forecast, window, unit) for window in chosen], "left_out": left_out}


def _said(forecast: Forecast, window: int, unit: str) -> Said:
    whole = read_quantiles(forecast.quantiles[window], [0.5], forecast.levels)[:, 0]
    said = {
        shown(name): read_quantiles(values[window], [0.5], forecast.levels)[:, 0]
        for name, values in forecast.members.items()
    }
    none = np.full(len(whole), np.nan)
    weights = {shown(name): forecast.weights.get(name, [none] * len(forecast.ids))[window] for name in forecast.members}
    rows: list[dict[str, Cell]] = []
    for name, median in sorted(said.items(), key=lambda item: -float(np.nan_to_num(weights[item[0]]).mean())):
        weight = np.asarray(weights[name], dtype=np.float64)
        rows.append(
            {
                "name": name,
                "weight": number(float(weight.mean()), 4),
                "first": number(float(median[0])),
                "last": number(float(median[-1])),
                "mean": number(float(median.mean())),
                "away": number(float((median - whole).mean()), 4),
                "pull": number(float((weight * (median - whole)).mean()), 4),
            }
        )
    words = (
        ("name", "Member", "text", ""),
        ("weight", "Weight", "share", ""),
        ("first", "First step", "number", unit),
        ("last", "Last step", "number", unit),
        ("mean", "Mean", "number", unit),
        ("away", "Away from ensemble", "number", unit),
        ("pull", "Pull", "number", unit),
    )
    note = "Medians. Pull is weight × (member − ensemble), averaged over the horizon: how far it moves the forecast."
    return {
        "series": clipped(forecast.ids[window]),
        "sentence": _sentence(forecast, window, unit, whole, rows),
        "rows": {"columns": [column(*word) for word in words], "rows": rows, "marked": None, "note": note},
    }


def _sentence(
    forecast: Forecast, window: int, unit: str, whole: NDArray[np.floating], rows: list[dict[str, Cell]]
) -> str:
    start, end = number_text(float(whole[0]), digits=3), number_text(float(whole[-1]), unit, 3)
    parts = [
        f"After {stamp_text(forecast.cutoff[window], forecast.tz)} the ensemble goes from {start} to {end} over "
        f"{plural(len(whole), 'step')}."
    ]
    weight = rows[0]["weight"]
    if isinstance(weight, int | float):
        parts.append(f"{rows[0]['name']} weighs most ({100 * weight:.0f} %).")
    ranked = sorted(rows, key=lambda row: float(row["mean"] or 0))
    low, high = ranked[0], ranked[-1]
    if low is not high:
        least, most = (number_text(float(row["mean"] or 0), unit, 3) for row in (low, high))
        parts.append(f"On average {low['name']} says least ({least}) and {high['name']} most ({most}).")
    rules = touched_by(forecast, window)
    if rules:
        parts.append(f"Rules that touched it: {clipped('; '.join(rules), 400)}.")
    return " ".join(parts)
