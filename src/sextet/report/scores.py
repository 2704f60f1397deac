"""Sections scored against the truth of the test part: leaderboard, skill, calibration, weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sextet.core.quantiles import read_quantiles
from sextet.metrics import point as point_metrics
from sextet.metrics import quantile as quantile_metrics
from sextet.metrics.leaderboard import Row, leaderboard, tally
from sextet.report.evaluation import Evaluation, Floats
from sextet.report.naming import ENSEMBLE, is_ensemble, shown
from sextet.report.plain import column, number, numbers
from sextet.report.view import (
    Absent,
    Calibration,
    Cell,
    Column,
    Line,
    Skill,
    SkillBar,
    StepCoverage,
    Table,
    Weights,
    WeightSet,
)

NO_TEST = "because no part of the data was kept for a test"
_STEP_LEVELS = (80.0, 95.0)


def ensemble_median(evaluation: Evaluation) -> Floats:
    """`[W, H]` point forecast of the ensemble: its median."""
    return read_quantiles(evaluation.quantiles, [0.5], evaluation.levels)[..., 0]


def medians(evaluation: Evaluation) -> dict[str, Floats]:
    """Name as shown -> `[W, H]` median of the ensemble, every member and every baseline, in this order."""
    others = {**evaluation.members, **evaluation.baselines}
    return {ENSEMBLE: ensemble_median(evaluation), **{shown(name): values for name, values in others.items()}}


def leaderboard_rows(evaluation: Evaluation) -> list[Row]:
    """Return the rows given with the evaluation, or, without, those that medians and quantiles allow."""
    if evaluation.leaderboard:
        return [{**row} for row in evaluation.leaderboard]  # type: ignore[dict-item]
    tallies = {ENSEMBLE: tally(evaluation.target, evaluation.quantiles, evaluation.levels)}
    rows = leaderboard(tallies)
    base = point_metrics.mae(evaluation.target, medians(evaluation)[shown(evaluation.reference)])
    rows = [{**row, "skill": 1 - float(row["mae"]) / base if base > 0 else float("nan")} for row in rows]
    for name, values in list(medians(evaluation).items())[1:]:
        mae = point_metrics.mae(evaluation.target, values)
        rows.append(
            {
                "model": name,
                "mae": mae,
                "rmse": point_metrics.rmse(evaluation.target, values),
                "wape": point_metrics.wape(evaluation.target, values),
                "accuracy_percent": point_metrics.accuracy_percent(evaluation.target, values),
                "skill": 1 - mae / base if base > 0 else float("nan"),
            }
        )
    return sorted(rows, key=lambda row: (not np.isfinite(row["mae"]), row["mae"]))


def leaderboard_table(evaluation: Evaluation | None, unit: str) -> Table | Absent:
    """The leaderboard, smallest MAE first, the ensemble marked."""
    if evaluation is None:
        return {"absent": f"There is no leaderboard {NO_TEST}."}
    rows = leaderboard_rows(evaluation)
    kinds = {shown(name): "baseline" for name in evaluation.baselines}
    cells: list[dict[str, Cell]] = []
    for row in rows:
        name = shown(str(row["model"]))
        kind = "ensemble" if is_ensemble(name) else kinds.get(name, "member")
        scores = {key: number(float(value)) for key, value in row.items() if key not in ("model", "n")}
        if scores.get("skill") is not None:
            scores["skill"] = number(100 * float(row["skill"]))
        cells.append({"name": name, "kind": kind, **scores})
    marked = next((place for place, cell in enumerate(cells) if cell["kind"] == "ensemble"), None)
    used = [key for key in metric_order(rows) if any(cell.get(key) is not None for cell in cells)]
    points, reference = int(np.isfinite(evaluation.target).sum()), shown(evaluation.reference)
    return {
        "columns": [score_column(key, unit, reference) for key in ("name", *used, "kind")],
        "rows": [{key: cell.get(key) for key in ("name", *used, "kind")} for cell in cells],
        "marked": marked,
        "note": f"Scored on {points:,} observed points of {len(evaluation.index):,} test windows; point forecasts are "
        "medians. Smaller is better for MAE, RMSE, WAPE, MASE, pinball and width.",
    }


def metric_order(rows: Sequence[Mapping[str, object]]) -> list[str]:
    """Return the metrics that rows have, the best known first."""
    first = ["accuracy_percent", "skill", "mae", "rmse", "wape", "mase", "pinball"]
    present = dict.fromkeys(key for row in rows for key in row if key not in ("model", "n"))
    return [key for key in first if key in present] + [key for key in present if key not in first]


def score_column(key: str, unit: str, reference: str) -> Column:
    """Return the column of a metric; `reference` is what skill is measured against, as shown."""
    known: dict[str, Column] = {
        "name": column(key, "Forecaster", "text"),
        "kind": column(key, "Kind", "text"),
        "accuracy_percent": column(key, "Accuracy", "percent", "", "100 × (1 − WAPE)"),
        "skill": column(key, f"Skill vs {reference}", "signed", "", f"100 × (1 − MAE / MAE of {reference})"),
        "mae": column(key, "MAE", "number", unit, "mean absolute error"),
        "rmse": column(key, "RMSE", "number", unit, "root of the mean squared error"),
        "wape": column(key, "WAPE", "share", "", "sum of absolute errors over sum of absolute values"),
        "mase": column(key, "MASE", "number", "", "MAE over the in-sample MAE of the seasonal naive forecast"),
        "pinball": column(key, "Pinball", "number", unit, "mean quantile loss over all levels"),
    }
    kind, _, level = key.rpartition("_")
    if key in known:
        return known[key]
    if kind == "coverage":
        return column(key, f"{level} % covers", "share", "", f"share of points inside the {level} % interval")
    if kind == "width":
        return column(key, f"{level} % width", "number", unit, f"mean width of the {level} % interval")
    return column(key, key.replace("_", " "), "number", "", "")


def skill_section(evaluation: Evaluation | None) -> Skill | Absent:
    """Skill of the ensemble, members and baselines against the reference, over all steps and by step."""
    if evaluation is None:
        return {"absent": f"There is no skill to show {NO_TEST}."}
    if not evaluation.baselines:
        return {"absent": "There is no skill to show because no baseline was evaluated."}
    values = medians(evaluation)
    reference = shown(evaluation.reference)
    steps = {name: point_metrics.mae_by_step(evaluation.target, line) for name, line in values.items()}
    maes = {name: point_metrics.mae(evaluation.target, line) for name, line in values.items()}
    bars: list[SkillBar] = [
        {"name": name, "mae": number(mae), "skill": number(100 * (1 - mae / maes[reference]), 4)}
        if maes[reference] > 0
        else {"name": name, "mae": number(mae), "skill": None}
        for name, mae in maes.items()
        if name != reference
    ]
    base = np.where(steps[reference] > 0, steps[reference], np.nan)
    spread = np.concatenate(list(steps.values()))
    return {
        "reference": reference,
        "bars": sorted(bars, key=lambda bar: -(bar["skill"] if bar["skill"] is not None else -np.inf)),
        "by_step": [
            {"name": name, "values": numbers(100 * (1 - line / base), [0, 100])}
            for name, line in steps.items()
            if name != reference
        ],
        "mae_by_step": [{"name": name, "values": numbers(line, spread)} for name, line in steps.items()],
        "note": f"Skill is 100 × (1 − MAE / MAE of {reference}): 0 is no better than {reference}, 100 is perfect, "
        "below 0 is worse.",
    }


def calibration_section(evaluation: Evaluation | None) -> Calibration | Absent:
    """Coverage of every central interval whose two levels were forecast, and of 80 % and 95 % by step."""
    if evaluation is None:
        return {"absent": f"There is no calibration to show {NO_TEST}."}
    points = int(np.isfinite(evaluation.target).sum())
    if not points:
        return {"absent": "There is no calibration to show because no target of the test part was observed."}
    nominal = sorted(100 * (1 - 2 * q) for q in evaluation.levels if q < 0.5 and round(1 - q, 6) in evaluation.levels)
    nominal = [round(level, 6) for level in nominal]
    static = _overall(evaluation, evaluation.quantiles, nominal)
    online = None if evaluation.online is None else _overall(evaluation, evaluation.online, nominal)
    return {
        "nominal": nominal,
        # as exact as in the leaderboard: what is rounded twice differs from what is rounded once
        "static": [number(cover) for cover in static[0]],
        "online": None if online is None else [number(cover) for cover in online[0]],
        "static_width": numbers(static[1]),
        "online_width": None if online is None else numbers(online[1], static[1]),
        "by_step": [_step_coverage(evaluation, level) for level in _STEP_LEVELS],
        "points": points,
        "note": f"Coverage of {points:,} observed points. Static: calibrated once, before the test."
        + ("" if online is None else " Online: adapted during the test from targets that had already passed."),
    }


def _overall(evaluation: Evaluation, quantiles: Floats, nominal: list[float]) -> tuple[list[float], list[float]]:
    """Coverage in percent and mean width of each interval."""
    target, levels = evaluation.target, evaluation.levels
    covers = [100 * quantile_metrics.coverage(target, quantiles, level, levels) for level in nominal]
    return covers, [quantile_metrics.width(target, quantiles, level, levels) for level in nominal]


def _step_coverage(evaluation: Evaluation, level: float) -> StepCoverage:
    def by_step(quantiles: Floats) -> list[float | None]:
        steps = [slice(step, step + 1) for step in range(evaluation.target.shape[1])]
        cover = quantile_metrics.coverage
        return numbers(
            [100 * cover(evaluation.target[:, h], quantiles[:, h], level, evaluation.levels) for h in steps], [0, 100]
        )

    online = None if evaluation.online is None else by_step(evaluation.online)
    return {"level": level, "static": by_step(evaluation.quantiles), "online": online}


def weights_section(evaluation: Evaluation | None) -> Weights | Absent:
    """Ensemble weights by horizon step, one set a regime."""
    if evaluation is None or not evaluation.weights:
        return {"absent": "There are no weights to show because the run holds none."}
    sets = [_weight_set("calm" if evaluation.spike_weights else "all", evaluation.weights)]
    if evaluation.spike_weights:
        sets.append(_weight_set("spike", evaluation.spike_weights))
    note = "Weights at each step sum to 100 %; learned on data that no member was trained on."
    return {"sets": sets, "note": note}


def _weight_set(regime: str, weights: Mapping[str, Floats]) -> WeightSet:
    lines: list[Line] = [{"name": shown(name), "values": numbers(line, [0, 1])} for name, line in weights.items()]
    return {"regime": regime, "lines": lines}
