"""One small run, trained once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sextet.app.requests import TrainRequest
from sextet.core.progress import Tick
from sextet.samples import synthetic

HORIZON = 6


class Listener:
    """Records what a training told."""

    def __init__(self) -> None:
        self.stages: list[str] = []
        self.ticks: list[Tick] = []
        self.done: list[str] = []
        self.notes: list[str] = []

    def stage(self, text: str) -> None:
        """Record."""
        self.stages.append(text)

    def tick(self, tick: Tick) -> None:
        """Record."""
        self.ticks.append(tick)

    def member_done(self, member: str, seconds: float, select: float) -> None:
        """Record."""
        self.done.append(member)

    def note(self, text: str) -> None:
        """Record."""
        self.notes.append(text)


@pytest.fixture(scope="session")
def frame() -> pd.DataFrame:
    """Three hourly series with spikes and gaps, the last one shorter."""
    made = synthetic(series=3, rows=700, freq="h", seed=4).drop(columns="spike_label")
    made.loc[made.index[100:110], "y"] = float("nan")
    last = made["unique_id"].iloc[-1]
    start = made["ds"].iloc[0] + pd.Timedelta(hours=150)
    return made[(made["unique_id"] != last) | (made["ds"] >= start)].reset_index(drop=True)


def request(frame: pd.DataFrame, out: Path, members: str = "gru,spike-detector,rule-based") -> TrainRequest:
    """A training that takes seconds."""
    return TrainRequest(
        source=frame, horizon=HORIZON, out=out, members=members, lookback=24, epochs=1, batch=32, quick=True, seed=3
    )


@pytest.fixture(scope="session")
def listener() -> Listener:
    """What the training of `run` told."""
    return Listener()


@pytest.fixture(scope="session")
def run(frame: pd.DataFrame, listener: Listener, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run with two networks and the Rule-Based member."""
    pytest.importorskip("tensorflow", reason="training needs the extra train")
    from sextet.app.train import train

    out = tmp_path_factory.mktemp("runs") / "run"
    train(request(frame, out), listener)
    return out
