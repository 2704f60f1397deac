"""Memory with a profile: what some members took corrects what is predicted of the others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.hardware.catalogue import device
from sextet.planner.memory import MIB, memory_parts, predict_memory
from sextet.planner.memory_profile import calls, counted, measured_parts, predict_growth
from sextet.planner.profile import Profile, StepTime, Timing
from sextet.planner.standing import BATCH, SHAPE, member_specs
from sextet.planner.this_machine import this_machine
from sextet.planner.timing.device import Software
from sextet.planner.work import member_work

from .made import VALUES, made_profile

CPU = made_profile()


def _work(name: str, batch: int = BATCH):
    return member_work(member_specs()[name], SHAPE, batch)


def _with(profile: Profile, names: tuple[str, ...], fixed: float, graph: float, share: float) -> Profile:
    steps = []
    for name in names:
        work = _work(name)
        grown = fixed + graph * calls(work) + share * counted(memory_parts(work, Software(), margin=1.0))
        time = Timing(value=0.1, spread=0.0, samples=3)
        steps.append(StepTime(spec=member_specs()[name], shape=SHAPE, batch=BATCH, time=time, memory=grown))
    return replace(profile, steps=tuple(steps))


@pytest.mark.parametrize(("fixed", "graph", "share"), [(80, 0.12, 1.0), (150, 0.05, 1.1), (30, 0.2, 0.9)])
def test_two_members_correct_the_others(fixed, graph, share):
    profile = _with(CPU, ("lstm", "patchtst"), fixed * MIB, graph * MIB, share)
    for name in ("gru", "cnn-lstm", "spike-detector"):
        work = _work(name)
        truth = fixed * MIB + graph * MIB * calls(work) + share * counted(memory_parts(work, Software(), margin=1.0))
        found, before = predict_growth(work, profile), predict_growth(work, CPU)
        assert found.value == pytest.approx(truth, rel=0.08)
        assert found.low < found.value < found.high
        assert found.high - found.low < before.high - before.low


def test_the_whole_process_is_the_floor_and_the_growth():
    work = _work("gru")
    found = predict_memory(work, this_machine(CPU), Software(), profile=CPU)
    assert found.value == pytest.approx(VALUES["floor"] + predict_growth(work, CPU).value)
    assert found.notes[-1] == CPU.source and not found.extrapolated
    small = replace(CPU, machine=replace(CPU.machine, memory=7e8))
    assert "It does not fit" in predict_memory(work, this_machine(small), Software(), profile=small).notes[0]


def test_a_card_keeps_what_the_driver_takes():
    card = made_profile(device="gpu", card="Tesla P40")
    found = predict_memory(_work("gru"), device("Tesla P40"), Software(), profile=card)
    plain = predict_memory(_work("gru"), device("Tesla P40"), Software())
    assert found.value == pytest.approx(plain.value, rel=0.1)
    assert found.high / found.low < plain.high / plain.low
    with pytest.raises(ConfigError, match="Expected a profile of Tesla P4;"):
        predict_memory(_work("gru"), device("Tesla P4"), Software(), profile=card)


@given(st.sampled_from(sorted(member_specs())), st.integers(1, 2000), st.integers(1, 2000))
def test_more_windows_never_take_less(name, batch, more):
    profile = _with(CPU, ("lstm", "patchtst"), 120 * MIB, 0.03 * MIB, 1.2)
    less, greater = (predict_growth(_work(name, size), profile).value for size in (batch, batch + more))
    assert less <= greater


@pytest.mark.parametrize(("fixed", "share"), [(80, 1.1), (1, 0.7)])
def test_the_parts_of_a_measured_peak_add_up_to_it(fixed, share):
    profile = _with(CPU, ("lstm", "patchtst"), fixed * MIB, 0.01 * MIB, share)
    work = _work("cnn-lstm")
    found, plain = measured_parts(work, profile, Software()), memory_parts(work, Software(), margin=1.0)
    assert found.total == pytest.approx(predict_memory(work, this_machine(profile), Software(), profile=profile).value)
    assert found.context == VALUES["floor"] and found.margin >= 0
    part = found.weights / plain.weights
    assert (part == 1) is (share > 1) and found.activations == pytest.approx(part * plain.activations)
