"""neuralforecast, the mean of NHITS, PatchTST, GRU and LSTM.

    python -m competitors.with_neuralforecast TASK OUT

Each model keeps the library's defaults but for these: the task's quantile levels as loss, the task's lookback as
input, no scaling of windows in GRU and LSTM, early stopping on the first half of validation with the best weights kept,
and time instead of a fixed number of steps. What one model leaves of the budget goes to the next. The mean is taken
level by level.
"""

from __future__ import annotations

import logging
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from neuralforecast import NeuralForecast
from neuralforecast.losses.pytorch import MQLoss
from neuralforecast.models import GRU, LSTM, NHITS, PatchTST
from pytorch_lightning.callbacks import ModelCheckpoint

from competitors.task import Account, Budget, Task, confine, versions, write_answer

MODELS: dict[type, dict[str, Any]] = {
    NHITS: {},
    PatchTST: {},
    GRU: {"scaler_type": "identity"},
    LSTM: {"scaler_type": "identity"},
}
"""And what is not the library's default: its "robust" scale of a window is almost 0 where a gap was filled, the loss of
such windows thousands of times that of others. The target is standardised already."""
STEPS = 5000
"""Most steps: the largest default of the four (PatchTST's); the others' is 1,000."""

PATIENCE = 10
"""Checks of the validation loss, one every 100 steps, without improvement before a model stops."""

KEPT = 0.03
"""Share of the budget kept for the check of the validation loss after time is up."""

CLOCK = ["day_sin", "day_cos", "week_sin", "week_cos"]


def main(folder: Path, out: Path) -> None:
    """Train, forecast every cutoff, write both."""
    logging.getLogger("pytorch_lightning").setLevel(logging.WARNING)
    task = Task.load(folder)
    confine(task.cores)
    torch.set_num_threads(task.cores)
    budget = Budget(task.seconds)
    frame, past = columns(task)
    fitted: dict[str, NeuralForecast] = {}
    told: dict[str, Any] = {}
    for number, kind in enumerate(MODELS):
        begun = budget.used()
        seconds = budget.share(len(MODELS) - number, keep=KEPT)
        fitted[kind.__name__], told[kind.__name__] = trained(kind, task, frame, past, seconds)
        told[kind.__name__] |= {"seconds": round(budget.used() - begun, 1), "share": round(seconds, 1)}
        print(kind.__name__, told[kind.__name__], flush=True)
    train_seconds = budget.used()
    predict = Budget(0)
    mean, deviation = task.scale()
    quantiles = np.mean([forecasts(model, task, frame) for model in fitted.values()], axis=0) * deviation + mean
    account = Account(
        train_seconds=train_seconds,
        predict_seconds=predict.used(),
        lookback=task.lookback,
        versions=versions("neuralforecast", "torch", "pytorch-lightning"),
        models=told,
        notes=("covariates go to NHITS, GRU and LSTM; PatchTST takes none",),
    )
    write_answer(out, task, quantiles, account)


def columns(task: Task) -> tuple[pd.DataFrame, list[str]]:
    """The whole series as neuralforecast wants it, standardised, and the names of past covariates.

    Missing targets are filled forward, left out of the loss by `available_mask`, and flagged by a past covariate.
    """
    frame = pd.DataFrame({"unique_id": "series", "ds": task.stamps.astype("datetime64[ns]"), "y": task.scaled_target()})
    past = dict(zip(task.past_names, task.scaled_past().T, strict=True))
    if not task.observed.all():
        frame["available_mask"] = task.observed.astype(np.float32)
        past["observed"] = task.observed.astype(np.float32)
    extra = pd.DataFrame({**past, **dict(zip(clock_names(task), task.calendar().T, strict=True))})
    return pd.concat([frame, extra], axis=1), list(past)


def clock_names(task: Task) -> list[str]:
    """Return the names of what is known ahead."""
    return CLOCK[: task.calendar().shape[1]]


def trained(
    kind: type, task: Task, frame: pd.DataFrame, past: list[str], seconds: float
) -> tuple[NeuralForecast, dict[str, Any]]:
    """Train one model for at most so many seconds; the weights are those of the best validation loss."""
    exogenous = {"futr_exog_list": clock_names(task), "hist_exog_list": past} if kind is not PatchTST else {}
    with tempfile.TemporaryDirectory() as kept:
        model = kind(
            h=task.horizon,
            input_size=task.lookback,
            loss=MQLoss(quantiles=list(task.levels)),
            max_steps=STEPS,
            early_stop_patience_steps=PATIENCE,
            random_seed=task.seed + 1,
            alias=kind.__name__,
            max_time={"seconds": seconds},
            enable_checkpointing=True,
            callbacks=[ModelCheckpoint(dirpath=kept, monitor="ptl/val_loss", save_weights_only=True)],
            num_sanity_val_steps=0,
            logger=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            **exogenous,
            **MODELS[kind],
        )
        fitted = NeuralForecast(models=[model], freq=task.freq)
        end = task.validation_ends()[0]
        fitted.fit(frame[:end], val_size=end - task.train_end)
        network = fitted.models[0]
        for best in Path(kept).glob("*.ckpt"):  # one at most, and none where time was up before the first check
            network.load_state_dict(torch.load(best, weights_only=False, map_location="cpu")["state_dict"])
    checks = {int(step): float(loss) for step, loss in network.valid_trajectories}
    steps = network.train_trajectories[-1][0] if network.train_trajectories else 0
    return fitted, {"steps": int(steps), "kept_of_step": min(checks, key=lambda step: checks[step], default=None)}


def forecasts(model: NeuralForecast, task: Task, frame: pd.DataFrame) -> np.ndarray:
    """Quantiles `[W, H, Q]` in standardised units: each cutoff is a series of `lookback` rows."""
    before = task.cutoffs[:, None] + np.arange(-task.lookback, 0)
    ahead = task.cutoffs[:, None] + np.arange(task.horizon)
    names = np.array([f"{number:06d}" for number in range(len(task.cutoffs))])
    history = frame.iloc[before.ravel()].assign(unique_id=np.repeat(names, task.lookback))
    future = frame.iloc[ahead.ravel()][["ds", *clock_names(task)]].assign(unique_id=np.repeat(names, task.horizon))
    said = model.predict(df=history.reset_index(drop=True), futr_df=future.reset_index(drop=True))
    said = said.sort_values(["unique_id", "ds"])
    values = said[[name for name in said.columns if name not in ("unique_id", "ds")]].to_numpy(float)
    return values.reshape(len(task.cutoffs), task.horizon, len(task.levels))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
