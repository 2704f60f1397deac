"""Where members are trained: over which devices, in which precision, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sextet.hardware.precision import FLOAT16, FLOAT32
from sextet.members.backend import keras, tf
from sextet.specs.compute_config import ComputeConfig
from sextet.training.devices.policy import precision
from sextet.training.devices.strategy import strategy


@dataclass(frozen=True, kw_only=True)
class Station:
    """Devices that train one network together.

    Attributes:
        strategy: of `tf.distribute`.
        policy: name of Keras' dtype policy.
    """

    strategy: Any = field(default_factory=lambda: tf.distribute.get_strategy())
    policy: str = FLOAT32

    @property
    def replicas(self) -> int:
        """How many devices share a batch."""
        return int(self.strategy.num_replicas_in_sync)

    @property
    def plain(self) -> bool:
        """Whether a network is trained here as it is shipped: one copy of it, in float32."""
        return self.replicas == 1 and self.policy == FLOAT32

    @property
    def on_gpu(self) -> bool:
        """Whether it trains on GPUs."""
        return bool(tf.config.get_visible_devices("GPU"))

    def optimizer(self, inner: keras.optimizers.Optimizer) -> keras.optimizers.Optimizer:
        """Return the optimiser as it is used here: with half floats it scales the loss, lest gradients vanish."""
        return keras.optimizers.LossScaleOptimizer(inner) if self.policy == FLOAT16 else inner

    def compiled(self) -> str | bool:
        """Whether networks are compiled by XLA: as Keras sees fit on one GPU; never on a CPU or on several GPUs.

        On two CPU cores XLA makes a step of the recurrent members four times slower, and compiling twice as long. On
        several GPUs it was not measured.
        """
        return "auto" if self.replicas == 1 and self.on_gpu else False


def station(compute: ComputeConfig) -> Station:
    """Return where `compute` says that members are trained, in this process."""
    return Station(
        strategy=strategy(gpus=compute.gpus, communication=compute.communication, memory_limit=compute.memory_limit),
        policy=precision(compute.precision).policy,
    )
