"""What a training on this machine can use: the GPUs that CUDA would see, the cores and the memory of the process."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from sextet.core.errors import ConfigError
from sextet.hardware.catalogue import Device, look_up, pcie_gbs
from sextet.hardware.gpu import Gpu
from sextet.hardware.host import Host
from sextet.hardware.nvml import read
from sextet.hardware.present import hinted

_GROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
_UNLIMITED = 1 << 60
_VISIBLE = "CUDA_VISIBLE_DEVICES"


@dataclass(frozen=True, kw_only=True)
class Accelerator:
    """A GPU of this machine.

    Attributes:
        name: its product's.
        visible: what CUDA calls it where devices are counted in the order of the PCI bus.
        memory: bytes of its memory, as the driver says; None: it does not.
        device: the product of the catalogue; None: not in it.
        link_gbs: GB/s of its PCIe link in one direction, as wide and fast as card and slot allow.
    """

    name: str
    visible: str
    memory: int | None = None
    device: Device | None = None
    link_gbs: float | None = None


@dataclass(frozen=True, kw_only=True)
class Site:
    """A machine for a training.

    Attributes:
        accelerators: the GPUs to train on, in CUDA's order; none: the processor trains.
        cores: of the processor, that this process may use.
        memory: bytes of main memory that are free for it; None: not told.
        why: one sentence on why there is a GPU or none.
    """

    accelerators: tuple[Accelerator, ...] = ()
    cores: int = 1
    memory: int | None = None
    why: str = ""

    @property
    def title(self) -> str:
        """How messages call what trains: "3x Tesla P40", or the processor with its threads."""
        return self.on(self.accelerators, self.cores)

    @staticmethod
    def on(cards: Sequence[Accelerator], threads: int) -> str:
        """Return how cards are called that train together, or the processor with so many threads."""
        return devices_title([one.name for one in cards]) or processor_title(threads)


def devices_title(names: Sequence[str]) -> str:
    """Return "3x Tesla P40" of three equal names; several products with plus signs."""
    return " + ".join(f"{names.count(name)}x {name}" for name in dict.fromkeys(names))


def processor_title(threads: int) -> str:
    """Return how a processor is called on which so many threads compute."""
    return f"processor, {threads} thread{'s' if threads > 1 else ''}"


def survey(host: Host, device: str = "auto") -> Site:
    """Look at a machine; NVML is asked only where files hint at a GPU.

    Args:
        host: the machine.
        device: "cpu" leaves GPUs out.
    """
    cores, memory = usable_cores(), free_memory(host)
    if device == "cpu":
        return Site(cores=cores, memory=memory, why="--device cpu leaves GPUs out.")
    if not hinted(host):
        return Site(cores=cores, memory=memory, why="There is no NVIDIA GPU here.")
    found = read(host.nvml)
    if found.failure or not found.gpus:
        told = f"NVML: {found.failure_text or found.failure}" if found.failure else "NVML names none"
        return Site(cores=cores, memory=memory, why=f"No GPU can be used ({told}); `sextet doctor` says more.")
    alive = [gpu for gpu in found.gpus if not gpu.lost]
    seen = visible(alive, host.environ.get(_VISIBLE))
    if not seen:
        hidden = host.environ.get(_VISIBLE)
        return Site(cores=cores, memory=memory, why=f"{_VISIBLE}={hidden!r} hides the GPUs of this machine.")
    cards = tuple(_accelerator(gpu) for gpu in seen)
    return Site(accelerators=cards, cores=cores, memory=memory, why=f"NVML names {len(cards)}.")


def visible(gpus: Sequence[Gpu], chosen: str | None) -> list[Gpu]:
    """Return the GPUs that CUDA shows under a value of CUDA_VISIBLE_DEVICES: it stops at the first it does not know."""
    if chosen is None:
        return list(gpus)
    seen: list[Gpu] = []
    for word in (word.strip() for word in chosen.split(",")):
        found = [
            gpu for gpu in gpus if word == str(gpu.index) or (word.startswith("GPU-") and gpu.uuid.startswith(word))
        ]
        if len(found) != 1 or found[0] in seen:
            break
        seen += found
    return seen


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def free_memory(host: Host) -> int | None:
    """Return the bytes of main memory that a program could still have (Linux), within what its group may use."""
    free = None
    for line in (host.text("/proc/meminfo") or "").splitlines():
        if line.startswith("MemAvailable:"):
            free = int(line.split()[1]) * 1024
    for path in _GROUP_LIMITS:
        text = (host.text(path) or "").strip()
        if text.isdigit() and int(text) < _UNLIMITED:
            free = min(free or int(text), int(text))
    return free


def _accelerator(gpu: Gpu) -> Accelerator:
    try:
        device = look_up(gpu.name).device
    except ConfigError:
        device = None
    lanes, generation = gpu.pcie_width_max, gpu.pcie_generation_max
    link = device.pcie_gbs if device else None
    if lanes and generation:
        try:
            link = pcie_gbs(generation, lanes)
        except ConfigError:
            pass
    return Accelerator(
        name=gpu.name or f"GPU {gpu.index}",
        visible=gpu.uuid or str(gpu.index),
        memory=gpu.memory_total,
        device=device,
        link_gbs=link,
    )
