"""Logical devices: a CPU divided into several, so that what runs on several GPUs can be tried where there is none."""

from __future__ import annotations

import os

from sextet.core.errors import ConfigError, HardwareError
from sextet.members.backend import tf

VARIABLE = "SEXTET_LOGICAL_CPUS"
"""Set to a number from 2, so many logical CPU devices stand in for GPUs; for tests, since nothing gets faster."""


def stand_ins() -> tuple[str, ...]:
    """Return the logical CPU devices that stand in for GPUs, as `SEXTET_LOGICAL_CPUS` says; none where it is not set.

    Raises:
        ConfigError: the variable is not a number from 2.
        HardwareError: TensorFlow was used in this process before, and cannot divide the CPU any more.
    """
    text = os.environ.get(VARIABLE, "")
    if not text:
        return ()
    if not text.isdecimal() or int(text) < 2:
        raise ConfigError(f"Expected {VARIABLE} as a number from 2; got {text!r}. Unset it to train as usual.")
    return divided(int(text))


def divided(count: int) -> tuple[str, ...]:
    """Divide the CPU into `count` logical devices, once a process, and return their names.

    Raises:
        HardwareError: TensorFlow was used in this process before.
    """
    physical = tf.config.list_physical_devices("CPU")[0]
    there = tf.config.get_logical_device_configuration(physical)
    if there is None or len(there) != count:
        try:
            parts = [tf.config.LogicalDeviceConfiguration() for _ in range(count)]
            tf.config.set_logical_device_configuration(physical, parts)
        except RuntimeError:
            raise HardwareError(
                f"TensorFlow was used before the CPU was divided into {count} logical devices. Do it first."
            ) from None
    return tuple(f"CPU:{index}" for index in range(count))
