"""The strategy of `tf.distribute` for the devices there are; none is made elsewhere."""

from __future__ import annotations

from functools import cache
from typing import Any

from sextet.core.errors import HardwareError
from sextet.hardware.interconnect import HIERARCHICAL, NCCL, Communication, choose
from sextet.members.backend import tf
from sextet.training.devices.logical import divided, stand_ins
from sextet.training.devices.memory import grow_memory, limit_memory
from sextet.training.devices.visible import visible_gpus


def strategy(
    *, gpus: int | None = None, communication: str = "auto", memory_limit: int | None = None, cpus: int | None = None
) -> Any:
    """Return the right strategy: the default one without or with one GPU, a mirrored one with several.

    Args:
        gpus: how many GPUs at most; None: all that are visible.
        communication: "auto", "nccl", "hierarchical" or "one"; see `ComputeConfig`.
        memory_limit: MiB of each GPU that may be used.
        cpus: so many logical CPU devices stand in for GPUs, for tests.

    Raises:
        HardwareError: what was asked for came too late: TensorFlow has its devices already.
    """
    return _strategy(names(gpus=gpus, memory_limit=memory_limit, cpus=cpus), communication)


def names(*, gpus: int | None = None, memory_limit: int | None = None, cpus: int | None = None) -> tuple[str, ...]:
    """Return the names of the devices that share a batch; none where TensorFlow's default place is right."""
    logical = divided(cpus) if cpus and cpus > 1 else () if cpus else stand_ins()
    if logical or cpus:
        return logical[:gpus]
    found = tf.config.get_visible_devices("GPU")
    if not found:
        return ()
    if memory_limit is not None:
        limit_memory(memory_limit)
    else:
        grow_memory()
    return tuple(f"GPU:{index}" for index in range(len(found)))[:gpus]


@cache
def _strategy(devices: tuple[str, ...], communication: str) -> Any:
    if len(devices) == 1 and devices[0] != "GPU:0":
        return tf.distribute.OneDeviceStrategy(devices[0])
    if len(devices) < 2:
        return tf.distribute.get_strategy()
    return tf.distribute.MirroredStrategy(list(devices), cross_device_ops=operation(devices, communication))


def operation(devices: tuple[str, ...], communication: str) -> Any:
    """Return the operation by which `devices` add up gradients."""
    way = chosen(devices, communication).way
    if way == NCCL:
        return tf.distribute.NcclAllReduce()
    if way == HIERARCHICAL:
        return tf.distribute.HierarchicalCopyAllReduce()
    return tf.distribute.ReductionToOneDevice()


def chosen(devices: tuple[str, ...], communication: str) -> Communication:
    """Return how `devices` add up gradients, and why; logical CPU devices do so on one of them unless told otherwise.

    Raises:
        HardwareError: NCCL was asked for, and there is no GPU.
    """
    on_gpus = all(name.startswith("GPU") for name in devices)
    if communication == NCCL and not on_gpus:
        raise HardwareError("NCCL needs GPUs, and there are none. Use --communication auto.")
    if communication != "auto":
        return Communication(communication, f"{communication} was asked for.")
    if not on_gpus:
        return Communication("one", "Logical CPU devices have one memory.")
    return choose(visible_gpus()[: len(devices)])
