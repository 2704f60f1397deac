"""What the time model reads of a card and of the software on it, as numbers and positions in coefficient tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np

from sextet.core.errors import ConfigError, HardwareError, nearest
from sextet.hardware.capability import Capability
from sextet.hardware.version import Version
from sextet.planner.operations import check_precision

Column: TypeAlias = Any
"""A float, or an array with one value per operation; the formulas hold for both."""

# Compute capabilities in the order in which a coefficient may differ from its neighbour's. 6.1 stands beside 5.2:
# both have 128 cores per SM in four partitions, while 6.0 has the 64 of Volta (Tesla P100 whitepaper, table 1).
CAPABILITIES: tuple[tuple[int, int], ...] = (
    (3, 7),
    (5, 2),
    (6, 1),
    (6, 0),
    (7, 0),
    (7, 5),
    (8, 0),
    (8, 6),
    (8, 9),
    (9, 0),
    (10, 0),
)
# Cores of an SM that do FP32 (CUDA C++ Programming Guide, arithmetic instructions).
CORES_PER_SM = (192, 128, 128, 64, 64, 64, 64, 128, 128, 128, 128)
# FLOPs of the tensor cores of an SM per clock, dense FP16 (V100, A100 and H100 whitepapers). It bounds one tile; the
# rate of the data sheet bounds the card, so that consumer chips, half as fast with FP32 accumulation, stay so.
TENSOR_FLOPS_PER_CLOCK = (0, 0, 0, 0, 1024, 1024, 2048, 1024, 1024, 4096, 8192)
# What a watt does, over that of the 16 and 12 nm of Pascal, Volta and Turing: 7 and 8 nm of Ampere, 5 nm and below
# after; cards before Pascal are not bounded by their power. Set from large products of cards that their power bounds
# (torch-performance-test-data, device-benchmarks): A10 14 TFLOPS at 150 W, L4 15.4 at 72 W, L40S 46.9 at 300 W, H100
# PCIe 37 at 350 W.
WORK_PER_WATT = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.5, 1.6, 3.0, 1.8, 1.8)

# Share of the FP32 rate in half precision without tensor cores: large products in PyTorch (torch-performance-test-data)
# reach 0.80 (M40) to 1.0 (P40) in FP16, a whole network on a P40 0.81; in BF16 0.52 to 0.57 with 128 cores per SM
# (M40, P4, P40, GTX 1080 Ti), 0.71 to 0.74 with 64 (P100, V100).
HALF_SHARE = 0.9
BFLOAT_SHARE = (0.72, 0.54)

FRAMEWORKS: tuple[str, ...] = ("library", "pytorch", "tensorflow")
# Versions of cuDNN at which coefficients may change; each stands for the cuBLAS of its time too.
LIBRARIES: tuple[str, ...] = ("5", "6", "7", "7.6", "8")
_LIBRARIES = tuple(map(Version.of, LIBRARIES))


class Device(Protocol):
    """A card as its data sheet has it; `None` where the sheet is silent."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def capability(self) -> Capability:
        """Its compute capability."""

    @property
    def sms(self) -> int:
        """Streaming multiprocessors."""

    @property
    def boost_mhz(self) -> float:
        """Boost clock."""

    @property
    def fp32_tflops(self) -> float:
        """FP32 rate outside tensor cores."""

    @property
    def tensor_fp16_tflops(self) -> float | None:
        """Dense FP16 rate of tensor cores, FP32 accumulation; `None` where it has none."""

    @property
    def tensor_bf16_tflops(self) -> float | None:
        """Likewise for BF16."""

    @property
    def tensor_tf32_tflops(self) -> float | None:
        """Likewise for TF32."""

    @property
    def bandwidth_gbs(self) -> float:
        """Memory bandwidth, 10^9 bytes per second."""

    @property
    def tdp_w(self) -> float | None:
        """Board power."""


