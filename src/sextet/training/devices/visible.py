"""The GPUs that TensorFlow sees, in its order, with what it and NVML say of them."""

from __future__ import annotations

from dataclasses import replace

from sextet.hardware.capability import Capability
from sextet.hardware.gpu import Gpu
from sextet.hardware.visible import gpus_here
from sextet.members.backend import tf


def visible_gpus() -> tuple[Gpu, ...]:
    """Return the GPUs that TensorFlow may use, in its order (GPU:0, GPU:1, ...).

    What NVML says of them is added where it sees as many of the same names in the same order; the numbers stay NVML's
    then, as those of the links are.
    """
    found = []
    for index, device in enumerate(tf.config.get_visible_devices("GPU")):
        details = tf.config.experimental.get_device_details(device)
        pair = details.get("compute_capability")
        gpu = Gpu(index=index, name=str(details.get("device_name", "")))
        found.append(replace(gpu, capability=Capability(*pair) if pair else None))
    told = gpus_here() if found else ()
    return told if [gpu.name for gpu in told] == [gpu.name for gpu in found] else tuple(found)
