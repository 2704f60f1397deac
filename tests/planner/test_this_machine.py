"""A machine that a profile alone defines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sextet.core.errors import ConfigError, HardwareError
from sextet.hardware.catalogue import device
from sextet.hardware.rig import Rig
from sextet.planner.operations import Gemm
from sextet.planner.profile import THIS_MACHINE
from sextet.planner.this_machine import this_machine
from sextet.planner.timing.prediction import predict_time

from .made import made_profile

CPU = made_profile()


def test_a_processor_has_the_rates_that_were_measured():
    here = this_machine(CPU)
    assert here.name == THIS_MACHINE and CPU.describes(here) and not CPU.describes(device("Tesla P40"))
    assert 0.05 < here.fp32_tflops < 0.1 and 5 < here.bandwidth_gbs <= 10
    assert here.memory_bytes == pytest.approx(CPU.machine.memory) and "Made Processor" in here.note
    assert str(Rig(name="here", devices=(here,))) == "1x this machine"


def test_a_card_of_the_catalogue_is_that_card():
    assert this_machine(made_profile(device="gpu", card="Tesla P40")) is device("Tesla P40")


def test_another_card_is_this_machine_and_has_its_capability():
    profile = made_profile(device="gpu")
    other = replace(profile, machine=replace(profile.machine, capability="12.0"))
    assert this_machine(other).name == THIS_MACHINE and this_machine(other).capability == (12, 0)
    assert predict_time(Gemm(64, 64, 64), this_machine(other), profile=other).value > 0
    with pytest.raises(ConfigError, match="machine.capability must be like 6.1; got 'twelve'"):
        this_machine(replace(profile, machine=replace(profile.machine, capability="twelve")))


def test_without_its_profile_it_is_not_predicted():
    with pytest.raises(HardwareError, match="compute capability 3.7 or later"):
        predict_time(Gemm(64, 64, 64), this_machine(CPU))
