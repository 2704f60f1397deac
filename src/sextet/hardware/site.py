"""What a training on this machine can use: the GPUs that CUDA would see, the cores and the memory of the process."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sextet.core.errors import ConfigError
from sextet.hardware.capability import Capability
from sextet.hardware.catalogue import Device, look_up, pcie_gbs
from sextet.hardware.gpu import Gpu
from sextet.hardware.host import Host
from sextet.hardware.interconnect import Communication, choose
from sextet.hardware.nvml import read
from sextet.hardware.precision import Precision, best
from sextet.hardware.present import hinted

_GROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
_UNLIMITED = 1 << 60
_VISIBLE = "CUDA_VISIBLE_DEVICES"
LOGICAL = "SEXTET_LOGICAL_CPUS"
"""Set to a number from 2, so many logical devices of the processor stand in for GPUs; for tests."""


@dataclass(frozen=True, kw_only=True)
class Accelerator:
    """A GPU of this machine.

    Attributes:
        name: its product's.
        visible: what CUDA calls it where devices are counted in the order of the PCI bus.
        capability: its compute capability; None: the driver does not say.
        memory: bytes of its memory, as the driver says; None: it does not.
        device: the product of the catalogue; None: not in it.
        link_gbs: GB/s of its PCIe link in one direction, as wide and fast as card and slot allow.
    """

    name: str
    visible: str
    capability: Capability | None = None
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
        stand_ins: logical devices of the processor that stand in for GPUs, for tests; 0: none do.
        communication: how the GPUs would add up gradients, and why.
    """

    accelerators: tuple[Accelerator, ...] = ()
    stand_ins: int = 0
    communication: Communication = field(default_factory=lambda: choose(()))
    cores: int = 1
    memory: int | None = None
    why: str = ""

    @property
    def title(self) -> str:
        """How messages call what trains: "3x Tesla P40", or the processor with its threads."""
        named = self.on(self.accelerators, self.cores)
        return f"{self.stand_ins} logical devices of the {named}" if self.stand_ins else named

    @property
    def devices(self) -> int:
        """How many devices share a batch in the placement `data`."""
        return len(self.accelerators) or self.stand_ins or 1

    def first(self, count: int | None) -> Site:
        """Return the site with at most so many GPUs, the first ones."""
        return self if count is None else replace(self, accelerators=self.accelerators[:count])

    def shortage(self, count: int | None) -> str:
        """Say that so many GPUs were asked for and fewer are there; empty where there are as many."""
        here = self.stand_ins or len(self.accelerators)
        if count is None or count <= here:
            return ""
        used = f"{here} can be used, and {'is' if here == 1 else 'are'}" if here else "the processor trains"
        return f"--gpus {count} was asked for: {used}. {self.why}"

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


def best_precision(site: Site, asked: str = "auto") -> Precision:
    """Return the precision of a training there, and why."""
    if asked != "auto":
        return Precision(asked, f"{asked} was asked for.")
    return best((one.name, one.capability or Capability(0, 0)) for one in site.accelerators)


def survey(host: Host, device: str = "auto") -> Site:
    """Look at a machine; NVML is asked only where files hint at a GPU.

    Args:
        host: the machine.
        device: "cpu" leaves GPUs out.
    """
    cores, memory = usable_cores(), free_memory(host)
    logical = host.environ.get(LOGICAL, "")
    if logical.isdecimal() and int(logical) > 1:
        return Site(cores=cores, memory=memory, why=f"{LOGICAL} divides the processor.", stand_ins=int(logical))
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
    why = f"NVML names {len(cards)} that CUDA shows."
    return Site(accelerators=cards, cores=cores, memory=memory, why=why, communication=choose(seen))


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
        capability=gpu.capability or (device.capability if device else None),
        memory=gpu.memory_total,
        device=device,
        link_gbs=link,
    )
