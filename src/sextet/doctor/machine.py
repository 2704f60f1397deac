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
from sextet.hardware import nvml
from sextet.hardware.cards import Card, find
from sextet.hardware.gpu import Gpu
from sextet.hardware.host import Host, Package, Platform, Room
from sextet.hardware.present import on_pci
from sextet.hardware.version import Version, version

TENSORFLOWS = ("tensorflow", "tensorflow-cpu", "tensorflow-gpu", "tf-nightly", "tensorflow-intel", "tensorflow-macos")
_MODULE = re.compile(r"NVRM version:.*?(?P<open>Open Kernel|Kernel) Module.*?\s(?P<version>\d{3,}\.\d+(?:\.\d+)*)")
_CUDA_VERSION = re.compile(r'"cuda"\s*:\s*\{[^}]*?"version"\s*:\s*"([\d.]+)"')


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
        toolkit: version of a CUDA toolkit at /usr/local/cuda.
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
    toolkit: Version | None = None
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
        """Whether the user hid every GPU."""
        shown = self.environ.get("CUDA_VISIBLE_DEVICES")
        return shown is not None and (not shown.strip() or shown.strip().startswith("-1"))

    @property
    def visible(self) -> tuple[Gpu, ...]:
        """The GPUs that CUDA programs may use, by CUDA_VISIBLE_DEVICES.

        Where it names numbers and the cards differ, CUDA may count in another order than NVML, so all are given.
        """
        gpus = self.nvml.gpus
        shown = self.environ.get("CUDA_VISIBLE_DEVICES")
        if shown is None or self.hidden:
            return () if self.hidden else gpus
        wanted = [part.strip() for part in shown.split(",")]
        if all(part.isdigit() for part in wanted):
            if self.environ.get("CUDA_DEVICE_ORDER") != "PCI_BUS_ID" and len({gpu.name for gpu in gpus}) > 1:
                return gpus
            return tuple(gpu for gpu in gpus if str(gpu.index) in wanted)
        return tuple(gpu for gpu in gpus if any(part and gpu.uuid.startswith(part) for part in wanted))

    @property
    def cards(self) -> tuple[Card, ...]:
        """The models of the visible GPUs whose compute capability is known."""
        return tuple(filter(None, map(card_of, self.visible)))

    def framework(self, name: str) -> Framework | None:
        """Return what a framework said."""
        return next((one for one in self.frameworks if one.name == name), None)

    def stack(self) -> Stack:
        """Return the stack that would run here."""
        probed = self.framework("tensorflow")
        built = self.build
        # A wheel loads libraries by names that carry the major number, so those of another number do not count.
        cudart = first(self.libraries, "cudart", built.cuda.major if built and built.cuda else None)
        cudnn = first(self.libraries, "cudnn", built.cudnn.major if built and built.cudnn else None)
        system = "WSL2" if self.wsl else self.platform.system
        loaded = probed.cudnn if probed else None
        return Stack(
            python=version(self.platform.python),
            tensorflow=self._version(*TENSORFLOWS),
            keras=self._version("keras"),
            numpy=self._version("numpy"),
            cuda=cudart.version if cudart else None,
            cudnn=loaded or (cudnn.version if cudnn else None),
            driver=self.nvml.driver or self.module,
            jax=self._version("jax"),
            torch=self._version("torch"),
            system=system,
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
    "CUDA_DISABLE_PTX_JIT",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "XLA_FLAGS",
    "KERAS_BACKEND",
    "TF_FORCE_GPU_ALLOW_GROWTH",
    "TF_USE_LEGACY_KERAS",
    "NVIDIA_VISIBLE_DEVICES",
    "CONDA_PREFIX",
)


def look(host: Host, frameworks: tuple[Framework, ...] = ()) -> Machine:
    """Look at a machine."""
    packages = host.packages()
    module = _MODULE.search(host.text("/proc/driver/nvidia/version") or "")
    home = next((packages[name].folder for name in TENSORFLOWS if name in packages), None)
    toolkit = _CUDA_VERSION.search(host.text("/usr/local/cuda/version.json") or "")
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
        toolkit=version(toolkit[1]) if toolkit else None,
        tools=surroundings.xla_tools(host, packages),
        frameworks=frameworks,
        room=host.room(),
        keras_config=host.text(f"{host.environ.get('HOME', '')}/.keras/keras.json") or "",
        zones=surroundings.zones(host, packages),
        avx=surroundings.avx(host),
    )
