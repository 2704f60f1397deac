"""A small panel and what is trained on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.core.window import WindowIndex, WindowShape
from sextet.data.prepare import Prepared, prepare, shape
from sextet.data.scale import Scaler
from sextet.data.windows import windows
from sextet.specs.defaults import resolved
from sextet.specs.recurrent import GRUSpec
from sextet.specs.situation import Situation
from sextet.specs.train_config import TrainConfig

HORIZON, TRAIN, ROWS = 4, 300, 400
SITUATION = Situation(horizon=HORIZON, season=7, length=TRAIN, series=2)


@dataclass(frozen=True)
class Setting:
    """What `fit_member` takes, sized to train in a few seconds."""

    prepared: Prepared
    train: WindowIndex
    select: WindowIndex
    shape: WindowShape
    spec: GRUSpec
    config: TrainConfig


def build_setting() -> Setting:
    rng = np.random.default_rng(5)
    y = np.sin(np.arange(2 * ROWS) / 4) + rng.normal(0, 0.2, 2 * ROWS)
    y[50:60] = np.nan
    nothing = np.zeros((2 * ROWS, 0), dtype=np.float32)
    panel = Panel(
        ids=("a", "b"),
        frequency=Frequency.parse("D"),
        offsets=np.array([0, ROWS, 2 * ROWS]),
        first=np.array([15_000, 15_000]),
        known=np.array([ROWS, ROWS]),
        y=y,
        past=nothing,
        future=nothing,
        static=np.zeros((2, 0), dtype=np.float32),
    )
    prepared = prepare(panel, Scaler.fit(panel, np.array([TRAIN, TRAIN])))
    bounds = np.array([TRAIN, TRAIN])
    return Setting(
        prepared=prepared,
        train=windows(panel, np.zeros(2, dtype=np.int64), bounds, HORIZON),
        select=windows(panel, bounds, panel.known, HORIZON),
        shape=shape(prepared, 12, HORIZON),
        spec=resolved(GRUSpec(lookback=12, segment=4, width=4, dropout=0.0), SITUATION),  # type: ignore[arg-type]
        config=TrainConfig(epochs=2, steps=3, batch=8, select_windows=32, ema=0.0, seed=1),
    )


@pytest.fixture(scope="session")
def setting() -> Setting:
    return build_setting()
