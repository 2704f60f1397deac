"""AutoGluon-TimeSeries, preset medium_quality without its pretrained models.

    python -m competitors.with_autogluon TASK OUT

The parts are AutoGluon's own: which models, how long each may train, and how they are weighed. Its models are scored
and weighed on windows that cover the whole validation part, given as `tuning_data`: with one series its default would
be a single window.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from autogluon.timeseries import TimeSeriesDataFrame, TimeSeriesPredictor

from competitors.task import Account, Budget, Task, confine, versions, write_answer

PRETRAINED = ["Chronos", "Chronos2", "Toto", "Toto2"]
HISTORY = 2500
"""Rows before a cutoff that its models get: as many as AutoGluon's statistical models use of a series."""

TUNING = 100
"""Most windows of validation that models are scored and weighed on."""


def main(folder: Path, out: Path) -> None:
    """Train, forecast every cutoff, write both."""
    task = Task.load(folder)
    confine(task.cores)
    budget = Budget(task.seconds)
    predictor = TimeSeriesPredictor(
        prediction_length=task.horizon,
        freq=task.freq,
        eval_metric="WQL",
        quantile_levels=list(task.levels),
        path=str(out / "predictor"),
        log_to_file=False,
    )
    step = max(task.horizon, (task.validation_end - task.train_end) // TUNING)
    tuning = task.windows(task.train_end, task.validation_end, step)
    predictor.fit(
        items(task, np.array([task.train_end]), 0, rows=task.train_end),
        tuning_data=items(task, tuning, task.horizon),
        presets="medium_quality",
        excluded_model_types=PRETRAINED,
        time_limit=max(budget.share(1), 5.0),
        random_seed=task.seed,
    )
    trained = budget.used()
    predict = Budget(0)
    said = predictor.predict(items(task, task.cutoffs, 0), random_seed=task.seed)
    names = [str(level) for level in task.levels]
    quantiles = said[names].to_numpy().reshape(len(task.cutoffs), task.horizon, len(names))
    board = predictor.leaderboard()
    account = Account(
        train_seconds=trained,
        predict_seconds=predict.used(),
        lookback=0,
        versions=versions("autogluon.timeseries", "torch", "statsforecast", "mlforecast", "lightgbm"),
        models={
            "best": predictor.model_best,
            "weights": predictor.info()["model_info"].get(predictor.model_best, {}).get("model_weights", {}),
            "validation": dict(zip(board["model"], board["score_val"].astype(float), strict=True)),
            "tuning_windows": len(tuning),
        },
        notes=(
            f"no networks are left in the preset; statistical and tree models keep their own lags, of {HISTORY:,} rows",
            *(("none of them takes past covariates",) if task.past_names else ()),
        ),
    )
    write_answer(out, task, quantiles, account)


def items(task: Task, cutoffs: np.ndarray, beyond: int, rows: int = HISTORY) -> TimeSeriesDataFrame:
    """One item a cutoff: the last `rows` rows before it and `beyond` rows after; missing targets stay missing."""
    frames = []
    for number, cutoff in enumerate(cutoffs):
        part = slice(max(cutoff - rows, 0), cutoff + beyond)
        columns = {"item_id": f"{number:06d}", "timestamp": task.stamps[part].astype("datetime64[ns]")}
        past = dict(zip(task.past_names, task.past[part].T, strict=True))
        frames.append(pd.DataFrame({**columns, "target": task.y[part], **past}))
    return TimeSeriesDataFrame.from_data_frame(pd.concat(frames, ignore_index=True))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
