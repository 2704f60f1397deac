"""Calibration: a machine in, a profile of it out. Everything is measured in processes of their own."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from sextet.core.errors import ConfigError, HardwareError, nearest
from sextet.core.files import place_for, write_text
from sextet.core.progress import Progress, Silent
from sextet.hardware.catalogue import look_up
from sextet.hardware.host import Host, Ran, ThisHost
from sextet.hardware.nvml import read
from sextet.hardware.present import hinted
from sextet.planner.kernel import kernels_for
from sextet.planner.profile import FIGURES, DeviceKind, KernelTime, Machine, Profile, StepTime, Timing, read_profile
from sextet.planner.profile_file import profile_text
from sextet.planner.standing import BATCH, SHAPE, member_specs

PROBES = Path(__file__).parents[1] / "probes"
MARK = "SEXTET-CALIBRATE "
DEVICES = ("auto", "cpu", "gpu")
LEAST_SECONDS = 5.0
PATIENCE = 600.0
"""Seconds beyond the budget that a program has: for imports, and for rounds that a busy machine stretches."""
MEMORY_SECONDS = 600.0

SILENT = Silent()


@dataclass(frozen=True, kw_only=True)
class CalibrateRequest:
    """Measure this machine.

    Attributes:
        device: "auto" (a GPU where there is one), "cpu" or "gpu".
        out: file of the profile.
        seconds: for kernels, import of the framework included; as much again for the members.
        members: also measure whole training steps of the members, and the memory that each takes.
    """

    device: str = "auto"
    out: Path = Path("profile.toml")
    seconds: float = 100.0
    members: bool = False


@dataclass(frozen=True, kw_only=True)
class Calibrated:
    """What a calibration made.

    Attributes:
        profile: it.
        out: where it was written.
        seconds: that it took.
        failed: (what, why) of kernels that this device does not do.
    """

    profile: Profile
    out: Path
    seconds: float
    failed: tuple[tuple[str, str], ...] = ()


def calibrate(request: CalibrateRequest, progress: Progress = SILENT, host: Host | None = None) -> Calibrated:
    """Measure this machine and write a profile of it.

    Raises:
        ConfigError: the device or the time is none, or the profile cannot be where it was asked for.
        HardwareError: there is no such device, or a program that measures ended early; says in what. A profile without
            members stays where only they failed.
    """
    if request.device not in DEVICES:
        hint = nearest(request.device, DEVICES)
        raise ConfigError(f"Expected device as one of {', '.join(DEVICES)}; got {request.device!r}{hint}.")
    if not request.seconds >= LEAST_SECONDS:
        raise ConfigError(f"Expected at least {LEAST_SECONDS:g} seconds to measure in; got {request.seconds:g}.")
    _free(place_for(request.out, "the profile"))
    host = host or ThisHost()
    begin = time.monotonic()
    device = settled(request.device, host)
    progress.stage(f"measuring kernels on the {device.upper()}")
    told = list(run_probe(host, "kernels.py", (device, f"{request.seconds:g}"), request.seconds + PATIENCE))
    profile, failed = profile_from(told, device, host)
    write_text(request.out, profile_text(profile))  # kept where the members' steps fail
    if request.members:
        progress.stage("measuring training steps of the members")
        profile = with_steps(profile, host, device, request.seconds, progress)
        write_text(request.out, profile_text(profile))
    return Calibrated(profile=profile, out=request.out, seconds=time.monotonic() - begin, failed=failed)


def _free(out: Path) -> None:
    """Refuse to write a profile over a file that is none, such as one of data.

    Raises:
        ConfigError: it would be.
    """
    if not out.exists():
        return
    try:
        read_profile(out)
    except ConfigError:
        raise ConfigError(
            f"Expected a new file, or a profile to take the place of; {out} is there and is none. Name another with "
            "--out."
        ) from None


def settled(device: str, host: Host) -> DeviceKind:
    """Return what to measure, without a framework.

    Raises:
        HardwareError: a GPU was asked for and there is no sign of one.
    """
    hidden = host.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1")
    there = hinted(host) and not hidden
    if device == "gpu" and not there:
        why = "CUDA_VISIBLE_DEVICES hides it" if hidden else "there is no NVIDIA GPU here"
        raise HardwareError(f"--device gpu: {why}. Measure the processor with --device cpu.")
    return "gpu" if there and device != "cpu" else "cpu"


def run_probe(host: Host, program: str, arguments: Sequence[str], seconds: float) -> Iterator[dict[str, Any]]:
    """Run a program of `probes/` and give what it tells.

    Raises:
        HardwareError: it ended before it was done; says in what, and what it wrote last.
    """
    ran = host.run((sys.executable, "-P", str(PROBES / program), *arguments), seconds)
    told = list(_told(ran.out))
    if not any("done" in line for line in told):
        begun = [line["begins"] for line in told if "begins" in line]
        raise HardwareError(
            f"Expected measurements; the program that takes them ended {_where(begun)}: {_end(ran)} "
            "`sextet doctor --deep` looks for the cause; --device cpu measures the processor instead."
        )
    yield from told


def profile_from(
    told: Sequence[Mapping[str, Any]], device: DeviceKind, host: Host
) -> tuple[Profile, tuple[tuple[str, str], ...]]:
    """Return the profile of what the program told, and which kernels failed with why."""
    kernels = kernels_for(device)
    said = next(line for line in told if "machine" in line)
    calls: list[float] = next(line["samples"] for line in told if line.get("figure") == "call")
    call = Timing.of(calls)
    times: list[KernelTime] = []
    figures = {"call": call, "floor": Timing(value=float(max(said["floor"], 1)), spread=0.0, samples=1)}
    for line in told:
        if "samples" not in line or line.get("figure") == "call":
            continue
        part = line.get("figure") in ("frame", "gather")  # neither is a graph of the probe with its call
        once = 0.0 if part else call.value
        one = Timing.of([_alone(sample, once, line["times"]) for sample in line["samples"]])
        if "kernel" in line:
            times.append(KernelTime(kernel=kernels[line["kernel"]], time=one))
        else:
            rate = FIGURES[line["figure"]].endswith("/s")
            figures[line["figure"]] = (
                Timing(value=1 / one.value, spread=one.spread, samples=one.samples) if rate else one
            )
    failed = tuple((str(kernels[line["kernel"]].operation), line["error"]) for line in told if "error" in line)
    return Profile(machine=machine_of(said["machine"], device, host), kernels=tuple(times), figures=figures), failed


def _figure(name: str, one: Timing) -> Timing:
    return replace(one, value=1 / one.value) if FIGURES[name].endswith("/s") else one


def _alone(sample: float, call: float, times: int) -> float:
    """Return what one of `times` things took of a call; what is shorter than the call itself still took something."""
    return max(sample - call, 0.05 * sample) / times


def machine_of(said: Mapping[str, Any], device: DeviceKind, host: Host) -> Machine:
    """Return where it was measured: what the framework says, the driver, and the system."""
    platform = host.platform()
    common: dict[str, Any] = {
        "device": device,
        "framework": said["framework"],
        "version": said["version"],
        "date": date.today().isoformat(),
        "cores": cores(),
        "system": f"{platform.system} {platform.machine}",
        "python": platform.python,
    }
    if device == "cpu":
        return Machine(name=processor(host), memory=float(memory(host)), **common)
    seen = read(host.nvml)
    gpu = next((one for one in seen.gpus if one.name == said["name"]), seen.gpus[0] if seen.gpus else None)
    try:
        card = look_up(said["name"]).device.name
    except ConfigError:
        card = ""
    return Machine(
        name=said["name"],
        card=card,
        memory=float((gpu and gpu.memory_total) or memory(host)),
        capability=said["capability"],
        driver=str(seen.driver or ""),
        cuda=said["cuda"],
        cudnn=said["cudnn"],
        **common,
    )


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def processor(host: Host) -> str:
    """Return the name of the processor as it calls itself."""
    for line in (host.text("/proc/cpuinfo") or "").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return host.platform().machine or "processor"


def memory(host: Host) -> int:
    """Return the bytes of main memory; 1 GiB where nothing says."""
    for line in (host.text("/proc/meminfo") or "").splitlines():
        if line.startswith("MemTotal"):
            return int(line.split()[1]) * 1024
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return 2**30


def with_steps(
    profile: Profile, host: Host, device: DeviceKind, seconds: float, progress: Progress = SILENT
) -> Profile:
    """Return a profile with whole training steps of the members, and the memory of each."""
    told = list(run_probe(host, "steps.py", ("time", device, f"{seconds:g}"), seconds + PATIENCE))
    times = {line["step"]: Timing.of(line["samples"]) for line in told if "step" in line}
    grown: dict[str, float] = {}
    for name in times:
        progress.stage(f"measuring the memory of {name}")
        for line in run_probe(host, "steps.py", ("memory", device, name), MEMORY_SECONDS):
            if "memory" in line and line["bytes"] > 0:
                grown[name] = float(line["bytes"])
    steps = tuple(
        StepTime(spec=member_specs()[name], shape=SHAPE, batch=BATCH, time=one, memory=grown.get(name))
        for name, one in times.items()
    )
    return replace(profile, steps=steps)


def _told(out: str) -> Iterator[dict[str, Any]]:
    for line in out.splitlines():
        if line.startswith(MARK):
            with contextlib.suppress(ValueError):  # a line that was cut off where the process ended
                yield json.loads(line.removeprefix(MARK))


def _where(begun: Sequence[str]) -> str:
    return f"in {begun[-1]}" if begun else "before it began"


def _end(ran: Ran) -> str:
    if ran.late:
        return "it did not end in time."
    lines = [line.strip() for line in ran.err.splitlines() if line.strip()]
    ended = f"signal {-ran.code}" if ran.code is not None and ran.code < 0 else f"exit code {ran.code}"
    return f"{ended}; {lines[-1][:300]}." if lines else f"{ended}."
