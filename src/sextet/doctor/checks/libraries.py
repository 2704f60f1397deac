"""CUDA libraries on this machine: missing, twice, shadowed, of mixed versions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sextet.doctor.case import Case
from sextet.doctor.checks.tensorflow import built_of, row_of
from sextet.doctor.finding import Finding, found
from sextet.doctor.libraries import BROUGHT_BY, CUDNN_PARTS, Library, first
from sextet.doctor.machine import Machine
from sextet.doctor.remedy import NGC, install
from sextet.hardware.matrix import matrix

_TWICE = ("cudnn", "nccl")
_TOOLS = ("ptxas", "libdevice.10.bc")


def missing(case: Case) -> Iterator[Finding]:
    """Find CUDA libraries that TensorFlow would load and that are not there."""
    machine, built, row = case.machine, built_of(case), row_of(case)
    if machine is None or built is None or not machine.present or case.stack.system not in ("Linux", "WSL2"):
        return
    asked = machine.framework("tensorflow")
    if asked is not None and asked.devices:
        return  # it sees a GPU, so it found them, wherever they are
    family = matrix().family(built.cuda)
    wanted = {**(family.sonames if family else {}), "cudnn": built.cudnn.major}
    absent = [name for name, major in wanted.items() if first(machine.libraries, name, major) is None]
    if not absent:
        return
    version = str(case.stack.tensorflow)
    fix = install(row, case.cards) if row else f'pip install "tensorflow[and-cuda]=={version}"'
    yield found(
        "SXT109",
        tensorflow=version,
        missing=", ".join(f"lib{name}.so.{wanted[name]}" for name in absent),
        wanted=f"CUDA {built.cuda.release} and cuDNN {built.cudnn.release}",
        fix=fix,
    )


def without_cuda(case: Case) -> Iterator[Finding]:
    """Find a TensorFlow that was built without CUDA on a machine with a GPU."""
    machine = case.machine
    if machine is None or machine.build is None or machine.build.with_cuda or not machine.present:
        return
    if case.stack.system not in ("Linux", "WSL2"):
        return  # said of the system
    row, version = row_of(case), str(case.stack.tensorflow)
    package = next((name for name in ("tensorflow-cpu", "tf-nightly") if name in machine.packages), "tensorflow")
    fix = install(row, case.cards) if row else f'pip install "tensorflow[and-cuda]=={version}"'
    if machine.platform.machine in ("aarch64", "arm64"):
        fix = NGC  # wheels for ARM are without CUDA
    yield found("SXT108", package=package, tensorflow=version, fix=fix)


def twice(case: Case) -> Iterator[Finding]:
    """Find two versions of a library that could each be loaded."""
    for name in _TWICE if case.machine else ():
        all_of = [one for one in _libraries(case) if one.name == name]
        major = all_of[0].version.major if all_of else None
        built = built_of(case)
        if name == "cudnn" and built is not None:
            major = built.cudnn.major
        rivals = [one for one in all_of if one.version.major == major]
        if len({one.version for one in rivals}) > 1:
            wins = rivals[0]
            yield found(
                "SXT401",
                name={"cudnn": "cuDNN", "nccl": "NCCL"}[name],
                seen="; ".join(f"{one.version} at {one.path} ({one.origin})" for one in rivals),
                wins=f"{wins.version} at {wins.path}",
                fix="unset LD_LIBRARY_PATH" if wins.origin == "LD_LIBRARY_PATH" else _keep(rivals),
            )


def shadowed(case: Case) -> Iterator[Finding]:
    """Find libraries of LD_LIBRARY_PATH that go before those of the wheels; cuDNN and NCCL are said by `twice`."""
    told = []
    for name in BROUGHT_BY:
        all_of = [one for one in _libraries(case) if one.name == name]
        wheel = next((one for one in all_of if one.origin == "pip"), None)
        if wheel is None or name in _TWICE:
            continue
        before = next((one for one in all_of if one.version.major == wheel.version.major), wheel)
        if before.origin == "LD_LIBRARY_PATH":
            told.append(before.path)
    if told:
        yield found("SXT402", seen=", ".join(told))


def parts(case: Case) -> Iterator[Finding]:
    """Find parts of cuDNN that the loader takes from another version."""
    whole = first(_libraries(case), "cudnn", case.stack.cudnn.major if case.stack.cudnn else None)
    if whole is None:
        return
    taken = [first(_libraries(case), name, whole.version.major) for name in CUDNN_PARTS]
    others = [one for one in taken if one is not None and one.version != whole.version]
    exact = [one for one in others if min(len(one.version.numbers), len(whole.version.numbers)) > 1]
    if exact:
        seen = "; ".join(f"{one.name} {one.version} at {one.path}" for one in (whole, *exact))
        yield found("SXT403", seen=seen, fix="unset LD_LIBRARY_PATH")


def tools(case: Case) -> Iterator[Finding]:
    """Find that XLA would miss ptxas or libdevice."""
    machine, built = case.machine, built_of(case)
    if machine is None or built is None or not machine.present or case.stack.system not in ("Linux", "WSL2"):
        return
    absent = [tool for tool in _TOOLS if not any(path.endswith(f"/{tool}") for path in machine.tools)]
    if absent:
        yield found("SXT404", missing=", ".join(absent), package=f"nvidia-cuda-nvcc-cu{built.cuda.major}")


def nccl(case: Case) -> Iterator[Finding]:
    """Find several GPUs without NCCL; before 2.14 TensorFlow brought it inside."""
    machine, row, built = case.machine, row_of(case), built_of(case)
    if machine is None or row is None or built is None or len(case.cards) < 2 or not row.cudnn_package:
        return
    if first(machine.libraries, "nccl") is None:
        yield found("SXT405", gpus=len(case.cards), package=f"nvidia-nccl-cu{built.cuda.major}")


def forced(case: Case) -> Iterator[Finding]:
    """Find that kernels are compiled from PTX by force."""
    value = case.machine.environ.get("CUDA_FORCE_PTX_JIT", "0") if case.machine else "0"
    if value not in ("", "0"):
        yield found("SXT406", value=value)


def families(case: Case) -> Iterator[Finding]:
    """Find packages of two CUDA families in one environment."""
    machine: Machine | None = case.machine
    names = machine.packages if machine else {}
    cudnns = sorted(name for name in names if re.fullmatch(r"nvidia-cudnn-cu\d+", name))
    if len(cudnns) > 1:
        yield found("SXT407", seen=", ".join(f"{name} {names[name].version}" for name in cudnns))


def _libraries(case: Case) -> tuple[Library, ...]:
    return case.machine.libraries if case.machine else ()


def _keep(rivals: list[Library]) -> str:
    system = next((one for one in rivals if one.origin in ("system", "environment")), None)
    if system is None:
        return "sextet doctor --suggest"
    command = (
        "conda remove cudnn"
        if system.origin == "environment"
        else f"sudo apt-get remove libcudnn{system.version.major}"
    )
    return command if system.name == "cudnn" else f"sudo apt-get remove libnccl{system.version.major}"
