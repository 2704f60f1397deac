"""Where a training runs: a GPU that is there is used, or the training stops and says why it would not be."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from sextet.core.errors import ConfigError, HardwareError, nearest
from sextet.hardware.host import Host, ThisHost
from sextet.hardware.present import hinted
from sextet.specs.presets import MemberSpec
from sextet.specs.rule_based import RuleBasedSpec

DEVICES = ("auto", "cpu", "gpu")
_MEANT = "Where the CPU is meant, say so: --device cpu (from Python device='cpu', anywhere CUDA_VISIBLE_DEVICES=-1)."
# Libraries can lie where only TensorFlow finds them, so TensorFlow has the last word where they seem to be missing.
_UNSURE = ("SXT109",)


def settle(device: str, host: Host | None = None, members: Sequence[MemberSpec] | None = None) -> bool:
    """Make ready for a device before TensorFlow is loaded; gives whether TensorFlow has to see a GPU.

    Args:
        device: "auto", "cpu" or "gpu".
        host: the machine; None: this one.
        members: that will be trained; where none of them has a network no GPU is missed. None: some have one.

    Raises:
        ConfigError: there is no such device.
        HardwareError: a GPU is there, or was asked for, and would be left unused; the message says why and what mends.
    """
    if device not in DEVICES:
        raise ConfigError(
            f"Expected device as one of {', '.join(DEVICES)}; got {device!r}{nearest(device, DEVICES) or '.'}"
        )
    if device == "cpu":
        _hide()
        return False
    if members is not None and all(isinstance(spec, RuleBasedSpec) for spec in members):
        return False
    host = host or ThisHost()
    if not hinted(host):
        if device == "gpu":
            raise HardwareError(f"--device gpu: there is no NVIDIA GPU here. {_MEANT}")
        return False
    # The doctor is loaded only where there is something to look at.
    from sextet.doctor.examine import blocking

    meant, errors = blocking(host)
    sure = [one for one in errors if one.id not in _UNSURE]
    if errors and (meant or device == "gpu") and (sure or not _seen()):
        told = "\n".join(f"  {one.id} {one.title}: {one.seen}\n    fix: {one.fix}" for one in errors)
        raise HardwareError(f"The GPU would be left unused:\n{told}\n{_MEANT} `sextet doctor` says more.")
    if device == "gpu" and not meant:
        raise HardwareError(f"--device gpu: no GPU is there, or CUDA_VISIBLE_DEVICES hides it. {_MEANT}")
    return meant


def verify() -> None:
    """Make sure that TensorFlow sees a GPU.

    Raises:
        HardwareError: it sees none.
    """
    if not _seen():
        raise HardwareError(f"TensorFlow sees no GPU, though one is here; `sextet doctor` says why. {_MEANT}")


def _seen() -> bool:
    """Whether TensorFlow sees a GPU; loads it."""
    from sextet.members.backend import tf

    return bool(tf.config.list_physical_devices("GPU"))


def _hide() -> None:
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    loaded = sys.modules.get("tensorflow")
    if loaded is None:
        return
    try:
        loaded.config.set_visible_devices([], "GPU")
    except RuntimeError:
        if loaded.config.list_logical_devices("GPU"):
            raise HardwareError(
                "--device cpu: TensorFlow already uses the GPU in this process. Start a new one."
            ) from None
