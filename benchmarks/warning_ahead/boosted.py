"""The rival: a gradient-boosted classifier, tuned on validation, in a process and an environment of its own."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from competitors.systems import System, environment, run
from sextet.core.window import WindowIndex
from sextet.data.windows import windows
from warning_ahead.features import features
from warning_ahead.replay import labels

LIGHTGBM = System(
    name="lightgbm",
    label="LightGBM, 50 trials",
    module="warning_ahead.with_lightgbm",
    requirements=Path(__file__).with_name("lightgbm.txt"),
)
MOST_PAIRS = 80_000
TRIALS = 50


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Steps of windows, one by one.

    Attributes:
        series, row: `[n]` of the windows, row of the first target.
        step: `[n]`.
        label: `[n]` 1 spike, 0 none.
        weight: `[n]` steps that each stands for.
    """

    series: NDArray[np.int64]
    row: NDArray[np.int64]
    step: NDArray[np.int64]
    label: NDArray[np.float64]
    weight: NDArray[np.float64]

    @classmethod
    def of(cls, panel: Any, index: WindowIndex, horizon: int) -> Pairs:
        """Every step of the windows whose target was observed."""
        label = labels(panel, index, horizon)
        window, step = np.nonzero(np.isfinite(label))
        return cls(
            series=index.series[window].astype(np.int64),
            row=index.row[window],
            step=step.astype(np.int64),
            label=label[window, step],
            weight=np.ones(len(step)),
        )

    def __len__(self) -> int:
        """Number of pairs."""
        return len(self.row)

    def take(self, which: NDArray[Any]) -> Pairs:
        """Those at positions `which`."""
        return Pairs(**{name: value[which] for name, value in vars(self).items()})


def drawn(pairs: Pairs, aligned: NDArray[np.bool_], most: int, seed: int) -> Pairs:
    """Draw about `most` pairs: all spikes and all of windows at the test's phase first, of the others as many as fit.

    Each that is drawn of the others weighs as many as it stands for.
    """
    if len(pairs) <= most:
        return pairs
    chance = np.random.default_rng(seed)
    spike = pairs.label > 0
    share = np.ones(len(pairs))
    room = float(most)
    for group in (aligned & spike, ~aligned & spike, aligned & ~spike, ~aligned & ~spike):
        share[group] = min(1.0, max(room, 0.0) / max(int(group.sum()), 1))
        room -= float((share * group).sum())
    kept = np.flatnonzero(chance.random(len(pairs)) < share)
    some = pairs.take(kept)
    return Pairs(**{**vars(some), "weight": 1.0 / share[kept]})


def write_task(work: Any, ground: Any, folder: Path, *, most: int = MOST_PAIRS, trials: int = TRIALS) -> None:
    """Write what the classifier gets: pairs to learn from, validation, and the test windows fold by fold.

    It learns from windows of the training part, as the members do; is tuned on the windows of validation, cutoffs
    as far apart as in the test; and with what was found is fitted anew before each fold on all that is known then.

    Args:
        work: the backtest.
        ground: of its first fold; labels are fixed there.
        folder: where to.
        most: pairs to learn from in tuning; more where a fold knows more.
        trials: of the search.
    """
    folder.mkdir(parents=True, exist_ok=True)
    panel, horizon, split, plan = ground.panel, ground.shape.horizon, ground.split, work.plan
    last = plan.splits[-1].calibrate  # before it all is known to the last fit
    start = np.minimum(np.full_like(last, ground.shape.lookback), last)
    every = Pairs.of(panel, windows(panel, start, last, horizon), horizon)
    daily = plan.step % panel.frequency.season == 0  # one cutoff a day: the hour of the cutoff matters

    def aligned(pairs: Pairs) -> NDArray[np.bool_]:
        within = pairs.row - panel.offsets[pairs.series]
        return (split.calibrate[pairs.series] - within) % plan.step == 0

    most = round(most * float(last.sum() / split.train.sum()))
    pool = drawn(every, aligned(every) & daily, most, work.config.seed)
    end = pool.row - panel.offsets[pool.series] + pool.step
    x, names = features(ground, pool.series, pool.row, pool.step)
    np.savez(
        folder / "pool.npz",
        x=x,
        y=pool.label,
        weight=pool.weight,
        aligned=aligned(pool),
        train=end < split.train[pool.series],
        since=sum((end >= part.calibrate[pool.series]).astype(np.int64) for part in plan.splits),
    )
    first = split.train + (split.calibrate - split.train) % plan.step
    told = Pairs.of(panel, windows(panel, first, split.calibrate, horizon, step=plan.step), horizon)
    np.savez(folder / "validation.npz", x=features(ground, told.series, told.row, told.step)[0], y=told.label)
    for number in range(len(plan)):
        index = plan.windows(panel, number)
        series = np.repeat(index.series.astype(np.int64), horizon)
        row, step = np.repeat(index.row, horizon), np.tile(np.arange(horizon), len(index))
        np.savez(folder / f"fold-{number:03d}.npz", x=features(ground, series, row, step)[0])
    asked = {"names": names, "folds": len(plan), "daily": daily, "seed": work.config.seed, "trials": trials}
    (folder / "task.json").write_text(json.dumps(asked, indent=1))


def searched_by(folder: Path, seed: int) -> Path:
    """Return the folder of the same task with another seed of the search; one that is there is kept."""
    other = folder.with_name(f"{folder.name}.search{seed}")
    if not (other / "task.json").is_file():
        shutil.rmtree(other, ignore_errors=True)
        shutil.copytree(folder, other, ignore=shutil.ignore_patterns("task.json"))
        asked = json.loads((folder / "task.json").read_text())
        (other / "task.json").write_text(json.dumps({**asked, "seed": seed}, indent=1))
    return other


def answered(folder: Path, horizon: int) -> tuple[NDArray[np.float64], dict[str, Any]]:
    """Return the probabilities `[W, H]` of all test windows, and the account of the search."""
    files = sorted(folder.glob("said-*.npy"))
    said = np.concatenate([np.load(file) for file in files]).reshape(-1, horizon)
    return said, json.loads((folder / "account.json").read_text())


def classify(task: Path, environments: Path, cores: int) -> Path:
    """Tune and fit on the task in the folder `task`; return the folder of the answer. One that is there is kept.

    Raises:
        SystemFailed: the environment could not be set up, or the process failed.
    """
    out = task.with_name(f"{task.name}-said")
    if not (out / "account.json").is_file():
        out.mkdir(parents=True, exist_ok=True)
        run(environment(LIGHTGBM, environments), LIGHTGBM, task, out, cores)
    return out
