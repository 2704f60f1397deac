"""What surrounds the GPUs: WSL, a container, the kernel's log, XLA's tools, time zones, the processor."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sextet.hardware.host import Host, Package

_ABOUT_GPUS = re.compile(r"NVRM|nvidia|DMAR:|AMD-Vi", re.IGNORECASE)
KERNEL_LINES = 400  # of the kernel's log: the newest that are about GPUs


def wsl(host: Host) -> bool:
    """Whether this is Linux under Windows."""
    return "microsoft" in host.platform().release.lower() or bool(host.environ.get("WSL_DISTRO_NAME"))


def container(host: Host) -> str:
    """Return the kind of container this runs in, empty outside of one."""
    if ".dockerenv" in host.names("/"):
        return "docker"
    if ".containerenv" in host.names("/run"):
        return "podman"
    if host.environ.get("KUBERNETES_SERVICE_HOST"):
        return "kubernetes"
    if host.environ.get("container"):
        return host.environ["container"]
    told = re.search(r"docker|kubepods|libpod|lxc|containerd", host.text("/proc/1/cgroup") or "")
    return told[0] if told else ""


def kernel_log(host: Host) -> str:
    """Return what the kernel says of GPUs and DMA; empty where its log may not be read."""
    lines = host.run(("dmesg",), 2.0).out.splitlines()
    # The kernel breaks one message into lines that begin alike only in their first words, so neighbours stay.
    near = {place + step for place, line in enumerate(lines) if _ABOUT_GPUS.search(line) for step in (0, 1)}
    return "\n".join(lines[place] for place in sorted(near)[-KERNEL_LINES:] if place < len(lines))


def xla_tools(host: Host, packages: Mapping[str, Package]) -> tuple[str, ...]:
    """Return the paths of ptxas and libdevice where XLA looks for them."""
    roots = [f"{package.folder}/nvidia/cuda_nvcc" for name, package in packages.items() if "cuda-nvcc" in name]
    named = re.search(r"--xla_gpu_cuda_data_dir=(\S+)", host.environ.get("XLA_FLAGS", ""))
    roots += [named[1]] if named else []
    told = (host.environ.get("CONDA_PREFIX", ""), host.environ.get("CUDA_HOME", ""), "/usr/local/cuda")
    roots += [root for root in told if root]
    found = []
    for root in roots:
        for folder, name in (("bin", "ptxas"), ("nvvm/libdevice", "libdevice.10.bc")):
            if name in host.names(f"{root}/{folder}"):
                found.append(f"{root}/{folder}/{name}")
    return tuple(found)


def zones(host: Host, packages: Mapping[str, Package]) -> bool:
    """Whether time zone data is there, from the system or from tzdata."""
    return "tzdata" in packages or any(host.names(f"{root}/Europe") for root in ZONE_ROOTS)


ZONE_ROOTS = ("/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo")


def avx(host: Host) -> bool | None:
    """Whether the processor has AVX; None where it is not told."""
    flags = re.search(r"^flags\s*:(.*)$", host.text("/proc/cpuinfo") or "", re.MULTILINE)
    return None if flags is None else "avx" in flags[1].split()
