"""The one door to step times."""

from __future__ import annotations

import pytest

from sextet.hardware.catalogue import device
from sextet.planner.clock import HALF_COST, Call, Clock
from sextet.planner.memory import memory_parts, predict_memory
from sextet.planner.operations import Convolution
from sextet.planner.timing.prediction import predict_time

from .made import made_profile

P40, V100 = device("P40"), device("V100 SXM2 32GB")


def test_a_step_is_what_predict_time_says_prepared_or_not(job, terms):
    calls = [Call(spec, job.shape, 64) for spec in job.networks]
    ready, lazy = Clock(terms.software), Clock(terms.software)
    ready.prepare(calls, [(P40, "float32"), (V100, "float32")])
    for call in calls:
        for card in (P40, V100):
            expected = predict_time(ready.work(call), card, terms.software).value
            assert ready.step(call, card, "float32").prediction.value == pytest.approx(expected, rel=1e-12)
            assert lazy.step(call, card, "float32").prediction.value == pytest.approx(expected, rel=1e-12)


def test_training_in_half_precision_costs_more_than_its_kernels_and_forecasts_do_not(job, clock, terms):
    step, forecast = Call(job.networks[0], job.shape, 64), Call(job.networks[0], job.shape, 64, False)
    kernels = predict_time(clock.work(step), V100, terms.software, "float16")
    found = clock.step(step, V100, "float16")
    assert found.prediction.value == pytest.approx(HALF_COST * kernels.value)
    assert found.prediction.high == pytest.approx(HALF_COST * kernels.high)
    alone = predict_time(clock.work(forecast), V100, terms.software, "float16")
    assert clock.step(forecast, V100, "float16").prediction.value == pytest.approx(alone.value)


def test_memory_is_found_once(job, clock, terms):
    call = Call(job.networks[0], job.shape, 64)
    same = Call(job.networks[0], job.shape, 64)
    assert clock.memory(call, P40, "float32", 2) is clock.memory(same, V100, "float32", 2)
    assert clock.need(call, P40, "float32", 2) == memory_parts(clock.work(call), terms.software, cards=2).total


def test_no_step_does_more_arithmetic_than_the_data_sheet_allows(job, clock):
    wide = job.wider(32)
    for spec in wide.networks:
        call = Call(spec, job.shape, 256)
        work = clock.work(call)
        products = sum(one.flops * count for one, count in work.operations if not isinstance(one, Convolution))
        for card, precision, rate in ((P40, "float32", 11.76e12), (V100, "float16", 125e12)):
            assert products / clock.step(call, card, precision).prediction.value <= rate * 1.01


def test_memory_that_was_measured_on_a_card_is_used_for_that_card_alone(job, clock, terms):
    whole, kernels = (made_profile(device="gpu", card="Tesla P40", steps=steps) for steps in (True, False))
    call = Call(job.networks[0], job.shape, 64)
    known, without = Clock(terms.software, whole), Clock(terms.software, kernels)
    expected = predict_memory(clock.work(call), P40, terms.software, profile=whole).value
    assert known.need(call, P40, "float32") == pytest.approx(expected)
    assert expected != pytest.approx(clock.need(call, P40, "float32"), rel=1e-3)
    for other, card in ((known, V100), (without, P40)):
        assert other.need(call, card, "float32") == clock.need(call, card, "float32")
