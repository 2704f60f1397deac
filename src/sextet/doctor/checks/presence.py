"""Whether there is a GPU that programs can reach: driver, container, WSL, and what the kernel says."""

from __future__ import annotations

from collections.abc import Iterator

from sextet.doctor.case import Case
from sextet.doctor.finding import Finding, found
from sextet.doctor.log import recognise
from sextet.doctor.machine import Machine
from sextet.hardware.nvml import LATE

_ABSENT = ("LIBRARY_NOT_FOUND", "DRIVER_NOT_LOADED")


def driver(case: Case) -> Iterator[Finding]:
    """Find out why NVML does not answer, or that there is no GPU."""
    machine = case.machine
    if machine is None:
        return
    answer = machine.nvml
    if answer.failure == "LIB_RM_VERSION_MISMATCH":
        yield found("SXT202", text=answer.failure_text, module=machine.module or "of unknown version")
    elif answer.failure == LATE:
        yield found("SXT218", text=answer.failure_text)
    elif answer.failure in _ABSENT:
        yield _absent(machine)
    elif answer.failure:
        yield found("SXT209", failure=answer.failure, text=answer.failure_text)
    elif not answer.gpus and not machine.pci:
        yield found("SXT206", seen=f"driver {answer.driver}, and no card")


def fewer(case: Case) -> Iterator[Finding]:
    """Find cards on the PCI bus that the driver does not see; in a container the bus shows more than is given."""
    machine = case.machine
    if machine is None or machine.nvml.failure or machine.container:
        return
    seen, present = len(machine.nvml.gpus), len(machine.pci)
    if not seen and present:
        text = f"driver {machine.nvml.driver} runs and sees none of {present} cards on the PCI bus{_begins(machine)}"
        yield found("SXT201", seen=text, fix="sudo dmesg | grep -i NVRM")
    elif seen < present:
        yield found("SXT217", count=seen, present=present, begins=_begins(machine))


def kernel(case: Case) -> Iterator[Finding]:
    """Read what the kernel says of cards and of DMA."""
    if case.machine is not None:
        yield from recognise(case.machine.kernel_log.splitlines())


def _begins(machine: Machine) -> str:
    """Say with which cards this driver begins, where that may be why it passes one over."""
    driver = machine.nvml.driver
    if machine.open_module:
        return "; it is the open kernel module, which begins with Turing"
    return "; from 590 on it begins with Turing" if driver and driver.major >= 590 else ""


def _absent(machine: Machine) -> Finding:
    answer = machine.nvml
    nothing = f"NVML: {answer.failure_text}"
    if machine.wsl:
        return found(
            "SXT213", seen=f"{nothing}; {'a Linux driver inside' if machine.module else 'no driver of Windows'}"
        )
    if machine.container and (machine.module or machine.pci) and answer.failure == "LIBRARY_NOT_FOUND":
        module = f"module {machine.module} of the host" if machine.module else "a card on the host's PCI bus"
        return found("SXT210", container=machine.container, what=f"{module}; {nothing}")
    if machine.nouveau and machine.pci and machine.module is None:
        return found("SXT214")
    if machine.module is not None:
        return found("SXT201", seen=f"kernel module {machine.module}; {nothing}")
    if machine.pci:
        text = f"NVIDIA card at {', '.join(machine.pci)}; {nothing}"
        return found("SXT201", seen=text)
    return found("SXT206", seen=f"{nothing}; no NVIDIA card on the PCI bus")
