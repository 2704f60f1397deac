"""sextet as it ships: default configuration, `app.train` and the run it leaves.

    python -m competitors.with_sextet TASK OUT

The run is trained on the rows before the test alone. Its forecasts are those of the shipped combination: the
calibration follows the targets that have passed before a cutoff, as `sextet forecast` and `sextet update` do.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from competitors.task import Account, Budget, Task, confine, versions, write_answer
from sextet.app.requests import TrainRequest
from sextet.app.train import train
from sextet.cli.output import console
from sextet.cli.progress import Lines
from sextet.core.window import WindowIndex
from sextet.data.options import DataOptions
from sextet.data.read import read_panel
from sextet.runtime.run import Run

QUICK_BELOW = 300.0
"""Budgets of fewer seconds, for trying things out, train with `--quick`."""


def main(folder: Path, out: Path) -> None:
    """Train, forecast every cutoff, write both."""
    task = Task.load(folder)
    confine(task.cores)
    frame = pd.DataFrame({"unique_id": "series", "ds": task.stamps.astype("datetime64[ns]"), "y": task.y})
    frame = pd.concat([frame, pd.DataFrame(task.past, columns=list(task.past_names))], axis=1)
    data = DataOptions(past=task.past_names)
    quick = task.seconds < QUICK_BELOW
    budget = Budget(task.seconds)
    result = train(
        TrainRequest(
            source=frame[: task.validation_end],
            horizon=task.horizon,
            out=out / "run",
            data=data,
            seed=task.seed,
            quick=quick,
            train_end=task.train_end,
            validation_end=task.validation_end,
            test=0.0,
            unit=task.unit,
            title=task.name,
        ),
        Lines(console(stderr=True)),
    )
    trained = budget.used()
    predict = Budget(0)
    run = Run.load(result.run)
    cutoffs = task.cutoffs.astype(np.int64)
    index = WindowIndex(series=np.zeros(len(cutoffs), dtype=np.int32), row=cutoffs)
    forecast = run.answer(read_panel(frame, data, horizon=task.horizon), index)
    if forecast.levels != task.levels:
        raise SystemExit(f"Expected forecasts at the levels {task.levels}; the run answers {forecast.levels}.")
    account = Account(
        train_seconds=trained,
        predict_seconds=predict.used(),
        lookback=max(getattr(spec, "lookback", 0) or 0 for spec in run.config.members),
        versions=versions("sextet", "keras", "tensorflow", "onnxruntime"),
        models={"stages": result.seconds, "members": [spec.name for spec in run.config.members]},
        notes=("trained with --quick: the budget is for trying things out",) if quick else (),
    )
    write_answer(out, task, forecast.quantiles, account)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
