"""A GPU as the driver sees it now."""

from __future__ import annotations

from dataclasses import dataclass

from sextet.hardware.capability import Capability


@dataclass(frozen=True, kw_only=True)
class Process:
    """A process that computes on a GPU.

    Attributes:
        pid: its number.
        memory: bytes of GPU memory it holds; None where the driver does not say.
    """

    pid: int
    memory: int | None


@dataclass(frozen=True, kw_only=True)
class Gpu:
    """One GPU: what NVML says of it. What it does not say, or not on this card, is None.

    Attributes:
        index: its number in the order of the PCI bus, as nvidia-smi counts.
        name, uuid, bus: product name, UUID and PCI bus id.
        capability: compute capability.
        memory_total, memory_free: bytes.
        pcie_width, pcie_width_max: lanes now, and the most the card can.
        pcie_generation, pcie_generation_max: likewise; an idle card rests at a lower generation.
        persistence: the driver keeps the card initialised while nobody uses it.
        ecc: memory errors are corrected.
        ecc_uncorrected: uncorrected memory errors since the driver was loaded.
        pages_pending, remap_failed: memory waits to be retired, or could not be remapped.
        power_limit, power_default: watts now, and as the card left the factory.
        temperature: degrees Celsius.
        throttles: why its clocks are low now, as words.
        compute_mode: "default", "exclusive thread", "prohibited" or "exclusive process".
        mig: cut into MIG instances; `mig_instances` of them are there.
        processes: what computes on it now.
        failures: (what was asked, what NVML answered) where it answered with a failure of the card.
        lost: it does not answer any more.
        links: (index of another GPU, "nvlink", "pcie" or "none"): how it reaches that one's memory.
    """

    index: int
    name: str = ""
    uuid: str = ""
    bus: str = ""
    capability: Capability | None = None
    memory_total: int | None = None
    memory_free: int | None = None
    pcie_width: int | None = None
    pcie_width_max: int | None = None
    pcie_generation: int | None = None
    pcie_generation_max: int | None = None
    persistence: bool | None = None
    ecc: bool | None = None
    ecc_uncorrected: int | None = None
    pages_pending: bool | None = None
    remap_failed: bool | None = None
    power_limit: float | None = None
    power_default: float | None = None
    temperature: int | None = None
    throttles: tuple[str, ...] = ()
    compute_mode: str | None = None
    mig: bool | None = None
    mig_instances: int = 0
    processes: tuple[Process, ...] = ()
    failures: tuple[tuple[str, str], ...] = ()
    lost: bool = False
    links: tuple[tuple[int, str], ...] = ()

    def link_to(self, other: Gpu) -> str | None:
        """How it reaches the memory of `other`: "nvlink", "pcie", "none" (over main memory); None: not known."""
        return dict(self.links).get(other.index)

    @property
    def title(self) -> str:
        """How messages call it."""
        return f"GPU {self.index} ({self.name})" if self.name else f"GPU {self.index}"
