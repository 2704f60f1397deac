"""What was seen, in words: the first part of a report."""

from __future__ import annotations

from collections.abc import Mapping

from sextet.doctor.case import named
from sextet.doctor.libraries import first
from sextet.doctor.machine import Machine
from sextet.doctor.stack import Stack
from sextet.hardware.cards import Card
from sextet.hardware.gpu import Gpu

GIB = 2**30
NAMES = {
    "python": "Python",
    "tensorflow": "TensorFlow",
    "keras": "Keras",
    "cuda": "CUDA",
    "cudnn": "cuDNN",
    "jax": "JAX",
    "torch": "PyTorch",
}


def of_stack(stack: Stack, cards: tuple[Card, ...]) -> dict[str, str]:
    """Return what a stack holds."""
    facts = {NAMES.get(name, name): value for name, value in stack.given}
    return {**facts, **({"cards": named(cards)} if cards else {})}


def of_machine(machine: Machine) -> dict[str, str]:
    """Return what was seen of a machine."""
    stack, platform = machine.stack(), machine.platform
    where = [part for part in (f"container ({machine.container})" if machine.container else "", _wsl(machine)) if part]
    facts = {
        "Python": platform.python,
        "system": " ".join((platform.system, platform.machine, platform.release, *where)),
        "driver": _driver(machine),
        "TensorFlow": _tensorflow(machine, stack),
        "Keras": f"{stack.keras}, backend {machine.environ.get('KERAS_BACKEND', 'tensorflow')}" if stack.keras else "-",
        "CUDA": _library(machine, "cudart", stack),
        "cuDNN": _library(machine, "cudnn", stack),
        "NCCL": _library(machine, "nccl", stack),
        "XLA tools": ", ".join(machine.tools) or "-",
    }
    others = {"JAX": stack.jax, "PyTorch": stack.torch}
    facts.update({name: _asked(machine, name, str(version)) for name, version in others.items() if version})
    for name in ("LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES"):
        if name in machine.environ:
            facts[name] = machine.environ[name] or '""'
    return facts


def of_gpus(machine: Machine) -> tuple[Mapping[str, str], ...]:
    """Return a row a GPU."""
    return tuple(map(_gpu, machine.nvml.gpus))


def _gpu(gpu: Gpu) -> dict[str, str]:
    if gpu.lost:
        return {"GPU": str(gpu.index), "name": gpu.name or "does not answer"}
    now = f"gen {_or_dash(gpu.pcie_generation)} x{_or_dash(gpu.pcie_width)}"
    most = f"gen {_or_dash(gpu.pcie_generation_max)} x{_or_dash(gpu.pcie_width_max)}"
    power = f"{gpu.power_limit:.0f}/{gpu.power_default:.0f}" if gpu.power_limit and gpu.power_default else "-"
    return {
        "GPU": str(gpu.index),
        "name": gpu.name,
        "cap.": _or_dash(gpu.capability),
        "free GiB": f"{_gib(gpu.memory_free)}/{_gib(gpu.memory_total)}",
        "PCIe now": now,
        "at most": most,
        "persist": _switch(gpu.persistence),
        "ECC": _switch(gpu.ecc),
        "watts": power,
        "°C": _or_dash(gpu.temperature),
        "users": str(len(gpu.processes)),
    }


def _driver(machine: Machine) -> str:
    driver = machine.nvml.driver or machine.module
    if driver is None:
        return "-"
    opened = ", open kernel module" if machine.open_module else ""
    runs = f", runs CUDA up to {machine.nvml.cuda}" if machine.nvml.cuda else ""
    return f"{driver} (branch {driver.major}{opened}){runs}"


def _tensorflow(machine: Machine, stack: Stack) -> str:
    if stack.tensorflow is None:
        return "-"
    build, asked = machine.build, machine.framework("tensorflow")
    built = f", built for CUDA {build.cuda} and cuDNN {build.cudnn}" if build and build.with_cuda else ""
    built = built if build is None or build.with_cuda else ", built without CUDA"
    sees = f", GPUs it sees: {len(asked.devices)}" if asked and not asked.failure else ""
    return f"{stack.tensorflow}{built}{sees}"


def _library(machine: Machine, name: str, stack: Stack) -> str:
    wanted = {"cudart": stack.cuda, "cudnn": stack.cudnn}.get(name)
    library = first(machine.libraries, name, wanted.major if wanted else None)
    asked = machine.framework("tensorflow")
    if name == "cudnn" and asked and asked.cudnn:
        return f"{asked.cudnn}, as TensorFlow loaded it"
    if library is None:
        return "-"
    other = name in ("cudart", "cudnn") and wanted is None and stack.tensorflow is not None
    not_it = ", not the major number TensorFlow loads" if other else ""
    return f"{library.version} at {library.path} ({library.origin}{not_it})"


def _asked(machine: Machine, name: str, version: str) -> str:
    asked = machine.framework({"JAX": "jax", "PyTorch": "torch"}[name])
    return f"{version}, GPUs it sees: {len(asked.devices)}" if asked and not asked.failure else version


def _wsl(machine: Machine) -> str:
    return "WSL" if machine.wsl else ""


def _gib(size: int | None) -> str:
    return "-" if size is None else f"{size / GIB:.1f}"


def _switch(value: bool | None) -> str:
    return "-" if value is None else "on" if value else "off"


def _or_dash(value: object) -> str:
    return "-" if value is None else str(value)
