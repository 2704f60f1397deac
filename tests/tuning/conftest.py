"""A search whose trainings cost nothing: losses follow from the settings by a formula, answers from the losses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("optuna", reason="searching needs the extra tune")

from sextet.baselines.history import targets
from sextet.core.panel import Panel
from sextet.core.progress import Silent, Tick
from sextet.core.quantiles import LEVELS
from sextet.data.options import DataOptions
from sextet.data.read import read_panel
from sextet.samples import synthetic
from sextet.specs.presets import parse_members
from sextet.specs.run_config import RunConfig
from sextet.specs.train_config import TrainConfig
from sextet.tuning.bench import Bench
from sextet.tuning.plan import Limits
from sextet.tuning.search import Search

HORIZON, EPOCHS = 6, 8


def gain(spec: Any, train: TrainConfig) -> float:
    """Loss of settings: a linear map helps, a narrow network and a low learning rate harm."""
    loss = 1.0 + 0.1 * (crc32(spec.name.encode()) % 5)
    loss *= 0.9 if spec.skip else 1.0
    loss *= 1.0 + 2.0 / spec.width
    return loss * (1.0 + 0.02 * abs(np.log2(train.learning_rate / 0.002)))


@dataclass
class Formula:
    """Trainings that never happen.

    Attributes:
        loss: of a spec under a training.
        on_weigh: factor of the errors of a spec on `weigh`.
        trained: what was asked for, in order: name, spec and seed.
        stop_after: raises KeyboardInterrupt when so many were done.
    """

    loss: Callable[[Any, TrainConfig], float] = gain
    on_weigh: Callable[[Any], float] = lambda spec: 1.0
    trained: list[tuple[str, Any, int]] = field(default_factory=list)
    stop_after: int | None = None

    def train(self, bench: Bench, job: Any, task: Any, overseer: Any) -> float:
        """Take the place of `Bench._train`."""
        if self.stop_after is not None and len(self.trained) >= self.stop_after:
            raise KeyboardInterrupt
        self.trained.append((job.spec.name, job.spec, task.train.seed))
        loss = float(self.loss(job.spec, task.train))
        for epoch in range(1, task.train.epochs + 1):
            overseer.tick(
                Tick(
                    member=job.spec.name,
                    epoch=epoch,
                    epochs=task.train.epochs,
                    step=1,
                    steps=1,
                    loss=loss,
                    select=loss * (1 + 0.5 / epoch),
                    seconds_left=0.0,
                    judged=True,
                )
            )
        if job.answers is not None and loss < job.below:
            self._answer(bench, job, loss)
        return loss

    def _answer(self, bench: Bench, job: Any, loss: float) -> None:
        truth = np.nan_to_num(targets(bench.ground.prepared, bench.weigh, HORIZON))
        random = np.random.default_rng(crc32(job.spec.name.encode()))
        error = random.normal(0, 0.3, truth.shape) * loss * self.on_weigh(job.spec)
        spread = np.linspace(-0.5, 0.5, len(LEVELS))
        job.answers.parent.mkdir(exist_ok=True)
        np.savez(job.answers, quantiles=((truth + error)[..., None] + spread).astype(np.float32))


@pytest.fixture
def formula(monkeypatch: pytest.MonkeyPatch) -> Iterator[Formula]:
    """The formula in place of every training."""
    made = Formula()
    monkeypatch.setattr("sextet.tuning.jury.POINTS", 600)
    monkeypatch.setattr("os.fsync", lambda handle: None)  # hundreds of lines of journal, each waiting for the disk
    monkeypatch.setattr(Bench, "_train", lambda bench, *arguments: made.train(bench, *arguments))
    yield made


@pytest.fixture(scope="session")
def frame() -> pd.DataFrame:
    """Two hourly series."""
    return synthetic(series=2, rows=700, freq="h", seed=4).drop(columns="spike_label")


@pytest.fixture(scope="session")
def panel(frame: pd.DataFrame) -> Panel:
    """The same, read."""
    return read_panel(frame, DataOptions(), horizon=HORIZON)


def config(members: str = "gru,lstm,rule-based", **options: Any) -> RunConfig:
    """What a search starts from."""
    train = TrainConfig(epochs=EPOCHS, steps=2, batch=16, select_windows=64)
    return RunConfig(horizon=HORIZON, members=parse_members(members), train=train, **options)


def search(panel: Panel, folder: Path, start: RunConfig | None = None, **limits: Any) -> Search:
    """A search that nobody listens to."""
    limits = limits or {"trials": 12}
    return Search(panel, start or config(), folder, Limits(**limits), Silent())
