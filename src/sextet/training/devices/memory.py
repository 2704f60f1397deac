"""How much of a GPU's memory TensorFlow takes."""

from __future__ import annotations

from sextet.core.errors import HardwareError
from sextet.members.backend import tf


def grow_memory() -> int:
    """Let TensorFlow take memory of GPUs as it needs it, instead of all of it at once; return how many GPUs there are.

    Where TensorFlow has taken it already, and not so, that stays as it is.

    Raises:
        HardwareError: TensorFlow was used before in this process, and took all memory.
    """
    gpus = tf.config.get_visible_devices("GPU")
    for gpu in gpus:
        if tf.config.get_logical_device_configuration(gpu):
            continue  # a limit was set, which stands
        try:
            if not tf.config.experimental.get_memory_growth(gpu):
                tf.config.experimental.set_memory_growth(gpu, True)
        except RuntimeError:
            raise HardwareError(
                "TensorFlow has taken the memory of the GPUs already. Call grow_memory() before anything else uses "
                "TensorFlow in this process, or set TF_FORCE_GPU_ALLOW_GROWTH=true before it starts."
            ) from None
    return len(gpus)


def limit_memory(mib: int) -> int:
    """Let TensorFlow take at most `mib` MiB of each GPU, all of it at once; return how many GPUs there are.

    Raises:
        HardwareError: TensorFlow was used before in this process with another limit.
    """
    gpus = tf.config.get_visible_devices("GPU")
    for gpu in gpus:
        there = tf.config.get_logical_device_configuration(gpu)
        if there and there[0].memory_limit == mib:
            continue
        try:
            parts = [tf.config.LogicalDeviceConfiguration(memory_limit=mib)]
            tf.config.set_logical_device_configuration(gpu, parts)
        except (RuntimeError, ValueError):
            raise HardwareError(
                f"TensorFlow uses the GPUs already, so their memory cannot be limited to {mib} MiB any more. Set the "
                "limit before anything else uses TensorFlow in this process."
            ) from None
    return len(gpus)
