"""Trains one neural member: seeded, stopped early on `select`, the best weights kept."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np

from sextet.core.errors import DataError
from sextet.core.window import WindowIndex, WindowShape
from sextet.data.prepare import Prepared
from sextet.members.backend import keras
from sextet.specs.presets import NeuralMemberSpec
from sextet.specs.train_config import TrainConfig
from sextet.training.conditions import ORDINARY, Conditions
from sextet.training.devices.station import station
from sextet.training.feeder import spread_out
from sextet.training.judge import mean_pinball
from sextet.training.keeper import Keeper
from sextet.training.monitor import Monitor
from sextet.training.point_quantiles import add_quantiles, answers_points
from sextet.training.prime import prime
from sextet.training.stopping import Stopping
from sextet.training.trainee import Trainee


@dataclass(frozen=True, kw_only=True)
class FittedMember:
    """A trained network and how it came to be.

    Attributes:
        name: of the member.
        model: the network with its best weights; to be exported.
        history: one entry an epoch: `epoch` from 1, `loss` (training), `select` (mean pinball loss on select, in
            scaled space) and `seconds` (of the epoch); the first may have `step_seconds` (see `Monitor`).
        best_epoch: the epoch whose weights were kept, from 1.
        select: the loss on `select` of the kept weights.
        seconds: wall time of the whole training, building and compiling included, and what was spent before a stop.
        notes: what the user should know, one sentence each.
    """

    name: str
    model: keras.Model
    history: tuple[dict[str, float], ...]
    best_epoch: int
    select: float
    seconds: float
    notes: tuple[str, ...] = ()


def fit_member(
    spec: NeuralMemberSpec,
    prepared: Prepared,
    train_index: WindowIndex,
    select_index: WindowIndex,
    shape: WindowShape,
    config: TrainConfig,
    conditions: Conditions = ORDINARY,
) -> FittedMember:
    """Build and train the member of `spec` on the windows `train_index`, judged on `select_index`.

    The same arguments give the same weights on the same machine. An interrupt (Ctrl-C) leaves by
    KeyboardInterrupt at the next step, with a checkpoint where half a minute was trained; a second one at once.

    Args:
        spec: of the member, every field chosen (see `specs.defaults.resolved`).
        prepared: the data.
        train_index: windows to learn from.
        select_index: windows to judge by.
        shape: of the windows, as the network will see them.
        config: the training budget; lowered where there are few windows.
        conditions: who listens, and on which devices.

    Raises:
        DataError: one of the indices is empty.
        ConfigError: a user's own model does not keep the contract.
        TrainingError: the loss is not a number from the first epoch on.
        ResourceError: not even one window fits into memory.
    """
    for index, part in ((train_index, "train"), (select_index, "select")):
        if not len(index):
            raise DataError(
                f"There is no window in the part {part!r} to fit {spec.name} with: a window needs "
                f"{shape.horizon} known steps there. Give more history, or a shorter horizon."
            )
    start = time.perf_counter()
    progress, place = conditions.progress, station(conditions.compute)
    config = config.for_windows(len(train_index), shape.horizon)
    config = conditions.compute.scaled(config, place.replicas, len(train_index))
    seed = member_seed(config.seed, spec.name)
    judged = spread_out(select_index, config.select_windows)
    with seeded(seed), Stopping() as stopping:
        trainee = Trainee(spec, shape, config, place, progress.note)
        prime(trainee.network, prepared, train_index, select_index, shape, drift=not config.flip)
        trainee.ready()
        feeder = trainee.feeder(prepared, train_index, seed)
        monitor = Monitor(spec.name, prepared, judged, shape, config, progress, trainee.settle)
        keeper = Keeper(conditions.keep, trainee.learner, monitor, progress, stopping)
        trainee.learner.fit(
            feeder.dataset(keeper.epoch * config.steps + keeper.step),
            initial_epoch=keeper.epoch,
            epochs=config.rounds * config.epochs,
            steps_per_epoch=config.steps,
            callbacks=[*callbacks(config, monitor), *keeper.callbacks(spec.name, config.batch)],
            shuffle=False,
            verbose=0,
        )
    network = trainee.network
    network.set_weights(monitor.best_weights)
    select = monitor.best
    if answers_points(network):
        add_quantiles(network, prepared, judged, shape)
        select = mean_pinball(network, prepared, judged, shape)
    seconds = keeper.spent + time.perf_counter() - start
    progress.member_done(spec.name, seconds, select)
    return FittedMember(
        name=spec.name,
        model=network,
        history=tuple(monitor.history),
        best_epoch=monitor.best_epoch,
        select=select,
        seconds=seconds,
        notes=(*trainee.notes, *monitor.notes),
    )


def member_seed(seed: int, name: str) -> int:
    """Return the seed of one member: its weights do not depend on which other members are trained."""
    return (seed * 1_000_003 + crc32(name.encode())) % 2**31


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed everything that Keras draws from; the caller's own random streams go on undisturbed afterwards."""
    state, numpy_state = random.getstate(), np.random.get_state()
    keras.utils.set_random_seed(seed)
    try:
        yield
    finally:
        random.setstate(state)
        np.random.set_state(numpy_state)


def callbacks(config: TrainConfig, monitor: Monitor) -> Sequence[Any]:
    """Return the callbacks in the order they must run: the averaged weights are in place when judged."""
    if config.ema > 0:
        return [keras.callbacks.SwapEMAWeights(swap_on_epoch=True), monitor]
    return [monitor]
