"""What the model reads of a card and its software."""

import pytest

from sextet.core.errors import ConfigError, HardwareError
from sextet.hardware.capability import Capability
from sextet.hardware.catalogue import device, devices
from sextet.planner.timing.device import (
    CAPABILITIES,
    CORES_PER_SM,
    TENSOR_FLOPS_PER_CLOCK,
    WORK_PER_WATT,
    Software,
    architecture_index,
    library_index,
    traits,
)


@pytest.mark.parametrize("name", sorted(devices()))
def test_cores_per_multiprocessor_agree_with_the_catalogue(name):
    one = devices()[name]
    assert CORES_PER_SM[architecture_index(one.capability)] * one.sms == one.cuda_cores


def test_tables_go_over_all_architectures():
    assert len(CAPABILITIES) == len(CORES_PER_SM) == len(TENSOR_FLOPS_PER_CLOCK) == len(WORK_PER_WATT)


def test_a_capability_between_two_takes_the_older_one():
    assert CAPABILITIES[architecture_index(Capability(8, 7))] == (8, 6)
    assert CAPABILITIES[architecture_index(Capability(12, 0))] == (10, 0)
    with pytest.raises(HardwareError, match=r"3\.7 or later; got 3\.5"):
        architecture_index(Capability(3, 5))


def test_the_newest_measured_library_stands_for_newer_ones():
    assert [library_index(version) for version in ("4.0", "6.0", "7.5", "7.6", "9.1")] == [0, 1, 2, 3, 4]
    assert library_index("7.10") == library_index("7.6")  # ten is more than six


def test_units_by_precision():
    p40, p100, v100 = (
        traits(device(name), Software(), "float16") for name in ("Tesla P40", "P100 SXM2", "V100 SXM2 16GB")
    )
    assert (p40.converted, p40.tensor, p40.rate) == (0.9, 0, 11.76e12)
    assert (p100.converted, p100.tensor, p100.rate) == (0.9, 0, pytest.approx(10.6e12, rel=0.01))
    assert (v100.converted, v100.tensor, v100.rate) == (1.0, 1, 125e12)
    assert traits(device("V100 SXM2 16GB"), Software(), "bfloat16").tensor == 0
    assert (p40.size, traits(device("Tesla P40"), Software(), "tfloat32").size) == (2, 4)


def test_a_version_that_cannot_be_is_refused():
    for version in ("0", "new"):
        with pytest.raises(ConfigError, match=rf"such as 8\.9; got '{version}'"):
            Software(cudnn=version)
