"""The data sets of the comparison, each as the protocol benchmarks read and prove it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from competitors.task import Task
from protocols import appliances, glucose
from protocols.cell import Problem
from sextet.core.quantiles import LEVELS

VALIDATION = 0.2
"""Share of the rows before the test that is for validation."""

LOOKBACK = 12
"""Steps of history a step of the horizon that a network may look at."""


@dataclass(frozen=True, kw_only=True)
class Budgets:
    """What every system gets.

    Attributes:
        minutes: wall-clock for training.
        cores: processors.
        seed: of everything random.
        lookback: most steps of history that a network may look at; None: 12 times the horizon.
    """

    minutes: float
    cores: int
    seed: int = 0
    lookback: int | None = None


def glucose_task(folder: Path, budgets: Budgets) -> Task:
    """One hour ahead on 5-minute readings with gaps; targets that are missing are not scored.

    Raises:
        ProtocolError: the known figures do not come out.
    """
    problem = glucose.load(folder)
    return task_of("glucose", problem, glucose.good_windows(problem.frame["y"].to_numpy(float)), budgets)


def appliances_task(folder: Path, budgets: Budgets) -> Task:
    """Four hours ahead in steps of ten minutes, 26 sensors as past covariates.

    Raises:
        ProtocolError: the file is not there, or its known figures do not come out.
    """
    problem = appliances.load(folder)
    ends = problem.validation_end, problem.test_end
    if ends[0] is None or ends[1] is None:
        raise ValueError("The protocol states no rows of its test.")
    return task_of("appliances", problem, np.arange(ends[0], ends[1] - problem.horizon + 1, problem.step), budgets)


SETS: dict[str, Callable[[Path, Budgets], Task]] = {"glucose": glucose_task, "appliances": appliances_task}


def task_of(name: str, problem: Problem, cutoffs: np.ndarray, budgets: Budgets) -> Task:
    """Put a protocol's problem, one regular series, into a task."""
    problem.proof.check()
    end = problem.validation_end
    if end is None:
        raise ValueError("The protocol states no end of validation.")
    frame, data = problem.frame, problem.data
    stamps = pd.DatetimeIndex(frame[data.time or "ds"]).to_numpy().astype("datetime64[s]")
    if len(np.unique(np.diff(stamps))) != 1:
        raise ValueError(f"{name}: expected one series on a regular grid.")
    past = tuple(data.past)
    return Task(
        name=name,
        unit=problem.unit,
        horizon=problem.horizon,
        lookback=budgets.lookback or LOOKBACK * problem.horizon,
        levels=LEVELS,
        train_end=round(end * (1 - VALIDATION)),
        validation_end=end,
        seconds=60.0 * budgets.minutes,
        cores=budgets.cores,
        seed=budgets.seed,
        past_names=past,
        stamps=stamps,
        y=frame[data.targets[0] if data.targets else "y"].to_numpy(np.float64),
        past=frame[list(past)].to_numpy(np.float64),
        cutoffs=np.asarray(cutoffs, dtype=np.int64),
    )
