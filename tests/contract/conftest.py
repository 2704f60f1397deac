"""One small panel, and one tiny training of each member, shared by all contract tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.core.window import WindowBatch, WindowIndex, WindowShape
from sextet.data.prepare import Prepared, prepare, shape
from sextet.data.scale import Scaler
from sextet.data.windows import gather, windows
from sextet.specs.cnn_lstm import CNNLSTMSpec
from sextet.specs.custom import CustomSpec
from sextet.specs.defaults import resolved
from sextet.specs.patchtst import PatchTSTSpec
from sextet.specs.recurrent import GRUSpec, LSTMSpec
from sextet.specs.situation import Situation
from sextet.specs.spike_detector import SpikeDetectorSpec
from sextet.specs.train_config import TrainConfig

LOOKBACK, HORIZON, TRAIN, ROWS = 24, 7, 500, 640
CONFIG = TrainConfig(epochs=3, steps=20, batch=32, learning_rate=5e-3, select_windows=128, ema=0.8, seed=3)


def pointwise(shape: WindowShape) -> Any:
    """A user's model: a linear map of the history to points."""
    import keras

    past = keras.Input((shape.lookback, 1), name="past")
    return keras.Model(past, keras.layers.Dense(shape.horizon)(keras.layers.Flatten()(past)))


def quantilewise(shape: WindowShape) -> Any:
    """A user's model: quantiles that may cross."""
    import keras

    past = keras.Input((shape.lookback, 2), name="past")
    static = keras.Input((shape.static_features,), name="static")
    both = keras.layers.Concatenate()([keras.layers.Flatten()(past), static])
    answer = keras.layers.Dense(shape.horizon * len(shape.levels))(both)
    return keras.Model([past, static], keras.layers.Reshape((shape.horizon, len(shape.levels)))(answer))


SITUATION = Situation(horizon=HORIZON, season=24, length=TRAIN, series=3, rows=3 * TRAIN, covariates=2)
CHOSEN: dict[str, Any] = {
    "lstm": LSTMSpec(lookback=21, segment=4, width=8, dropout=0.1),
    "gru": GRUSpec(lookback=24, segment=1, width=8, layers=2, skip=True),
    "gru-shift": GRUSpec(lookback=24, segment=4, width=8, normalisation="shift", covariates=False),
    "cnn-lstm": CNNLSTMSpec(lookback=24, segment=4, width=8, filters=4, normalisation="last", level_features=False),
    "patchtst": PatchTSTSpec(lookback=24, patch=8, stride=4, width=8, heads=2, layers=1, feed_forward=16),
    "spike-detector": SpikeDetectorSpec(lookback=24, segment=4, width=8),
    "pointwise": CustomSpec(name="pointwise", build=pointwise),
    "quantilewise": CustomSpec(name="quantilewise", build=quantilewise, lookback=12),
}


SPECS = {name: resolved(spec, SITUATION) for name, spec in CHOSEN.items()}


@dataclass(frozen=True)
class Case:
    """A member to be held to the contract, and what it is tried on."""

    name: str
    spec: Any
    prepared: Prepared
    shape: WindowShape
    train: WindowIndex
    select: WindowIndex

    def fit(self, config: TrainConfig = CONFIG, **changes: Any) -> Any:
        from sextet.training.fit import fit_member

        spec = replace(self.spec, **changes)
        return fit_member(spec, self.prepared, self.train, self.select, self.shape, config)

    def network(self, **changes: Any) -> Any:
        """A network with fresh weights, the same ones each time."""
        from sextet.members.registry import member_of
        from sextet.training.fit import seeded

        with seeded(11):
            return member_of(replace(self.spec, **changes)).build(self.shape)

    def batch(self, count: int = 24) -> WindowBatch:
        return gather(self.prepared, self.select.take(slice(0, count)), self.shape)


@pytest.fixture(scope="session")
def prepared() -> Prepared:
    """Three series with a daily season, a gap, spikes and their labels, a past, a future and a static covariate."""
    rng = np.random.default_rng(7)
    hours = np.arange(ROWS)
    spikes = rng.random((3, ROWS)) < 0.04
    y = np.stack([10.0 * (s + 1) + 4 * np.sin(2 * np.pi * hours / 24 + s) for s in range(3)])
    y += rng.normal(0, 0.5, y.shape) + 9.0 * spikes
    y[0, 100:130] = np.nan
    y[1, 520:526] = np.nan
    panel = Panel(
        ids=("a", "b", "c"),
        frequency=Frequency.parse("h"),
        offsets=np.arange(4, dtype=np.int64) * ROWS,
        first=np.full(3, 400_000, dtype=np.int64),
        known=np.full(3, ROWS, dtype=np.int64),
        y=y.ravel(),
        past=rng.normal(size=(3 * ROWS, 1)).astype(np.float32),
        future=rng.normal(size=(3 * ROWS, 1)).astype(np.float32),
        static=np.array([[0.0], [1.0], [2.0]], dtype=np.float32),
        past_names=("wind",),
        future_names=("price",),
        static_names=("site",),
        label=spikes.ravel().astype(np.int8),
    )
    return prepare(panel, Scaler.fit(panel, np.full(3, TRAIN)))


@pytest.fixture(scope="session")
def cases(prepared: Prepared) -> dict[str, Case]:
    """Every member, with the windows it learns from and is judged by."""
    at = np.full(3, TRAIN)
    train = windows(prepared.panel, np.zeros(3, dtype=np.int64), at, HORIZON)
    select = windows(prepared.panel, at, prepared.panel.known, HORIZON)
    sizes = shape(prepared, LOOKBACK, HORIZON)
    return {name: Case(name, spec, prepared, sizes, train, select) for name, spec in SPECS.items()}


@pytest.fixture(params=list(SPECS))
def case(request: pytest.FixtureRequest, cases: dict[str, Case]) -> Case:
    return cases[request.param]


@pytest.fixture(scope="session")
def fitted(cases: dict[str, Case]) -> Callable[[str], Any]:
    """Trains a member once, however many tests ask for it."""

    @cache
    def train(name: str) -> Any:
        return cases[name].fit()

    return train
