"""Where one member trains at a time: a GPU of its own, or a share of the processor's cores."""

from __future__ import annotations

import os
from dataclasses import dataclass

from sextet.hardware.site import LOGICAL


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A place for one member at a time, in a process of its own.

    Attributes:
        title: how messages call it.
        visible: what CUDA_VISIBLE_DEVICES is in that process: the number or UUID of a GPU, or "-1" for none.
        threads: of the processor, for its computations.
    """

    title: str
    visible: str = "-1"
    threads: int = 1

    def settle(self) -> None:
        """Let this process see its own device alone; to be called before TensorFlow is loaded."""
        os.environ.pop(LOGICAL, None)  # where devices of the processor stand in for GPUs, a process is one of them
        os.environ["CUDA_VISIBLE_DEVICES"] = self.visible
        os.environ["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"  # as NVML counts


def processor_slots(count: int, cores: int) -> tuple[Slot, ...]:
    """Return `count` places that divide the cores of the processor, at least one thread each."""
    return tuple(Slot(title=f"process {number + 1}", threads=max(cores // count, 1)) for number in range(count))


def gpu_slots(visible: tuple[str, ...], cores: int) -> tuple[Slot, ...]:
    """Return a place for each GPU, by what CUDA calls it; they divide the cores of the processor."""
    threads = max(cores // max(len(visible), 1), 1)
    return tuple(Slot(title=f"GPU {name}", visible=name, threads=threads) for name in visible)
