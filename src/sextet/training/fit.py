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
from sextet.core.progress import Progress, Silent
from sextet.core.window import WindowIndex, WindowShape
from sextet.data.prepare import Prepared
from sextet.members.backend import keras, tf
from sextet.members.registry import member_of
from sextet.specs.presets import NeuralMemberSpec
from sextet.specs.train_config import TrainConfig
from sextet.training.feeder import Feeder, spread_out
from sextet.training.judge import mean_pinball
from sextet.training.learner import Learner
from sextet.training.monitor import Monitor
from sextet.training.point_quantiles import add_quantiles, answers_points
from sextet.training.prime import prime

SILENT = Silent()


@dataclass(frozen=True, kw_only=True)
class FittedMember:
    """A trained network and how it came to be.

    Attributes:
        name: of the member.
        model: the network with its best weights; to be exported.
        history: one entry an epoch: `epoch` from 1, `loss` (training), `select` (mean pinball loss on select, in
            scaled space) and `seconds` (of the epoch).
        best_epoch: the epoch whose weights were kept, from 1.
        select: the loss on `select` of the kept weights.
        seconds: wall time of the whole training, building and compiling included.
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
    progress: Progress = SILENT,
) -> FittedMember:
    """Build and train the member of `spec` on the windows `train_index`, judged on `select_index`.

    The same arguments give the same weights on the same machine. An interrupt (Ctrl-C) leaves by
    KeyboardInterrupt at the next step.

    Args:
        spec: of the member, every field chosen (see `specs.defaults.resolved`).
        prepared: the data.
        train_index: windows to learn from.
        select_index: windows to judge by.
        shape: of the windows, as the network will see them.
        config: the training budget; lowered where there are few windows.
        progress: told of every epoch and a few times a second in between.

    Raises:
        DataError: one of the indices is empty.
        ConfigError: a user's own model does not keep the contract.
        TrainingError: the loss is not a number from the first epoch on.
    """
    for index, part in ((train_index, "train"), (select_index, "select")):
        if not len(index):
            raise DataError(
                f"There is no window in the part {part!r} to fit {spec.name} with: a window needs "
                f"{shape.horizon} known steps there. Give more history, or a shorter horizon."
            )
    start = time.perf_counter()
    config = config.for_windows(len(train_index), shape.horizon)
    seed = member_seed(config.seed, spec.name)
    with seeded(seed):
        network = member_of(spec).build(shape)
        prime(network, prepared, train_index, select_index, shape, drift=not config.flip)
        learner = Learner(network, shape.levels, config.emphasis)
        learner.compile(optimizer=optimizer(config), jit_compile=compiled())
        feeder = Feeder(
            prepared,
            train_index,
            shape,
            steps=config.steps,
            batch=config.batch,
            seed=seed,
            flip=bool(config.flip),
        )
        judged = spread_out(select_index, config.select_windows)
        monitor = Monitor(spec.name, prepared, judged, shape, config, progress)
        learner.fit(
            feeder.dataset(),
            epochs=config.epochs,
            steps_per_epoch=config.steps,
            callbacks=callbacks(config, monitor),
            shuffle=False,
            verbose=0,
        )
    network.set_weights(monitor.best_weights)
    select = monitor.best
    if answers_points(network):
        add_quantiles(network, prepared, judged, shape)
        select = mean_pinball(network, prepared, judged, shape)
    seconds = time.perf_counter() - start
    progress.member_done(spec.name, seconds, select)
    return FittedMember(
        name=spec.name,
        model=network,
        history=tuple(monitor.history),
        best_epoch=monitor.best_epoch,
        select=select,
        seconds=seconds,
        notes=tuple(monitor.notes),
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


def compiled() -> str | bool:
    """Whether networks are compiled by XLA: as Keras sees fit on a GPU; never on a CPU.

    On two CPU cores XLA makes a step of the recurrent members four times slower, and compiling twice as long.
    """
    return "auto" if tf.config.list_physical_devices("GPU") else False


def optimizer(config: TrainConfig) -> keras.optimizers.Optimizer:
    """Adam with decoupled weight decay, a linear warm-up and a cosine down to 2 % of the peak."""
    total = config.epochs * config.steps
    warm = min(round(config.warmup * config.steps), total - 1)
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0 if warm else config.learning_rate,
        decay_steps=total - warm,
        alpha=0.02,
        warmup_target=config.learning_rate if warm else None,
        warmup_steps=warm,
    )
    return keras.optimizers.AdamW(
        schedule,
        weight_decay=config.weight_decay,
        global_clipnorm=config.clip or None,
        use_ema=config.ema > 0,
        ema_momentum=config.ema or 0.99,
    )


def callbacks(config: TrainConfig, monitor: Monitor) -> Sequence[Any]:
    """Return the callbacks in the order they must run: the averaged weights are in place when judged."""
    if config.ema > 0:
        return [keras.callbacks.SwapEMAWeights(swap_on_epoch=True), monitor]
    return [monitor]
