"""Builds and trains members under MirroredStrategy on two logical CPUs; run by test_replicas in a process of its own.

TensorFlow divides a device only before it is first used.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
sys.path.insert(0, str(Path(__file__).parent))

import numpy as np

from conftest import SITUATION, build_setting
from sextet.members.backend import tf
from sextet.members.registry import member_of
from sextet.specs.cnn_lstm import CNNLSTMSpec
from sextet.specs.defaults import resolved
from sextet.specs.patchtst import PatchTSTSpec
from sextet.specs.recurrent import GRUSpec, LSTMSpec
from sextet.specs.spike_detector import SpikeDetectorSpec
from sextet.training.feeder import Feeder
from sextet.training.fit import seeded
from sextet.training.learner import Learner
from sextet.training.optimiser import SharedSGD

SPECS = (
    LSTMSpec(lookback=12, segment=4, width=4, dropout=0.0),
    GRUSpec(lookback=12, segment=4, width=4, dropout=0.0),
    CNNLSTMSpec(lookback=12, segment=4, width=4, filters=2, dropout=0.0),
    PatchTSTSpec(lookback=12, patch=4, stride=2, width=4, heads=2, layers=1, feed_forward=4, dropout=0.0),
    SpikeDetectorSpec(lookback=12, segment=4, width=4, dropout=0.0),
)


def main() -> None:
    device = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(device, [tf.config.LogicalDeviceConfiguration()] * 2)
    setting = build_setting()
    two = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    found = {}
    for spec in (resolved(spec, SITUATION) for spec in SPECS):
        feeder = Feeder(setting.prepared, setting.train, setting.shape, steps=2, batch=16, seed=1)
        losses, weights = [], []
        for strategy in (two, tf.distribute.get_strategy()):
            with strategy.scope(), seeded(3):
                network = member_of(spec).build(setting.shape)
                learner = Learner(network, setting.shape.levels, 1.0)
                learner.compile(optimizer=SharedSGD(0.1), jit_compile=False)
            run = learner.fit(feeder.shared_by(strategy.num_replicas_in_sync).dataset(), epochs=1, steps_per_epoch=2, shuffle=False, verbose=0)
            losses.append(run.history["loss"][0])
            weights.append(np.concatenate([np.ravel(value) for value in network.get_weights()]))
        found[spec.name] = {
            "replicas": two.num_replicas_in_sync,
            "losses": losses,
            "apart": float(np.abs(weights[0] - weights[1]).max()),
        }
    print(json.dumps(found))


main()
