"""Darts, a RegressionEnsembleModel over BlockRNN (LSTM), BlockRNN (GRU), TCN and NHiTS.

    python -m competitors.with_darts TASK OUT

The four answer the task's levels by quantile likelihood. Each is trained with early stopping on the first half of
validation, the best weights kept; the ensemble's regression (of the median) is fitted on the next quarter. The
ensemble itself answers one value a step, so its quantiles lie around it as those of the four do around their medians,
on average, and are then calibrated for each step and level on the last quarter, as Darts' ConformalQRModel does.
"""

from __future__ import annotations

import logging
import sys
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from darts import TimeSeries
from darts.models import BlockRNNModel, NHiTSModel, RegressionEnsembleModel, TCNModel
from darts.utils.likelihood_models.torch import QuantileRegression
from pytorch_lightning.callbacks import EarlyStopping
from sklearn.linear_model import QuantileRegressor

from competitors.task import Account, Budget, Task, confine, versions, write_answer

MODELS: dict[str, tuple[type, dict[str, Any]]] = {
    "NHiTS": (NHiTSModel, {}),
    "TCN": (TCNModel, {"num_filters": 32, "weight_norm": True, "dropout": 0.1}),
    "GRU": (BlockRNNModel, {"model": "GRU", "hidden_dim": 64, "n_rnn_layers": 2, "dropout": 0.1}),
    "LSTM": (BlockRNNModel, {"model": "LSTM", "hidden_dim": 64, "n_rnn_layers": 2, "dropout": 0.1}),
}
"""The library's defaults, but for sizes that are toys there (25 units, 3 filters)."""

BATCH, BATCHES, PATIENCE = 128, 100, 10
"""Windows a step, steps between checks of the validation loss, checks without improvement before a model stops."""

SAMPLES = 100
"""Samples of each model whose median the regression is fitted on."""

KEPT = 0.1
"""Share of the budget kept for the regression and the calibration."""


@dataclass(frozen=True)
class Data:
    """The whole series as Darts wants it: standardised target, past covariates, weights (None: nothing is missing)."""

    target: TimeSeries
    past: TimeSeries
    weights: TimeSeries | None

    @classmethod
    def of(cls, task: Task) -> Data:
        """Fill missing targets forward, give them no weight, and flag them by a covariate."""
        missing = not task.observed.all()
        flags = [task.observed[:, None].astype(np.float32)] if missing else []
        stamps = pd.DatetimeIndex(task.stamps.astype("datetime64[ns]"), freq=task.freq)

        def series(values: np.ndarray) -> TimeSeries:
            return TimeSeries.from_times_and_values(stamps, values)

        return cls(
            target=series(task.scaled_target()[:, None]),
            past=series(np.concatenate([task.scaled_past(), task.calendar(), *flags], axis=1)),
            weights=series(flags[0]) if missing else None,
        )


