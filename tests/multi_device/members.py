"""Trains every neural member on so many logical CPU devices, and writes what came of it; a program of `test_members`.

    python members.py COUNT FOLDER

TensorFlow divides a device only before it is first used, so each count has a process of its own.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np

from sextet.core.window import WindowShape
from sextet.data.windows import gather
from sextet.members.backend import keras, tf
from sextet.members.registry import member_of
from sextet.specs.cnn_lstm import CNNLSTMSpec
from sextet.specs.compute_config import ComputeConfig
from sextet.specs.defaults import resolved
from sextet.specs.patchtst import PatchTSTSpec
from sextet.specs.recurrent import GRUSpec, LSTMSpec
from sextet.specs.spike_detector import SpikeDetectorSpec
from sextet.specs.train_config import TrainConfig
from sextet.training.catch_up import write_weights
from sextet.training.conditions import Conditions
from sextet.training.devices.station import station
from sextet.training.export import export_onnx
from sextet.training.feeder import Feeder, network_inputs
from sextet.training.fit import fit_member, seeded
from sextet.training.learner import Learner
from sextet.training.optimiser import GivenSums
from sextet.training.trainee import Trainee


class SharedSGD(GivenSums, keras.optimizers.SGD):
    """Gradient descent: its steps are proportional to the gradients."""


SPECS = (
    LSTMSpec(lookback=12, segment=4, width=4, dropout=0.0),
    GRUSpec(lookback=12, segment=4, width=4, dropout=0.0),
    CNNLSTMSpec(lookback=12, segment=4, width=4, filters=2, dropout=0.0),
    PatchTSTSpec(lookback=12, patch=4, stride=2, width=4, heads=2, layers=1, feed_forward=4, dropout=0.0),
    SpikeDetectorSpec(lookback=12, segment=4, width=4, dropout=0.0),
)
COMPUTE = ComputeConfig(precision="float32", communication="one")


def load(name: str, path: Path) -> Any:
    """Return the module of a file that is no part of a package."""
    found = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(found)  # type: ignore[arg-type]
    sys.modules[name] = module
    found.loader.exec_module(module)  # type: ignore[union-attr]
    return module


SHARED = load("training_setting", Path(__file__).parents[1] / "training" / "conftest.py")


def specs() -> dict[str, Any]:
    """Every neural member, small and without dropout."""
    return {spec.name: resolved(spec, SHARED.SITUATION) for spec in SPECS}


def descend(spec: Any, setting: Any, strategy: Any, batch: int = 16) -> tuple[list[float], Any]:
    """Two epochs of plain gradient descent; 16 windows cannot be cut into three equal parts."""
    with strategy.scope(), seeded(3):
        network = member_of(spec).build(setting.shape)
        descent = SharedSGD(0.1)
    learner = Learner(network, setting.shape.levels, 1.0, strategy=strategy)
    learner.compile(optimizer=descent, jit_compile=False)
    feeder = Feeder(setting.prepared, setting.train, setting.shape, steps=2, batch=batch, seed=1)
    data = learner.fed_by(feeder).dataset()
    run = learner.fit(data, epochs=2, steps_per_epoch=2, shuffle=False, verbose=0)
    return run.history["loss"], np.concatenate([np.ravel(value) for value in network.get_weights()])


def sample(setting: Any, count: int = 12) -> Any:
    """Windows to be answered."""
    return gather(setting.prepared, setting.select.take(slice(0, count)), setting.shape)


def on_all(network: Any, inputs: dict[str, Any], strategy: Any) -> Any:
    """Quantiles of windows that the replicas share, each its own, in their order."""
    count = strategy.num_replicas_in_sync
    parts = {name: np.split(values, count) for name, values in inputs.items()}

    def mine(context: Any) -> Any:
        number = context.replica_id_in_sync_group
        return {name: tf.constant(values[number]) for name, values in parts.items()}

    spread = strategy.experimental_distribute_values_from_function(mine)
    answers = strategy.run(lambda windows: network(windows, training=False)["quantiles"], args=(spread,))
    return np.concatenate([np.asarray(one) for one in strategy.experimental_local_results(answers)])


def trained(spec: Any, setting: Any, shape: WindowShape, folder: Path) -> dict[str, Any]:
    """Train as a run does, AdamW with averages and clipping; answer on all devices and on one; write the weights."""
    where = station(COMPUTE)
    config = TrainConfig(epochs=2, steps=2, batch=16, ema=0.8, clip=0.01, learning_rate=5e-3, flip=False)
    with seeded(3):
        trainee = Trainee(spec, shape, config, where)
        trainee.ready()
        trainee.learner.fit(
            trainee.feeder(setting.prepared, setting.train, 1).dataset(),
            epochs=2,
            steps_per_epoch=2,
            shuffle=False,
            verbose=0,
        )
    windows = sample(setting)
    inputs = network_inputs(windows, shape)
    everywhere = on_all(trainee.learner.network, inputs, where.strategy)
    plain = trainee.settle()
    write_weights(plain, folder / f"{spec.name}.weights.npz")
    export_onnx(plain, folder / f"{spec.name}.onnx", windows)
    alone = np.asarray(plain.predict_on_batch(inputs)["quantiles"])
    return {f"{spec.name}.everywhere": everywhere, f"{spec.name}.alone": alone}


def main() -> None:
    count, folder = int(sys.argv[1]), Path(sys.argv[2])
    if count > 1:
        os.environ["SEXTET_LOGICAL_CPUS"] = str(count)
    setting, strategy = SHARED.build_setting(), station(COMPUTE).strategy
    found: dict[str, Any] = {"replicas": strategy.num_replicas_in_sync}
    for name, spec in specs().items():
        found[f"{name}.loss"], found[f"{name}.weights"] = descend(spec, setting, strategy)
    if count != 2:
        for name in ("patchtst", "spike-detector"):
            found |= trained(specs()[name], setting, setting.shape, folder)
    if count == 3:
        # the whole way of a member: primed, with dropout, judged and its best weights kept
        spec = resolved(GRUSpec(lookback=12, segment=4, width=4, dropout=0.2, skip=True), SHARED.SITUATION)
        member = fit_member(
            spec,
            setting.prepared,
            setting.train,
            setting.select,
            setting.shape,
            TrainConfig(epochs=2, steps=2, batch=16, ema=0.8, select_windows=32),
            Conditions(compute=COMPUTE),
        )
        found["whole.history"] = [row["select"] for row in member.history]
        found["whole.select"] = member.select
    np.savez(folder / f"{count}.npz", **found)


if __name__ == "__main__":
    main()
    os._exit(0)  # all is written; threads of TensorFlow may crash while an interpreter is taken down
