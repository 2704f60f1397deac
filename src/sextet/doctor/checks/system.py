"""The system around: shared memory, limits, disk, time zones, processor."""

from __future__ import annotations

from collections.abc import Iterator

from sextet.doctor.case import Case
from sextet.doctor.finding import Finding, found

MIB, GIB = 2**20, 2**30
_SHARED = 512 * MIB  # below it NCCL has been seen to fail; Docker gives 64 MiB
_LOCKED = GIB
_DISK = 2 * GIB
_FILES = 1024


def memory(case: Case) -> Iterator[Finding]:
    """Find a container whose shared or locked memory is too small for several GPUs."""
    machine = case.machine
    if machine is None or not machine.container or len(machine.nvml.gpus) < 2:
        return
    room, gpus = machine.room, len(machine.nvml.gpus)
    if room.shared_memory is not None and room.shared_memory < _SHARED:
        yield found("SXT601", size=f"{room.shared_memory / MIB:.0f} MiB", gpus=gpus)
    if room.locked_memory is not None and room.locked_memory < _LOCKED:
        yield found("SXT602", size=f"{room.locked_memory / MIB:.2g} MiB", gpus=gpus)


def disk(case: Case) -> Iterator[Finding]:
    """Find a disk that is nearly full."""
    free = case.machine.room.disk_free if case.machine else None
    if free is not None and free < _DISK:
        yield found("SXT603", size=f"{free / GIB:.1f} GiB")


def zones(case: Case) -> Iterator[Finding]:
    """Find that there is no time zone data."""
    if case.machine is not None and not case.machine.zones:
        yield found("SXT604")


def files(case: Case) -> Iterator[Finding]:
    """Find a low limit of open files."""
    most = case.machine.room.open_files if case.machine else None
    if most is not None and most < _FILES:
        yield found("SXT605", count=most)


def processor(case: Case) -> Iterator[Finding]:
    """Find a processor that TensorFlow's wheels do not run on."""
    machine = case.machine
    if machine is not None and machine.avx is False and machine.platform.machine in ("x86_64", "AMD64"):
        yield found("SXT606")
