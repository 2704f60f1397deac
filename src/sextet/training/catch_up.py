"""Trains a fitted member on: a few epochs on everything known by now, at a lower learning rate.

Early stopping, weights and calibration need rows that a member was not trained on, so its training ends where
validation begins: in a series that changes, well before the forecasts. Once they are learned, those rows can teach
too. The rows of validation being seen then, nothing is chosen any more: the epochs are fixed.
"""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from sextet.core.errors import TrainingError
from sextet.core.files import write_bytes
from sextet.core.window import WindowIndex, WindowShape
from sextet.data.prepare import Prepared
from sextet.members.backend import keras
from sextet.specs.presets import NeuralMemberSpec
from sextet.specs.run_config import RunConfig
from sextet.training.devices.station import station
from sextet.training.fit import member_seed, seeded
from sextet.training.trainee import Trainee

RATE = 1 / 3
"""Learning rate at its peak, as a share of that of the first training."""


def catch_up(
    spec: NeuralMemberSpec,
    weights: list[Any],
    prepared: Prepared,
    index: WindowIndex,
    shape: WindowShape,
    config: RunConfig,
    *,
    turn: int = 0,
) -> keras.Model:
    """Return the network of `spec`, trained on from `weights` for `config.train.catch_up` epochs.

    Args:
        spec: of the member, as it was trained.
        weights: of the network, as `read_weights` gives them.
        prepared: the data.
        index: windows to learn from: all whose targets are known by now.
        shape: of the windows.
        config: the training budget, and on which devices.
        turn: how often the member was trained on before; other windows are drawn each time.

    Raises:
        TrainingError: the loss is not a number; the member it was before is still there.
        ResourceError: not even one window fits into memory.
    """
    place = station(config.compute)
    budget = config.compute.scaled(config.train.for_windows(len(index), shape.horizon), place.replicas, len(index))
    budget = replace(budget, epochs=budget.catch_up, rounds=1, learning_rate=RATE * budget.learning_rate)
    seed = member_seed(config.seed + 1 + turn, spec.name)
    with seeded(seed):
        trainee = Trainee(spec, shape, budget, place)
        trainee.network.set_weights(weights)
        trainee.ready()
        averaging = [keras.callbacks.SwapEMAWeights(swap_on_epoch=True)] if budget.ema > 0 else []
        history = trainee.learner.fit(
            trainee.feeder(prepared, index, seed).dataset(),
            epochs=budget.epochs,
            steps_per_epoch=budget.steps,
            callbacks=averaging,
            shuffle=False,
            verbose=0,
        )
    if not np.isfinite(history.history["loss"][-1]):
        raise TrainingError(
            f"The loss of {spec.name} was not a number while it was trained on. Try a lower learning rate than "
            f"{budget.learning_rate:g}, or no catching up."
        )
    return trainee.settle()


def write_weights(network: keras.Model, path: Path) -> None:
    """Write the weights of `network` to an npz file, in its own order."""
    buffer = io.BytesIO()
    np.savez(buffer, *network.get_weights())
    write_bytes(path, buffer.getvalue())


def read_weights(path: Path) -> list[Any]:
    """Read what `write_weights` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        return [stored[f"arr_{k}"] for k in range(len(stored.files))]
