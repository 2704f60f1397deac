"""A machine that a profile alone defines: a processor, or a card that the catalogue does not hold."""

from __future__ import annotations

from sextet.core.errors import ConfigError
from sextet.hardware.capability import Capability
from sextet.hardware.cards import Card
from sextet.hardware.catalogue import Device
from sextet.planner.profile import THIS_MACHINE, Profile

PROCESSOR = "processor"
"""Form of a device that is no card."""


def is_processor(device: Device) -> bool:
    """Return whether a device is the processor of a profile: no driver, no architecture, no data sheet."""
    return device.form == PROCESSOR


def this_machine(profile: Profile) -> Device:
    """Return the device of a profile as rigs are made of them: the catalogue's where it is one.

    Of a machine that is not in the catalogue, rates are the best that was measured, and what was not measured (power,
    year, links) is 0: it has no price, no energy and no second of its kind.
    """
    known = profile.device()
    if known is not None:
        return known
    machine = profile.machine
    try:
        capability = Capability.of(machine.capability or "0.0")
    except ValueError:
        raise ConfigError(f"machine.capability must be like 6.1; got {machine.capability!r}.") from None
    full = [one for one in profile.kernels if one.kernel.precision == "float32"]
    rate = max(sum(part.flops for part in one.kernel.operations) / one.time.value for one in full)
    streams = [one for one in full if one.kernel.kind == "elementwise"]
    bandwidth = max(sum(part.bytes() for part in one.kernel.operations) / one.time.value for one in streams)
    return Device(
        name=THIS_MACHINE,
        card=Card(name=machine.name, capability=capability),
        form=PROCESSOR if machine.device == "cpu" else "PCIe",
        cuda_cores=0,
        sms=machine.cores,
        boost_mhz=0.0,
        fp32_tflops=rate / 1e12,
        memory_gb=machine.memory / 2**30,
        memory_type="main memory" if machine.device == "cpu" else "",
        bandwidth_gbs=bandwidth / 1e9,
        pcie_generation=1,
        pcie_lanes=1,
        tdp_w=0.0,
        year=int(machine.date[:4]) if machine.date[:4].isdigit() else 0,
        cooling="open",
        page=profile.source,
        note=f"{machine.name}, as measured; power and price are not known",
    )