def main(folder: Path, out: Path) -> None:
    """Train, forecast every cutoff, write both."""
    logging.getLogger("pytorch_lightning").setLevel(logging.WARNING)
    warnings.filterwarnings("ignore")
    task = Task.load(folder)
    confine(task.cores)
    torch.set_num_threads(task.cores)
    budget = Budget(task.seconds)
    data = Data.of(task)
    fitted: dict[str, Any] = {}
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as kept:
        for number, name in enumerate(MODELS):
            begun = budget.used()
            seconds = budget.share(len(MODELS) - number, keep=KEPT)
            fitted[name] = trained(name, task, data, seconds, kept)
            told[name] = {"seconds": round(budget.used() - begun, 1), "share": round(seconds, 1)}
            print(name, told[name], flush=True)
    ensemble = combined(task, data, list(fitted.values()))
    _, first, last = task.validation_ends()
    past = task.windows(first, last, max(task.horizon // 4, 1))
    shifts = calibration(task, said(task, data, ensemble, past), past)
    train_seconds = budget.used()
    predict = Budget(0)
    mean, deviation = task.scale()
    quantiles = (said(task, data, ensemble, task.cutoffs) + shifts) * deviation + mean
    account = Account(
        train_seconds=train_seconds,
        predict_seconds=predict.used(),
        lookback=task.lookback,
        versions=versions("darts", "torch", "pytorch-lightning", "scikit-learn"),
        models=told | {"weights": ensemble.ensemble_model.model.coef_.ravel().round(3).tolist()},
        notes=(
            "the ensemble answers one value a step; its quantiles are spread as its four models' and calibrated by "
            f"split conformal prediction on {len(past)} windows of validation",
        ),
    )
    write_answer(out, task, quantiles, account)


def trained(name: str, task: Task, data: Data, seconds: float, kept: str) -> Any:
    """Train one model for at most so many seconds; the weights are those of the best validation loss."""
    kind, options = MODELS[name]
    model = kind(
        input_chunk_length=task.lookback,
        output_chunk_length=task.horizon,
        likelihood=QuantileRegression(quantiles=list(task.levels)),
        batch_size=BATCH,
        n_epochs=10_000,
        random_state=task.seed,
        model_name=name,
        work_dir=kept,
        save_checkpoints=True,
        force_reset=True,
        pl_trainer_kwargs={
            "accelerator": "cpu",
            "max_time": {"seconds": seconds},
            "limit_train_batches": BATCHES,
            "num_sanity_val_steps": 0,
            "callbacks": [EarlyStopping("val_loss", patience=PATIENCE)],
            "logger": False,
            "enable_progress_bar": False,
            "enable_model_summary": False,
        },
        **options,
    )
    train = slice(0, task.train_end)
    choose = slice(task.train_end - task.lookback, task.validation_ends()[0])
    model.fit(
        data.target[train],
        past_covariates=data.past[train],
        val_series=data.target[choose],
        val_past_covariates=data.past[choose],
        sample_weight=data.weights and data.weights[train],
        val_sample_weight=data.weights and data.weights[choose],
        verbose=False,
    )
    if list((Path(kept) / name / "checkpoints").glob("best-*")):  # none where time was up before the first check
        return kind.load_from_checkpoint(name, work_dir=kept, best=True)
    return model


def combined(task: Task, data: Data, models: list[Any]) -> RegressionEnsembleModel:
    """Fit the ensemble's regression on the third quarter of validation; the models stay as they are."""
    start, end, _ = task.validation_ends()
    points = (end - start) // task.horizon * task.horizon
    ensemble = RegressionEnsembleModel(
        forecasting_models=models,
        regression_train_n_points=points,
        regression_model=QuantileRegressor(quantile=0.5, alpha=0.0, fit_intercept=False),
        regression_train_num_samples=SAMPLES,
        regression_train_samples_reduction="median",
        train_forecasting_models=False,
        train_using_historical_forecasts=True,
        show_warnings=False,
    )
    rows = slice(start - 2 * task.lookback - task.horizon, end)
    ensemble.fit(
        data.target[rows],
        past_covariates=data.past[rows],
        sample_weight=data.weights and data.weights[end - points : end],
    )
    return ensemble


def said(task: Task, data: Data, ensemble: RegressionEnsembleModel, cutoffs: np.ndarray) -> np.ndarray:
    """Quantiles `[W, H, Q]` in standardised units: the ensemble's value, spread as its models' quantiles are.

    The ensemble's own `predict` draws samples of each model, takes their medians and applies its regression. Here the
    regression is applied to the medians that the models answer, which is the same without the noise and the time.
    """
    slices = [slice(cutoff - task.lookback, cutoff) for cutoff in cutoffs.tolist()]
    answers = []
    for model in ensemble.forecasting_models:
        series = model.predict(
            task.horizon,
            series=[data.target[rows] for rows in slices],
            past_covariates=[data.past[rows] for rows in slices],
            predict_likelihood_parameters=True,
            verbose=False,
        )
        answers.append(np.sort(np.stack([one.values() for one in series]), axis=-1))
    medians = np.stack([quantiles[..., task.median] for quantiles in answers], axis=-1)
    centre = medians @ ensemble.ensemble_model.model.coef_.ravel()
    return centre[..., None] + np.mean(answers, axis=0) - medians.mean(axis=-1)[..., None]


def calibration(task: Task, quantiles: np.ndarray, cutoffs: np.ndarray) -> np.ndarray:
    """What is added to each quantile `[H, Q]` so that it holds on these windows; the median stays."""
    mean, deviation = task.scale()
    truth = (task.y[cutoffs[:, None] + np.arange(task.horizon)] - mean) / deviation
    shifts = np.zeros(quantiles.shape[1:])
    for place, level in enumerate(task.levels):
        if place != task.median:
            shifts[:, place] = np.nanquantile(truth - quantiles[..., place], level, axis=0)
    return shifts


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
