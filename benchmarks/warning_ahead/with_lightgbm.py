"""LightGBM, tuned by Optuna; runs in an environment of its own, which has numpy and these two.

python -m warning_ahead.with_lightgbm TASK OUT
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import optuna

ROUNDS, PATIENCE = 600, 40
"""Most trees, and trees without a better average precision on validation after which a trial ends."""


def main(folder: Path, out: Path) -> None:
    """Search, fit before each fold, and answer its windows."""
    asked = json.loads((folder / "task.json").read_text())
    pool, validation = (dict(np.load(folder / f"{name}.npz")) for name in ("pool", "validation"))
    begun = time.perf_counter()
    train = pool["train"]

    def objective(trial: optuna.Trial) -> float:
        chosen = suggested(trial, asked["seed"])
        rows = train & (pool["aligned"] if only_aligned(trial, asked) else True)
        data = lgb.Dataset(pool["x"][rows], pool["y"][rows], weight=pool["weight"][rows])
        found: dict[str, Any] = {}
        booster = lgb.train(
            chosen,
            data,
            ROUNDS,
            valid_sets=[lgb.Dataset(validation["x"], validation["y"], reference=data)],
            callbacks=[lgb.early_stopping(PATIENCE, verbose=False), lgb.record_evaluation(found)],
        )
        trial.set_user_attr("rounds", booster.best_iteration)
        print(trial.number, booster.best_score["valid_0"]["average_precision"], booster.best_iteration, flush=True)
        return float(booster.best_score["valid_0"]["average_precision"])

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=asked["seed"]))
    study.optimize(objective, n_trials=asked["trials"])
    best = study.best_trial
    searched = time.perf_counter() - begun
    for number in range(asked["folds"]):
        rows = (pool["since"] <= number) & (pool["aligned"] if only_aligned(best, asked) else True)
        data = lgb.Dataset(pool["x"][rows], pool["y"][rows], weight=pool["weight"][rows])
        rounds = max(1, round(best.user_attrs["rounds"]))
        booster = lgb.train(suggested(best, asked["seed"]), data, rounds)
        x = np.load(folder / f"fold-{number:03d}.npz")["x"]
        np.save(out / f"said-{number:03d}.npy", booster.predict(x))
    account = {
        "validation": best.value,
        "chosen": {**best.params, "rounds": best.user_attrs["rounds"]},
        "trials": len(study.trials),
        "features": len(asked["names"]),
        "pairs": int(train.sum()),
        "seconds": {"search": searched, "in all": time.perf_counter() - begun},
        "versions": {name: version(name) for name in ("lightgbm", "optuna", "numpy")},
    }
    (out / "account.json").write_text(json.dumps(account, indent=1))


def only_aligned(trial: Any, asked: dict[str, Any]) -> bool:
    """Whether to learn from windows at the test's hour alone; asked only where the test has one."""
    if not asked["daily"]:
        return False
    if isinstance(trial, optuna.Trial):
        return bool(trial.suggest_categorical("aligned", [True, False]))
    return bool(trial.params["aligned"])


def suggested(trial: Any, seed: int) -> dict[str, Any]:
    """Parameters of a trial: suggested while it runs, those it had once it is done."""
    fixed = {
        "objective": "binary",
        "metric": "average_precision",
        "verbosity": -1,
        "max_bin": 63,
        "bagging_freq": 1,
        "force_col_wise": True,
        "deterministic": True,
        "seed": seed,
        "num_threads": 0,
    }
    if not isinstance(trial, optuna.Trial):
        return {**fixed, **{name: value for name, value in trial.params.items() if name != "aligned"}}
    return {
        **fixed,
        "num_leaves": trial.suggest_int("num_leaves", 4, 96, log=True),
        "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.2, log=True),
        "min_child_samples": trial.suggest_int("min_child_samples", 5, 500, log=True),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.1, 1.0),
        "bagging_fraction": trial.suggest_float("bagging_fraction", 0.4, 1.0),
        "lambda_l1": trial.suggest_float("lambda_l1", 1e-3, 30.0, log=True),
        "lambda_l2": trial.suggest_float("lambda_l2", 1e-3, 100.0, log=True),
        "min_gain_to_split": trial.suggest_float("min_gain_to_split", 1e-4, 3.0, log=True),
        "scale_pos_weight": trial.suggest_float("scale_pos_weight", 1.0, 30.0, log=True),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
