"""The task that every system gets, and the answer that every system gives: plain numpy files in folders.

Runs in every environment, so it needs Python and numpy alone.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

PARTS = (0.5, 0.25, 0.25)
"""How validation may be divided in time: choosing and early stopping, combining, calibrating."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One series to forecast from given cutoffs.

    Attributes:
        name: of the data set.
        unit: of the target.
        horizon: steps forecast.
        lookback: most steps of history that a network may look at.
        levels: the quantile levels to answer.
        train_end, validation_end: rows `[0, train_end)` are for training, those up to `validation_end` for validation;
            later ones are the test, of which a forecast may see what lies before its cutoff, and training nothing.
        seconds: wall-clock budget of training.
        cores: processors to use.
        seed: of everything random.
        past_names: of the covariates known up to the cutoff only.
        stamps: `[N]` datetime64[s], regular.
        y: `[N]` target, NaN where missing.
        past: `[N, P]` covariates, NaN where missing.
        cutoffs: `[W]` row of the first step to forecast.
    """

    name: str
    unit: str
    horizon: int
    lookback: int
    levels: tuple[float, ...]
    train_end: int
    validation_end: int
    seconds: float
    cores: int
    seed: int
    past_names: tuple[str, ...]
    stamps: np.ndarray
    y: np.ndarray
    past: np.ndarray
    cutoffs: np.ndarray

    def save(self, folder: Path) -> None:
        """Write it as `task.json` and `task.npz`."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        np.savez(folder / "task.npz", **arrays)
        plain = {field.name: getattr(self, field.name) for field in fields(self) if field.name not in _ARRAYS}
        (folder / "task.json").write_text(json.dumps(plain, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Task:
        """Read what `save` wrote."""
        plain = json.loads((folder / "task.json").read_text(encoding="utf-8"))
        with np.load(folder / "task.npz", allow_pickle=False) as arrays:
            plain |= {name: arrays[name] for name in _ARRAYS}
        return cls(**{**plain, "levels": tuple(plain["levels"]), "past_names": tuple(plain["past_names"])})

    @property
    def freq(self) -> str:
        """Time between two rows as pandas calls it, such as "5min": seasons are told from the largest unit."""
        seconds = int((self.stamps[1] - self.stamps[0]) / np.timedelta64(1, "s"))
        for unit, size in (("D", 86_400), ("h", 3_600), ("min", 60)):
            if seconds % size == 0:
                return f"{seconds // size}{unit}"
        return f"{seconds}s"

    @property
    def observed(self) -> np.ndarray:
        """`[N]` whether the target is there."""
        return np.isfinite(self.y)

    @property
    def median(self) -> int:
        """Position of the median among the levels."""
        return self.levels.index(0.5)

    @property
    def truth(self) -> np.ndarray:
        """`[W, H]` target of each forecast, NaN where missing."""
        return self.y[self.cutoffs[:, None] + np.arange(self.horizon)]

    def validation_ends(self) -> tuple[int, int, int]:
        """End rows of the parts of validation: choosing, combining, calibrating."""
        rows = self.validation_end - self.train_end
        return (
            self.train_end + round(PARTS[0] * rows),
            self.train_end + round((PARTS[0] + PARTS[1]) * rows),
            self.validation_end,
        )

    def windows(self, start: int, end: int, step: int) -> np.ndarray:
        """Cutoffs all of whose targets lie in rows `[start, end)`, every `step` rows."""
        return np.arange(start, end - self.horizon + 1, step)

    def scale(self) -> tuple[float, float]:
        """Mean and standard deviation of the observed training targets."""
        known = self.y[: self.train_end]
        return float(np.nanmean(known)), float(np.nanstd(known)) or 1.0

    def scaled_target(self) -> np.ndarray:
        """`[N]` float32 standardised target, gaps filled from the past only."""
        mean, deviation = self.scale()
        return forward_filled((self.y - mean) / deviation).astype(np.float32)

    def scaled_past(self) -> np.ndarray:
        """`[N, P]` float32 past covariates, standardised by their training rows, gaps filled from the past only."""
        columns = []
        for column in self.past.T:
            known = column[: self.train_end]
            columns.append(forward_filled((column - np.nanmean(known)) / (np.nanstd(known) or 1.0)))
        return np.stack(columns, axis=1).astype(np.float32) if columns else np.zeros((len(self.y), 0), np.float32)

    def clock(self) -> np.ndarray:
        """`[N, 4]` float32 sine and cosine of the time of day and of the week: known ahead."""
        seconds = self.stamps.astype("datetime64[s]").astype(np.int64)
        days = seconds / 86_400
        angles = [2 * np.pi * (days % 1), 2 * np.pi * ((days + 3) % 7) / 7]  # 1970-01-01 was a Thursday
        return np.stack([f(angle) for angle in angles for f in (np.sin, np.cos)], axis=1).astype(np.float32)

    def calendar(self) -> np.ndarray:
        """`[N, C]` the clock for networks that take covariates as they are given: C is 4, or 0 for a series alone.

        A series that comes without covariates goes to other systems alone: given the clock, their networks learned the
        weeks of one person by heart, and NHITS did worse on glucose than repeating the last value.
        """
        return self.clock() if self.past_names else np.zeros((len(self.y), 0), np.float32)


_ARRAYS = ("stamps", "y", "past", "cutoffs")


@dataclass(frozen=True, kw_only=True)
class Account:
    """What a system says about its work.

    Attributes:
        train_seconds: from the data to a system that is ready to forecast; imports not counted.
        predict_seconds: for the forecasts of all cutoffs.
        lookback: most steps of history that a network of it looked at.
        versions: of the packages that matter.
        models: what was trained and how, by name.
        notes: what a reader of the figures should know.
    """

    train_seconds: float
    predict_seconds: float
    lookback: int
    versions: dict[str, str]
    models: dict[str, Any]
    notes: tuple[str, ...] = ()


class Budget:
    """Wall-clock seconds of training; counts from its making."""

    def __init__(self, seconds: float) -> None:
        """Start the clock."""
        self.seconds = seconds
        self.start = time.perf_counter()

    def used(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.start

    def share(self, parts: int, keep: float = 0.0) -> float:
        """Seconds for the next of `parts` equal parts of what is left, with the share `keep` of all left aside."""
        return max((self.seconds * (1 - keep) - self.used()) / parts, 1.0)


def forward_filled(values: np.ndarray) -> np.ndarray:
    """Fill NaN by the last value before it; those before the first value get that one."""
    seen = np.isfinite(values)
    if not seen.any():
        return np.zeros_like(values)
    last = np.maximum.accumulate(np.where(seen, np.arange(len(values)), 0))
    filled = values[last]
    return np.where(np.isfinite(filled), filled, values[seen][0])


def confine(cores: int) -> None:
    """Keep this process, and those it starts, to so many processors; where the system cannot, threads are limited."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])


def versions(*names: str) -> dict[str, str]:
    """Return the installed version of each package."""
    return {name: version(name) for name in names}


def write_answer(folder: Path, task: Task, quantiles: np.ndarray, account: Account) -> None:
    """Write the forecasts `[W, H, Q]` at the task's cutoffs, in its unit, and the account.

    Raises:
        ValueError: the shape is another, or a value is not finite.
    """
    wanted = (len(task.cutoffs), task.horizon, len(task.levels))
    if quantiles.shape != wanted:
        raise ValueError(f"Expected quantiles of shape {wanted}; got {quantiles.shape}.")
    if not np.isfinite(quantiles).all():
        raise ValueError(f"Expected finite quantiles; {int((~np.isfinite(quantiles)).sum())} are not.")
    np.savez_compressed(folder / "forecasts.npz", cutoffs=task.cutoffs, quantiles=quantiles.astype(np.float64))
    (folder / "account.json").write_text(json.dumps(asdict(account), indent=1, default=str), encoding="utf-8")


def read_answer(folder: Path, task: Task) -> tuple[np.ndarray, Account]:
    """Read what `write_answer` wrote.

    Raises:
        ValueError: the forecasts are not those of the task's cutoffs.
    """
    with np.load(folder / "forecasts.npz", allow_pickle=False) as arrays:
        cutoffs, quantiles = arrays["cutoffs"], arrays["quantiles"]
    if not np.array_equal(cutoffs, task.cutoffs):
        raise ValueError(f"The forecasts in {folder} are from other cutoffs than the task's.")
    plain = json.loads((folder / "account.json").read_text(encoding="utf-8"))
    return quantiles, Account(**{**plain, "notes": tuple(plain["notes"])})
