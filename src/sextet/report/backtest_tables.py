"""Tables of a backtest's report: leaderboards, series, warnings, fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sextet.report.naming import ENSEMBLE, is_ensemble, shown
from sextet.report.plain import clipped, column, number, plural
from sextet.report.scores import metric_order, score_column
from sextet.report.spike_tracks import lead_columns, score_columns
from sextet.report.view import Absent, Cell, Column, Table

SERIES_SHOWN = 14
SERIES_LISTED = 500

_HIDDEN = ("model", "n", "spike_n")
_LAST = ("fit_seconds", "answer_seconds", "kind")
_REFERENCE = "Seasonal naive"


def kind_of(name: str, baselines: Sequence[str]) -> str:
    """Return "ensemble", "baseline" or "member"."""
    if is_ensemble(name):
        return "ensemble"
    return "baseline" if name in baselines else "member"


def leaderboard_table(metrics: Mapping[str, Any], unit: str) -> Table:
    """The leaderboard on the original scale, smallest MAE first, with the difference to the ensemble and its chance."""
    against = {row["model"]: row for row in metrics["comparison"] if row["loss"] == "mae"}
    cells: list[dict[str, Cell]] = []
    for row in metrics["rows"]:
        told = _scores(row, metrics["config"]["baselines"])
        difference = against.get(row["model"])
        if difference is not None:
            told |= {
                "difference": number(difference["difference_percent"]),
                "interval": interval_text(difference["low"], difference["high"]),
                "chance": number(difference["p_value"]),
            }
        cells.append(told)
    order = [key for key in metric_order(metrics["rows"]) if key not in (*_HIDDEN, *_LAST)]
    at = order.index("mae") + 1
    order[at:at] = ["difference", "interval", "chance"]
    spikes = next((int(row["spike_n"]) for row in metrics["rows"] if row.get("spike_n")), 0)
    note = (
        f"Scored on {metrics['points']:,} observed points of {metrics['windows']:,} windows; point forecasts are "
        "medians. p is the chance to see such a difference of MAE, or a larger one, were the two as good as each other "
        "(Diebold and Mariano)."
    )
    if spikes:
        note += f" {plural(spikes, 'point')} of these are spikes."
    return _table(cells, ["name", *order, *_LAST], unit, note)


def scaled_table(metrics: Mapping[str, Any]) -> Table | Absent:
    """The leaderboard on standardised series."""
    rows = metrics["scaled_rows"]
    if not rows:
        return {"absent": "Scores on the standardised scale were not asked for (--scaled)."}
    cells = [_scores(row, metrics["config"]["baselines"]) for row in rows]
    order = ["mse", "mae", *(key for key in metric_order(rows) if key not in (*_HIDDEN, *_LAST, "mse", "mae", "mase"))]
    note = "Each series less its mean, divided by its standard deviation, both of the first training part."
    return _table(cells, ["name", *order, "kind"], "", note)


def spikes_table(metrics: Mapping[str, Any]) -> Table | Absent:
    """Scores of the spike warnings."""
    told = metrics["spikes"]
    if not told:
        return {"absent": "There are no spike warnings because no member warns."}
    known = any("events_warned" in row for row in told.values())
    columns = [*score_columns(), *(lead_columns() if known else ())]
    fields = {one["key"]: "lead_held" if one["key"] == "lead" else one["key"] for one in columns}
    rows: list[dict[str, Cell]] = [
        {key: _alarm(name) if key == "name" else number(row.get(field), 4) for key, field in fields.items()}
        for name, row in told.items()
    ]
    return {"columns": columns, "rows": rows, "marked": 0, "note": "Counted in steps of all windows."}


def series_tables(metrics: Mapping[str, Any], unit: str) -> tuple[Table, Table | None, str] | Absent:
    """The series, least accurate first: those shown, those folded, and what is left out."""
    part = metrics["by"].get("series")
    if part is None or len(part["group"]) < 2:
        return {"absent": "There is one series; its scores are those of the leaderboard."}
    rows = [_series_row(part, place) for place in range(len(part["group"]))]
    rows.sort(key=_badness, reverse=True)
    columns = [
        column("series", "Series", "text"),
        column("accuracy", "Accuracy", "percent", "", "100 × (1 − WAPE) of the ensemble"),
        column("mae", "MAE", "number", unit, "of the ensemble"),
        column("skill", f"Skill vs {_REFERENCE}", "signed", "", f"100 × (1 − MAE / MAE of {_REFERENCE})"),
        column("coverage", "80 % covers", "share", "", "share of points inside the ensemble's 80 % interval, online"),
        column("best", "Best", "text", "", "the forecaster with the smallest MAE"),
        column("best_mae", "its MAE", "number", unit),
        column("points", "Points", "integer"),
    ]
    used = [one for one in columns if any(row.get(one["key"]) is not None for row in rows)]
    first: Table = {"columns": used, "rows": rows[:SERIES_SHOWN], "marked": None, "note": ""}
    more = rows[SERIES_SHOWN:SERIES_LISTED]
    rest: Table | None = {"columns": used, "rows": more, "marked": None, "note": ""} if more else None
    left_out = ""
    if len(rows) > SERIES_LISTED:
        left_out = f"{SERIES_LISTED} of {len(rows):,} series are listed; metrics.json holds all of them."
    return first, rest, left_out


def fits_table(metrics: Mapping[str, Any]) -> Table | None:
    """The fits of a backtest that refits, in order of time; None where there was one."""
    fits = metrics.get("fits", ())
    if len(fits) < 2:
        return None
    rows: list[dict[str, Cell]] = [
        {
            "fit": place,
            "first": one["first_cutoff"],
            "windows": one["windows"],
            "fit_seconds": number(one["fit_seconds"], 4),
            "answer_seconds": number(one["answer_seconds"], 4),
        }
        for place, one in enumerate(fits, start=1)
    ]
    columns = [
        column("fit", "Fit", "integer"),
        column("first", "First cutoff", "stamp"),
        column("windows", "Windows", "integer"),
        column("fit_seconds", "Fitting", "number", "s"),
        column("answer_seconds", "Forecasting", "number", "s"),
    ]
    return {"columns": columns, "rows": rows, "marked": None, "note": ""}


def interval_text(low: float | None, high: float | None) -> str | None:
    """Write an interval of percentages; None where a bound is missing."""
    if low is None or high is None or not np.isfinite([low, high]).all():
        return None
    bounds = (f"{bound:+.1f}" if abs(bound) >= 0.05 else "0.0" for bound in (low, high))
    return f"{' to '.join(bounds)} %".replace("-", "−")


def _scores(row: Mapping[str, Any], baselines: Sequence[str]) -> dict[str, Cell]:
    told: dict[str, Cell] = {"name": shown(row["model"]), "kind": kind_of(row["model"], baselines)}
    told |= {key: number(value) for key, value in row.items() if key not in _HIDDEN}
    if told.get("skill") is not None:
        told["skill"] = number(100 * row["skill"])
    return told


def _table(cells: list[dict[str, Cell]], order: Sequence[str], unit: str, note: str) -> Table:
    used = [key for key in order if any(cell.get(key) is not None for cell in cells)]
    marked = next((place for place, cell in enumerate(cells) if cell["name"] == ENSEMBLE), None)
    return {
        "columns": [_column(key, unit) for key in used],
        "rows": [{key: cell.get(key) for key in used} for cell in cells],
        "marked": marked,
        "note": note,
    }


def _column(key: str, unit: str) -> Column:
    own = {
        "difference": column(key, f"MAE to {ENSEMBLE}", "signed", "", f"100 × (MAE / MAE of {ENSEMBLE} − 1)"),
        "interval": column(key, "95 % interval", "text", "", "of the difference, from resampled blocks of cutoffs"),
        "chance": column(key, "p", "chance", "", "chance of such a difference between equals, Diebold and Mariano"),
        "mse": column(key, "MSE", "number", "", "mean squared error"),
        "spike_mae": column(key, "MAE on spikes", "number", unit),
        "spike_pinball": column(key, "Pinball on spikes", "number", unit),
        "fit_seconds": column(key, "Fitting", "number", "s", "wall time; of the ensemble: with its members"),
        "answer_seconds": column(key, "Forecasting", "number", "s", "wall time; of the ensemble: with its members"),
    }
    return own[key] if key in own else score_column(key, unit, _REFERENCE)


def _series_row(part: Mapping[str, Any], place: int) -> dict[str, Cell]:
    models: Mapping[str, Any] = part["models"]
    errors = {name: scores["mae"][place] for name, scores in models.items()}
    own = errors["sextet"]
    naive = errors.get("seasonal-naive")
    known = {name: value for name, value in errors.items() if value is not None and name != "sextet-online"}
    best = min(known, key=lambda name: known[name]) if known else None
    coverage = models.get("sextet-online", models["sextet"]).get("coverage_80")
    return {
        "series": clipped(part["group"][place]),
        "accuracy": number(models["sextet"]["accuracy_percent"][place]),
        "mae": number(own),
        "skill": number(100 * (1 - own / naive)) if own is not None and naive else None,
        "coverage": None if coverage is None else number(coverage[place], 4),
        "best": None if best is None else shown(best),
        "best_mae": None if best is None else number(known[best]),
        "points": part["points"][place],
    }


def _badness(row: Mapping[str, Cell]) -> tuple[float, float]:
    accuracy, mae = row["accuracy"], row["mae"]
    return (
        -float(accuracy) if accuracy is not None else -np.inf,
        float(mae) if mae is not None else -np.inf,
    )


def _alarm(name: str) -> str:
    return "Spike probability" if is_ensemble(name) else name.capitalize()
