"""The GPUs that CUDA programs may use here, as NVML tells of them; no framework is loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sextet.hardware import nvml
from sextet.hardware.gpu import Gpu
from sextet.hardware.host import Host, ThisHost
from sextet.hardware.present import hinted


def hidden(environ: Mapping[str, str]) -> bool:
    """Whether every GPU was hidden on purpose, by CUDA's variable or by that of the container."""
    shown = environ.get("CUDA_VISIBLE_DEVICES")
    by_cuda = shown is not None and (not shown.strip() or shown.strip().startswith("-1"))
    return by_cuda or environ.get("NVIDIA_VISIBLE_DEVICES") in ("void", "none")


def visible(gpus: Sequence[Gpu], environ: Mapping[str, str]) -> tuple[Gpu, ...]:
    """Return those of `gpus` that CUDA programs may use, by CUDA_VISIBLE_DEVICES.

    Where it names numbers and the cards differ, CUDA may count in another order than NVML, so all are given.
    """
    shown = environ.get("CUDA_VISIBLE_DEVICES")
    if hidden(environ):
        return ()
    if shown is None:
        return tuple(gpus)
    wanted = [part.strip() for part in shown.split(",")]
    if all(part.isdigit() for part in wanted):
        if environ.get("CUDA_DEVICE_ORDER") != "PCI_BUS_ID" and len({gpu.name for gpu in gpus}) > 1:
            return tuple(gpus)
        return tuple(gpu for gpu in gpus if str(gpu.index) in wanted)
    return tuple(gpu for gpu in gpus if any(part and gpu.uuid.startswith(part) for part in wanted))


def gpus_here(host: Host | None = None) -> tuple[Gpu, ...]:
    """Return the GPUs that CUDA programs may use on this machine; at once where nothing hints at one."""
    host = host or ThisHost()
    if not hinted(host):
        return ()
    return visible(nvml.read(host.nvml).gpus, host.environ)
