"""Scores of a backtest along the horizon and the clock, and how far each forecaster is from the ensemble."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sextet.report.backtest_view import Clock, Difference, Differences, Groups, Loss, Score
from sextet.report.naming import ENSEMBLE, ONLINE, shown
from sextet.report.plain import number, numbers
from sextet.report.view import Absent

_ADAPTED = "sextet-online"
_LOSSES = {"mae": "MAE", "pinball": "Pinball"}


def steps_section(metrics: Mapping[str, Any], unit: str, first: Sequence[str]) -> Groups | Absent:
    """Errors by step of the horizon."""
    part = metrics["by"].get("step")
    if part is None:
        return {"absent": "There are no errors by step because no target was observed."}
    return _groups(part, "step of the horizon", [str(step) for step in part["group"]], _errors(part, unit), first)


def coverage_section(metrics: Mapping[str, Any]) -> Groups | Absent:
    """Coverage by step of the horizon, of every forecaster's interval; each level an own score."""
    part = metrics["by"].get("step")
    levels = [] if part is None else [key for key in next(iter(part["models"].values())) if key.startswith("coverage_")]
    if part is None or not levels:
        return {"absent": "There is no coverage to show because no target was observed."}
    scores = [_coverage(part, key) for key in levels]
    labels = [str(step) for step in part["group"]]
    return _groups(part, "step of the horizon", labels, scores, [ENSEMBLE, ONLINE])


def clock_section(metrics: Mapping[str, Any], unit: str, first: Sequence[str]) -> Clock | Absent:
    """Errors by hour of day and by weekday of the target."""
    hours, days = metrics["by"].get("hour"), metrics["by"].get("weekday")
    if days is None:
        return {"absent": "Steps longer than a day have no hour or weekday to tell apart."}
    told = None
    if hours is not None:
        labels = [f"{hour:02d}:00" for hour in hours["group"]]
        told = _groups(hours, "hour of the day", labels, _errors(hours, unit), first)
    return {
        "hours": told,
        "weekdays": _groups(days, "weekday", [day[:3] for day in days["group"]], _errors(days, unit), first),
        "note": "Hour and weekday are those of the target, by the clock of the data.",
    }


def differences_section(metrics: Mapping[str, Any]) -> Differences | Absent:
    """How far every forecaster is from the ensemble, with intervals, best first."""
    rows = [row for row in metrics["comparison"] if row["model"] != _ADAPTED]
    if not rows:
        return {"absent": "There is nothing to compare the ensemble with."}
    losses: list[Loss] = []
    for loss, label in _LOSSES.items():
        told = [_difference(row) for row in rows if row["loss"] == loss]
        if told:
            losses.append({"label": label, "rows": sorted(told, key=_rank)})
    cutoffs = int(rows[0]["cutoffs"])
    note = (
        f"From {cutoffs:,} cutoffs, all series of one together. Where the interval holds zero the difference may be "
        "chance."
    )
    if all(row["low"] is None for loss in losses for row in loss["rows"]):
        note = f"{cutoffs:,} cutoffs are too few to tell skill from chance: no interval is given."
    return {"against": shown(rows[0]["against"]), "losses": losses, "note": note}


def _difference(row: Mapping[str, Any]) -> Difference:
    return {
        "name": shown(row["model"]),
        "difference": number(row["difference_percent"]),
        "low": number(row["low"]),
        "high": number(row["high"]),
        "chance": number(row["p_value"], 3),
    }


def _rank(row: Difference) -> float:
    return float("inf") if row["difference"] is None else row["difference"]


def _errors(part: Mapping[str, Any], unit: str) -> list[Score]:
    scores: list[Score] = []
    for key, label in _LOSSES.items():
        values = {name: model[key] for name, model in part["models"].items()}
        if key == "mae" and values.get(_ADAPTED) == values.get("sextet"):
            values.pop(_ADAPTED, None)  # its median is the ensemble's
        every = [value for line in values.values() for value in line if value is not None]
        scores.append(
            {
                "key": key,
                "label": label,
                "unit": unit,
                "format": "number",
                "ideal": None,
                "lines": [{"name": shown(name), "values": _rounded(line, every)} for name, line in values.items()],
            }
        )
    return scores


def _coverage(part: Mapping[str, Any], key: str) -> Score:
    level = float(key.removeprefix("coverage_"))
    lines = {
        name: [None if share is None else 100 * share for share in model[key]] for name, model in part["models"].items()
    }
    return {
        "key": key,
        "label": f"{level:g} % interval",
        "unit": "",
        "format": "percent",
        "ideal": level,
        "lines": [{"name": shown(name), "values": _rounded(line, [0.0, 100.0])} for name, line in lines.items()],
    }


def _rounded(values: Sequence[float | None], like: Sequence[float]) -> list[float | None]:
    return numbers([float("nan") if value is None else value for value in values], like or None)


def _groups(part: Mapping[str, Any], axis: str, labels: list[str], scores: list[Score], first: Sequence[str]) -> Groups:
    known = {shown(name) for name in part["models"]}
    return {"axis": axis, "labels": labels, "scores": scores, "shown": [name for name in first if name in known]}
