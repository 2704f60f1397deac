"""This machine as the checks see it: everything that can be looked up without importing a framework."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sextet.doctor import surroundings
from sextet.doctor.build_info import PLACE, BuildInfo, build_info
from sextet.doctor.frameworks import Framework
from sextet.doctor.libraries import Library, first, libraries
from sextet.doctor.stack import Stack
from sextet.hardware import nvml, visible
from sextet.hardware.cards import Card, find
from sextet.hardware.gpu import Gpu
from sextet.hardware.host import Host, Package, Platform, Room
from sextet.hardware.present import on_pci
from sextet.hardware.version import Version, version

TENSORFLOWS = ("tensorflow", "tensorflow-cpu", "tensorflow-gpu", "tf-nightly", "tensorflow-intel", "tensorflow-macos")
_MODULE = re.compile(r"NVRM version:.*?(?P<open>Open Kernel|Kernel) Module.*?\s(?P<version>\d{3,}\.\d+(?:\.\d+)*)")


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What was seen.

    Attributes:
        platform: Python and system.
        wsl: this is Linux under Windows.
        container: "docker", "podman", "kubernetes" or another container; empty outside of one.
        environ: the environment variables that matter, those that are set.
        nvml: what the driver says.
        module: version of the kernel's NVIDIA module; open_module: it is the open one.
        pci: bus ids of NVIDIA display controllers on the PCI bus.
        nouveau: the other driver for NVIDIA cards is loaded.
        kernel_log: lines of the kernel about NVIDIA and DMA, where it may be read.
        packages: installed Python packages.
        build: what the installed TensorFlow was built for.
        libraries: CUDA libraries in the order in which they are found.
        tools: paths of ptxas and libdevice that XLA would find.
        frameworks: what TensorFlow, JAX and PyTorch said; empty where they were not asked.
        room: disk, memory, limits.
        keras_config: text of ~/.keras/keras.json.
        zones: time zone data is there.
        avx: the processor has AVX; None where it is not told.
    """

    platform: Platform
    nvml: nvml.Nvml
    wsl: bool = False
    container: str = ""
    environ: Mapping[str, str] = field(default_factory=dict)
    module: Version | None = None
    open_module: bool = False
    pci: tuple[str, ...] = ()
    nouveau: bool = False
    kernel_log: str = ""
    packages: Mapping[str, Package] = field(default_factory=dict)
    build: BuildInfo | None = None
    libraries: tuple[Library, ...] = ()
    tools: tuple[str, ...] = ()
    frameworks: tuple[Framework, ...] = ()
    room: Room = Room()
    keras_config: str = ""
    zones: bool = True
    avx: bool | None = None

    @property
    def present(self) -> bool:
        """Whether there is an NVIDIA GPU, usable or not."""
        return bool(self.nvml.gpus or self.pci)

    @property
    def hidden(self) -> bool:
        """Whether every GPU was hidden on purpose, by CUDA's variable or by that of the container."""
        return visible.hidden(self.environ)

    @property
    def visible(self) -> tuple[Gpu, ...]:
        """The GPUs that CUDA programs may use, by CUDA_VISIBLE_DEVICES.

        Where it names numbers and the cards differ, CUDA may count in another order than NVML, so all are given.
        """
        return visible.visible(self.nvml.gpus, self.environ)

    @property
    def cards(self) -> tuple[Card, ...]:
        """The models of the visible GPUs whose compute capability is known."""
        return tuple(filter(None, map(card_of, self.visible)))

    def framework(self, name: str) -> Framework | None:
        """Return what a framework said."""
        return next((one for one in self.frameworks if one.name == name), None)

    def stack(self) -> Stack:
        """Return the stack that would run here."""
        tensorflow, probed, built = self._version(*TENSORFLOWS), self.framework("tensorflow"), self.build
        # A wheel loads libraries by names that carry the major number, so those of another number do not count.
        cudart = first(self.libraries, "cudart", built.cuda.major if built and built.cuda else None)
        cudnn = first(self.libraries, "cudnn", built.cudnn.major if built and built.cudnn else None)
        if tensorflow is None:  # what nothing loads is not part of the stack
            cudart, cudnn = None, cudnn if "jax" in self.packages else None
        loaded = probed.cudnn if probed else None
        return Stack(
            python=version(self.platform.python),
            tensorflow=tensorflow,
            keras=self._version("keras"),
            numpy=self._version("numpy"),
            cuda=cudart.version if cudart else None,
            cudnn=loaded or (cudnn.version if cudnn else None),
            driver=self.nvml.driver or self.module,
            jax=self._version("jax"),
            torch=self._version("torch"),
            system="WSL2" if self.wsl else self.platform.system,
            installed=True,
        )

    def _version(self, *names: str) -> Version | None:
        return next((version(self.packages[name].version) for name in names if name in self.packages), None)


def card_of(gpu: Gpu) -> Card | None:
    """Return the model of a GPU, by what it says of itself, else by its name."""
    known = find(gpu.name) if gpu.name else None
    if gpu.capability is None:
        return known
    if known is not None and known.capability == gpu.capability:
        return known
    return Card(name=gpu.name or f"compute capability {gpu.capability}", capability=gpu.capability)


ENVIRON = (
    "CUDA_VISIBLE_DEVICES",
    "CUDA_DEVICE_ORDER",
    "CUDA_FORCE_PTX_JIT",
    "LD_LIBRARY_PATH",
    "KERAS_BACKEND",
    "NVIDIA_VISIBLE_DEVICES",
)


def look(host: Host) -> Machine:
    """Look at a machine; its frameworks are not asked."""
    packages = host.packages()
    module = _MODULE.search(host.text("/proc/driver/nvidia/version") or "")
    home = next((packages[name].folder for name in TENSORFLOWS if name in packages), None)
    answered = nvml.read(host.nvml)
    pci = on_pci(host)
    return Machine(
        platform=host.platform(),
        nvml=answered,
        wsl=surroundings.wsl(host),
        container=surroundings.container(host),
        environ={name: host.environ[name] for name in ENVIRON if name in host.environ},
        module=version(module["version"]) if module else None,
        open_module=module is not None and module["open"].startswith("Open"),
        pci=pci,
        nouveau=bool(re.search(r"^nouveau ", host.text("/proc/modules") or "", re.MULTILINE)),
        kernel_log=surroundings.kernel_log(host) if pci or answered.gpus else "",
        packages=packages,
        build=build_info(host.text(f"{home}/{PLACE}")) if home else None,
        libraries=libraries(host, packages),
        tools=surroundings.xla_tools(host, packages),
        room=host.room(),
        keras_config=host.text(f"{host.environ.get('HOME', '')}/.keras/keras.json") or "",
        zones=surroundings.zones(host, packages),
        avx=surroundings.avx(host),
    )
