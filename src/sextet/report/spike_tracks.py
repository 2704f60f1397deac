"""Spike warnings on the test part: the timeline of each series, and how the warnings score."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sextet.core.panel import Panel
from sextet.core.window import WindowIndex
from sextet.metrics.events import average_precision, brier, detection
from sextet.metrics.lead_time import lead_times
from sextet.report.evaluation import Evaluation, Floats, SpikeTest
from sextet.report.plain import clipped, column, number, numbers, times
from sextet.report.reliability import reliability
from sextet.report.view import Absent, Cell, Column, Spikes, SpikeTrack, Table
from sextet.spikes.alert_policy import AlertPolicy, alert_steps

_SERIES = 8
_POINTS = 5000


def spikes_section(panel: Panel, evaluation: Evaluation | None) -> Spikes | Absent:
    """Timeline and scores of the spike warnings; series with most spikes first."""
    if evaluation is None or evaluation.spikes is None:
        return {"absent": "There is no spike timeline because no member that warns of spikes was tested."}
    tested = evaluation.spikes
    present, place = np.unique(evaluation.index.series, return_inverse=True)
    found = np.bincount(place, weights=np.nansum(tested.label, axis=1))
    chosen = present[np.argsort(-found, kind="stable")][:_SERIES]
    tracks, factors = [], []
    for series in chosen:
        track, factor = _track(panel, evaluation, tested, int(series))
        tracks.append(track)
        factors.append(factor)
    left_out = []
    if len(chosen) < len(present):
        left_out.append(f"{len(chosen)} of {len(present):,} series are shown, those with most spikes.")
    if max(factors, default=1) > 1:
        left_out.append(
            f"Each point stands for up to {max(factors)} steps and shows the highest probability among them."
        )
    return {
        "threshold": float(tested.threshold),
        "tracks": tracks,
        "scores": score_table(tested, evaluation.index),
        "reliability": reliability(tested),
        "left_out": " ".join(left_out),
    }


def stitch(rows: NDArray[np.int64], horizon: int) -> NDArray[np.int64]:
    """Return positions of windows, in order of time, whose horizons do not overlap: each step is told once."""
    chosen: list[int] = []
    free = None
    for position in np.argsort(rows, kind="stable"):
        if free is None or rows[position] >= free:
            chosen.append(int(position))
            free = int(rows[position]) + horizon
    return np.asarray(chosen, dtype=np.int64)


def _track(panel: Panel, evaluation: Evaluation, tested: SpikeTest, series: int) -> tuple[SpikeTrack, int]:
    horizon = tested.probability.shape[1]
    mine = np.flatnonzero(evaluation.index.series == series)
    mine = mine[stitch(evaluation.index.row[mine], horizon)]
    rows = evaluation.index.row[mine]
    start, length = int(rows[0]), int(rows[-1] - rows[0]) + horizon
    at = (rows[:, None] - start + np.arange(horizon)).ravel()
    probability, label, y = (np.full(length, np.nan) for _ in range(3))
    probability[at] = tested.probability[mine].ravel()
    label[at] = tested.label[mine].ravel()
    y[at] = evaluation.target[mine].ravel()
    factor = -(-length // _POINTS)
    alarm = probability >= tested.threshold
    states = {
        "hits": alarm & (label > 0),
        "misses": (probability < tested.threshold) & (label > 0),
        "false_alarms": alarm & (label == 0),
    }
    first = int(panel.first[series]) + start - int(panel.offsets[series])
    stamps = panel.frequency.stamps(first + np.arange(0, length, factor, dtype=np.int64))
    marked = {name: np.unique(np.flatnonzero(state) // factor).tolist() for name, state in states.items()}
    return {
        "name": clipped(panel.ids[series]),
        "times": times(stamps),
        "y": numbers(_largest(y, factor)),
        "probability": numbers(_largest(probability, factor), [0, 1]),
        "hits": marked["hits"],
        "misses": marked["misses"],
        "false_alarms": marked["false_alarms"],
    }, factor


def _largest(values: Floats, factor: int) -> NDArray[np.float64]:
    """Largest value of each `factor` steps; NaN where all are."""
    padded = np.full(-(-len(values) // factor) * factor, -np.inf)
    padded[: len(values)] = np.where(np.isnan(values), -np.inf, values)
    best = padded.reshape(-1, factor).max(axis=1)
    return np.where(np.isneginf(best), np.nan, best)


def score_table(tested: SpikeTest, index: WindowIndex) -> Table:
    """Scores of the warnings and of every rival alarm, on all steps whose label is known."""
    known = np.isfinite(tested.label)
    share = float(np.mean(tested.label[known] > 0)) if known.any() else float("nan")
    alarms = {"Spike probability": (tested.probability, tested.threshold)}
    for name, values in tested.rivals.items():
        alarms[name] = (values, tested.rival_thresholds.get(name, float("nan")))
    rows = []
    for name, (values, threshold) in alarms.items():
        row = _score_row(name, values, tested.label, threshold)
        covered = alert_steps(values, AlertPolicy(threshold=threshold))
        told = lead_times(covered, tested.label, index.series, index.row).summary()
        has_threshold = np.isfinite(threshold)
        row["events_warned"] = number(told["events_warned"], 4) if has_threshold else None
        row["lead"] = number(told["lead_held"], 4) if has_threshold else None
        rows.append(row)
    columns = [*score_columns(), *lead_columns()]
    note = f"Counted in steps of all test windows. Spikes are {100 * share:.2f} % of them: an alarm at random would "
    note += f"have an average precision of {share:.3f}." if known.any() else ""
    return {
        "columns": columns,
        "rows": rows,
        "marked": 0,
        "note": note if known.any() else "No step has a known label.",
    }


def lead_columns() -> list[Column]:
    """Return the columns that say how long ahead spikes were warned of."""
    return [
        column("events_warned", "Warned ahead", "share", hint="share of spikes that some forecast before them alarmed"),
        column("lead", "Lead", "number", hint="median steps from the first alarm that held to the spike"),
    ]


def score_columns() -> list[Column]:
    """Return the columns of a table of alarms."""
    words: Iterable[tuple[str, str, str, str]] = (
        ("name", "Alarm", "text", ""),
        ("average_precision", "Average precision", "number", "area under precision and recall; 1 is perfect"),
        ("brier", "Brier score", "number", "mean squared error of the probability; 0 is perfect"),
        ("f1", "F1", "number", "harmonic mean of precision and recall"),
        ("precision", "Precision", "share", "share of alarms that were spikes"),
        ("recall", "Recall", "share", "share of spikes that were alarmed"),
        ("threshold", "Alarm at", "number", "score at which it warns"),
        ("hits", "Hits", "integer", ""),
        ("misses", "Misses", "integer", ""),
        ("false_alarms", "False alarms", "integer", ""),
    )
    return [column(key, label, form, hint=hint) for key, label, form, hint in words]


def _score_row(name: str, values: Floats, label: Floats, threshold: float) -> dict[str, Cell]:
    valid = np.isfinite(label) & np.isfinite(values)
    truth = np.nan_to_num(label)
    done = detection(values, truth, threshold, valid)
    is_probability = bool(np.all((values[valid] >= 0) & (values[valid] <= 1)))
    has_threshold = np.isfinite(threshold)
    return {
        "name": name,
        "average_precision": number(average_precision(values, truth, valid), 4),
        "brier": number(brier(values, truth, valid), 4) if is_probability else None,
        "f1": number(done.f1, 4) if has_threshold else None,
        "precision": number(done.precision, 4) if has_threshold else None,
        "recall": number(done.recall, 4) if has_threshold else None,
        "threshold": number(threshold, 4),
        "hits": done.hits if has_threshold else None,
        "misses": done.misses if has_threshold else None,
        "false_alarms": done.false_alarms if has_threshold else None,
    }
