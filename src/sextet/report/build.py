"""From arrays to the view of a report: numpy in, plain dict out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sextet.core.errors import ConfigError
from sextet.core.forecast import Forecast
from sextet.core.panel import Panel
from sextet.report.ahead import alerts_table, explanation_section
from sextet.report.evaluation import About, Evaluation
from sextet.report.fan import fan_charts
from sextet.report.header import header
from sextet.report.naming import name_list, shown
from sextet.report.plain import joined, numbers
from sextet.report.quality import quality_section
from sextet.report.scores import calibration_section, leaderboard_table, skill_section, weights_section
from sextet.report.spike_tracks import spikes_section
from sextet.report.view import SCHEMA, Absent, Curve, ReportView, Training
from sextet.report.zone import zone_of

History = Mapping[str, Sequence[float]]


def build_view(
    about: About,
    panel: Panel,
    *,
    evaluation: Evaluation | None = None,
    forecast: Forecast | None = None,
    histories: Mapping[str, History] | None = None,
) -> ReportView:
    """Build the view of a report.

    Args:
        about: what the header says.
        panel: the data the run was trained on; history of the fan charts and data quality are read from it.
        evaluation: forecasts of the test windows; without it the sections that need truth say why they are empty.
        forecast: the forecast after the end of the data, with its alerts.
        histories: member -> {"loss": one value an epoch, "select": the same, optionally "kept": [epoch from 0],
            "seconds": [in total]}; members that are not trained are left out.

    Returns:
        A view that passes `validate`. Big data are thinned in a fixed way; each section says what it leaves out.

    Raises:
        ConfigError: names or shapes do not belong together.
    """
    if evaluation is not None and not len(evaluation.index):
        evaluation = None
    _check_windows(panel, evaluation)
    members = dict.fromkeys([*about.members, *(evaluation.members if evaluation else ()), *(histories or ())])
    members |= dict.fromkeys(forecast.members if forecast else ())
    members |= dict.fromkeys([*evaluation.weights, *evaluation.spike_weights] if evaluation else ())
    calibration = calibration_section(evaluation)
    spikes = spikes_section(panel, evaluation)
    view: ReportView = {
        "schema": SCHEMA,
        "header": header(about, panel, evaluation, forecast, (calibration, spikes)),
        "names": name_list(members, evaluation.baselines if evaluation else ()),
        "leaderboard": leaderboard_table(evaluation, about.unit),
        "fan": fan_charts(panel, evaluation, forecast, about.unit),
        "weights": weights_section(evaluation),
        "skill": skill_section(evaluation),
        "calibration": calibration,
        "spikes": spikes,
        "training": training_section(histories),
        "quality": quality_section(panel, about.unit),
        "alerts": alerts_table(forecast, about.unit),
        "explanation": explanation_section(forecast, about.unit),
    }
    if (zone := zone_of(panel, forecast)) is not None:
        view["zone"] = zone
    return view


def training_section(histories: Mapping[str, History] | None) -> Training | Absent:
    """Training curves; a history without "select" shows the loss alone."""
    curves: list[Curve] = []
    for name, history in (histories or {}).items():
        loss = history.get("loss", ())
        if not len(loss):
            continue
        select = np.full(len(loss), np.nan)
        given = np.asarray(history.get("select", ()), dtype=np.float64)[: len(loss)]
        select[: len(given)] = given
        kept = int(history["kept"][0]) if len(history.get("kept", ())) else None
        if kept is None and np.isfinite(select).any():
            kept = int(np.nanargmin(select))
        seconds = history.get("seconds", ())
        details = [f"{len(loss)} epochs", f"{seconds[0]:,.0f} s" if len(seconds) else ""]
        curves.append(
            {
                "name": shown(name),
                "loss": numbers(loss, [*loss, 0]),
                "select": numbers(select, [*loss, 0]),
                "kept": kept,
                "detail": ", ".join(part for part in details if part),
            }
        )
    if not curves:
        return {"absent": "There are no training curves because no member of this run is trained by gradient descent."}
    note = "Loss on the training part, and on the part kept for selection, after each epoch."
    return {"curves": curves, "note": joined([note, "The marked epoch is the one whose weights were kept."])}


def _check_windows(panel: Panel, evaluation: Evaluation | None) -> None:
    if evaluation is None:
        return
    series, row = evaluation.index.series, evaluation.index.row
    if int(series.max()) >= panel.series or int(series.min()) < 0:
        raise ConfigError(f"Expected windows of {panel.series} series for the report; got series {int(series.max())}.")
    bad = np.flatnonzero((row < panel.offsets[series]) | (row >= panel.offsets[series + 1]))
    if len(bad):
        name = panel.ids[int(series[bad[0]])]
        raise ConfigError(
            f"Expected each window to start within its series; row {int(row[bad[0]])} is not in {name!r}."
        )