@dataclass(frozen=True, kw_only=True)
class Software:
    """What runs on the card.

    Attributes:
        framework: tensorflow, pytorch, or library for calls of cuDNN and cuBLAS without one.
        cudnn: version as text, such as "9.10", which as a number would be 9.1.
        tf32: whether FP32 work may use TF32 on tensor cores (TensorFlow: yes, for Ampere and later).
    """

    framework: str = "tensorflow"
    cudnn: str = "9.10"
    tf32: bool = True

    def __post_init__(self) -> None:
        """Check the framework and the version.

        Raises:
            ConfigError: one of them is not known.
        """
        if self.framework not in FRAMEWORKS:
            known = ", ".join(FRAMEWORKS)
            hint = nearest(self.framework, FRAMEWORKS)
            raise ConfigError(f"Expected a framework of {known}; got {self.framework!r}{hint}")
        try:
            major = Version.of(self.cudnn).major
        except ValueError:
            major = 0
        if major < 1:
            raise ConfigError(f"Expected a cuDNN version such as 8.9; got {self.cudnn!r}")


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What the formulas read, for one card or one value per operation.

    Attributes:
        rate, sm_rate: FLOP/s of the card and of one SM, of the unit that does the work.
        power: board power in W, times what its architecture does with one; infinite where it is not known.
        sms, clock: multiprocessors, Hz.
        bandwidth: bytes per second.
        architecture, library, framework: positions in CAPABILITIES, LIBRARIES and FRAMEWORKS.
        tensor: 1 where tensor cores do the work, else 0.
        size: bytes of a stored value.
        converted: share of the FP32 rate where half precision is computed in FP32, else 1.
    """

    rate: Column
    sm_rate: Column
    power: Column
    sms: Column
    clock: Column
    bandwidth: Column
    architecture: Column
    library: Column
    framework: Column
    tensor: Column
    size: Column
    converted: Column


def architecture_index(capability: Capability) -> int:
    """Return the position of the newest known capability that is not newer than `capability`.

    Raises:
        HardwareError: the capability is older than any the model knows.
    """
    if capability < min(CAPABILITIES):
        raise HardwareError(f"Expected a card of compute capability 3.7 or later; got {capability}")
    if tuple(capability) in CAPABILITIES:
        return CAPABILITIES.index(tuple(capability))
    return CAPABILITIES.index(max(known for known in CAPABILITIES if known <= tuple(capability)))


def library_index(cudnn: str) -> int:
    """Return the position of the newest measured library that is not newer than `cudnn`."""
    asked = Version.of(cudnn)
    return max([place for place, version in enumerate(_LIBRARIES) if version <= asked], default=0)


def _unit(device: Device, precision: str, place: int) -> tuple[float, float, int, float]:
    """Rate of the card and of an SM in FLOP/s, whether tensor cores do it, share of FP32 where FP32 stands in."""
    clock = device.boost_mhz * 1e6
    cores = {
        "tfloat32": device.tensor_tf32_tflops,
        "float16": device.tensor_fp16_tflops,
        "bfloat16": device.tensor_bf16_tflops,
    }.get(precision)
    if cores:
        half = 0.5 if precision == "tfloat32" else 1.0
        return cores * 1e12, TENSOR_FLOPS_PER_CLOCK[place] * clock * half, 1, 1.0
    stand_in = {"float16": HALF_SHARE, "bfloat16": BFLOAT_SHARE[CORES_PER_SM[place] > 64]}.get(precision, 1.0)
    return device.fp32_tflops * 1e12, 2.0 * CORES_PER_SM[place] * clock, 0, stand_in


def traits(device: Device, software: Software, precision: str) -> Traits:
    """Return what the formulas read of `device` running `precision`.

    FP16, BF16 and TF32 run on tensor cores that know them; else in FP32, with values stored in half. Neither the 1/64
    of FP32 that the instruction set of a P40 or P4 gives nor the double of a P100 is what one gets: libraries compute
    FP16 in FP32 there.

    Raises:
        ConfigError: the precision is not known.
        HardwareError: the capability is older than any the model knows.
    """
    size = check_precision(precision)
    place = architecture_index(device.capability)
    if precision == "float32" and software.tf32 and software.framework != "library" and device.tensor_tf32_tflops:
        precision = "tfloat32"
    rate, sm_rate, tensor, converted = _unit(device, precision, place)
    return Traits(
        rate=rate,
        sm_rate=sm_rate,
        power=float(device.tdp_w or np.inf) * WORK_PER_WATT[place],
        sms=device.sms,
        clock=device.boost_mhz * 1e6,
        bandwidth=device.bandwidth_gbs * 1e9,
        architecture=place,
        library=library_index(software.cudnn),
        framework=FRAMEWORKS.index(software.framework),
        tensor=tensor,
        size=size,
        converted=converted,
    )
