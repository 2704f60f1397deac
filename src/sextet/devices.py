"""Devices for your own Keras code, and what sextet's members train on: any rig, from no GPU to many.

    from sextet import devices

    devices.grow_memory()
    with devices.strategy().scope():
        model = build_my_model()
    model.fit(x, y, batch_size=devices.global_batch(32))

Importing this module costs nothing; TensorFlow is loaded by the functions that need it, all but `detect`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sextet.core.errors import ConfigError
from sextet.hardware.gpu import Gpu
from sextet.hardware.visible import gpus_here
from sextet.specs.compute_config import scaled_rate

if TYPE_CHECKING:
    from sextet.hardware.interconnect import Communication
    from sextet.hardware.precision import Precision

__all__ = [
    "communication",
    "detect",
    "global_batch",
    "grow_memory",
    "learning_rate",
    "limit_memory",
    "precision",
    "recurrent_in_float32",
    "recurrent_warnings",
    "replicas",
    "strategy",
    "whole_batches",
]

_made: list[Any] = []  # the strategy made last, of which batches and rates are told


def detect() -> tuple[Gpu, ...]:
    """Return the GPUs that CUDA programs may use here: name, compute capability, memory, PCIe link, links to others.

    From NVML, without TensorFlow; empty, at once, where nothing hints at a GPU.
    """
    return gpus_here()


def grow_memory() -> int:
    """Let TensorFlow take GPU memory as it needs it, instead of all of it at once; return how many GPUs there are.

    Raises:
        HardwareError: TensorFlow was used before in this process, and took it.
    """
    from sextet.training.devices import memory

    return memory.grow_memory()


def limit_memory(mib: int) -> int:
    """Let TensorFlow take at most `mib` MiB of each GPU; return how many GPUs there are.

    Raises:
        ConfigError: it is not a whole number of at least 64.
        HardwareError: TensorFlow was used before in this process.
    """
    from sextet.training.devices import memory

    if isinstance(mib, bool) or not isinstance(mib, int) or mib < 64:
        raise ConfigError(f"Expected a limit of at least 64 MiB; got {mib!r}.")
    return memory.limit_memory(mib)


def strategy(*, gpus: int | None = None, communication: str = "auto", cpus: int | None = None) -> Any:
    """Return the right `tf.distribute.Strategy` for the GPUs there are: 0 and 1 need none, n are mirrored.

    Args:
        gpus: how many at most; None: all that TensorFlow sees.
        communication: how they add up gradients: "auto", "nccl", "hierarchical" or "one"; see `communication`.
        cpus: so many logical CPU devices stand in for GPUs, to try how a model trains on several; nothing gets faster.

    Raises:
        ConfigError: one of these is not what it may be.
        HardwareError: it is too late to divide the CPU, or NCCL was asked for without GPUs.
    """
    from sextet.specs.compute_config import ComputeConfig
    from sextet.training.devices import strategy as strategies

    ComputeConfig(gpus=gpus, communication=communication)  # checks them
    if cpus is not None and (isinstance(cpus, bool) or not isinstance(cpus, int) or cpus < 1):
        raise ConfigError(f"Expected cpus as a whole number of at least 1; got {cpus!r}.")
    _made[:] = [strategies.strategy(gpus=gpus, communication=communication, cpus=cpus)]
    return _made[0]


def replicas(of: Any = None) -> int:
    """Return on how many devices a batch is shared: by the strategy `of`, or the one made last, or that of this rig."""
    chosen = of or (_made[0] if _made else strategy())
    return int(chosen.num_replicas_in_sync)


def global_batch(each: int, of: Any = None) -> int:
    """Return the batch that gives every device of a strategy `each` samples: 32 are 64 on two devices, 96 on three.

    Raises:
        ConfigError: it is not a whole number above 0.
    """
    if isinstance(each, bool) or not isinstance(each, int) or each < 1:
        raise ConfigError(f"Expected a batch of at least one sample a device; got {each!r}.")
    return each * replicas(of)


def learning_rate(rate: float, rule: str = "none", of: Any = None) -> float:
    """Return the learning rate for a batch that grew with the devices, as `global_batch` makes it.

    Args:
        rate: on one device.
        rule: "none" leaves it, "linear" multiplies it by the devices (Goyal et al., arXiv 1706.02677), "sqrt" by
            their root (Krizhevsky, arXiv 1404.5997).
        of: the strategy whose devices count; None: as of `replicas`.

    Raises:
        ConfigError: the rule is none of these.
    """
    return scaled_rate(rate, replicas(of), rule)


def precision(asked: str = "auto") -> Precision:
    """Return the precision in which the visible GPUs train best, a policy of Keras, and the reason."""
    from sextet.training.devices import policy

    return policy.precision(asked)


def communication(*, gpus: int | None = None, cpus: int | None = None, asked: str = "auto") -> Communication:
    """Return how the devices add up gradients, and the reason."""
    from sextet.training.devices import strategy as strategies

    return strategies.chosen(strategies.names(gpus=gpus, cpus=cpus), asked)


def whole_batches(x: Any, y: Any, batch: int, sample_weight: Any = None) -> tuple[Any, Any, Any]:
    """Return `x`, `y` and weights of the samples, filled up to whole batches by samples of weight 0.

    Keras takes the mean of the devices' means; where the last batch leaves some with fewer samples, those count more.
    With the weights every sample counts once, on any number of devices.

    Args:
        x: array, or dict or list of arrays, with one row a sample.
        y: likewise.
        batch: of a step, over all devices.
        sample_weight: weights `[N]`; None: 1 each.

    Raises:
        ConfigError: there is no sample, or arrays differ in their number.
    """
    from sextet.training.devices import batches

    return batches.whole(x, y, batch, sample_weight)


def recurrent_warnings(model: Any) -> tuple[str, ...]:
    """Return a sentence for every recurrent layer of a Keras model that cuDNN's kernels cannot run, and why."""
    from sextet.training.devices import recurrent

    return recurrent.warnings(model)


def recurrent_in_float32(model: Any) -> tuple[str, ...]:
    """Let LSTM and GRU of a Keras model in bfloat16 compute in float32; return their names. Before it is compiled.

    The gradients of cuDNN's kernels in bfloat16 were noise on the card that was tried; see docs/training.md. Members
    are trained so without asking.
    """
    from sextet.training.devices import recurrent

    return recurrent.in_float32(model)
