"""Scores of a long frame of forecasts, series by series, by utilsforecast.

For frames as `Ensemble.cross_validation` returns them, and for those of other libraries beside them: any number of
models, each with a column of its name. Tests of whole runs are scored on arrays instead (`metrics.leaderboard`),
where frames of a hundred quantile columns would not fit beside the data; a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from sextet.core.errors import DataError

KEYS = ("unique_id", "ds", "cutoff", "y")


def score_frame(
    frame: Any,
    models: Sequence[str] = ("sextet",),
    *,
    levels: Sequence[float] = (80, 95),
    train: Any = None,
    season: int = 1,
) -> Any:
    """Score forecasts against the truth, each series by itself.

    Args:
        frame: pandas or polars, with unique_id, ds, y and a column for each model; rows without a truth are left out.
        models: columns to score.
        levels: central intervals in percent, where the frame has `MODEL-lo-80` and `MODEL-hi-80`.
        train: history as unique_id, ds, y, for the denominator of MASE; without it there is no MASE.
        season: steps of a season, for MASE.

    Returns:
        A frame of the same kind: unique_id, metric (mae, rmse, wape, accuracy_percent = 100 x (1 - wape), with
        `train` mase, and coverage_80 ...), and a column for each model.

    Raises:
        DataError: a column is missing, or no row has a truth.
    """
    import narwhals as nw
    from utilsforecast import losses
    from utilsforecast.evaluation import evaluate

    table = nw.from_native(frame, eager_only=True)
    missing = [name for name in ("unique_id", "ds", "y", *models) if name not in table.columns]
    if missing:
        wanted = ", ".join(("unique_id", "ds", "y", *models))
        raise DataError(f"Expected the columns {wanted}; {', '.join(missing)} is missing.")
    bounds = {level: [f"{m}-{side}-{level:g}" for m in models for side in ("lo", "hi")] for level in levels}
    shown = [level for level, names in bounds.items() if set(names) <= set(table.columns)]
    kept = [*(name for name in KEYS if name in table.columns), *models]
    kept += [name for level in shown for name in bounds[level]]
    table = table.select(kept).filter(~(nw.col("y").is_null() | nw.col("y").is_nan()))
    if not len(table):
        raise DataError("Expected rows with a truth in y to score against; every y is missing.")
    if "cutoff" in table.columns:
        table = table.drop("cutoff")  # all cutoffs of a series are pooled
    metrics = [losses.mae, losses.rmse, losses.wape]
    if train is not None:
        metrics.append(partial(losses.mase, seasonality=season))
    plain = table.select([name for name in table.columns if "-lo-" not in name and "-hi-" not in name])
    scored = [nw.from_native(evaluate(plain.to_native(), metrics, models=list(models), train_df=train))]
    wape = scored[0].filter(nw.col("metric") == "wape")
    accuracy = wape.with_columns(
        nw.lit("accuracy_percent").alias("metric"), *((100.0 - 100.0 * nw.col(model)).alias(model) for model in models)
    )
    scored.append(accuracy)
    for level in shown:
        covered = evaluate(table.to_native(), [losses.coverage], models=list(models), level=[level])  # type: ignore[list-item]
        scored.append(nw.from_native(covered).with_columns(nw.lit(f"coverage_{level:g}").alias("metric")))
    return nw.concat([part.select("unique_id", "metric", *models) for part in scored]).sort("unique_id").to_native()
