"""The host's share of a training."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sextet.planner.host import BATCH_S, BATCH_VALUE_S, BUILD_S, FACTOR, batch_gathered, built, judged, ruled, started
from sextet.specs.presets import MEMBERS


def test_every_network_has_a_measured_build():
    assert set(BUILD_S) == set(MEMBERS) - {"rule-based"}


def test_a_batch_grows_with_its_windows_and_their_values(job):
    one, twice = batch_gathered(job), batch_gathered(job.with_batch(2 * job.config.batch))
    assert one.value < twice.value < 2 * one.value
    longer = replace(job, shape=replace(job.shape, lookback=2 * job.shape.lookback))
    assert batch_gathered(longer).value > one.value and judged(longer).value > judged(job).value
    values = 256 * (720 * 6 + 96 * (4 + 3))
    assert one.value == pytest.approx(BATCH_S + BATCH_VALUE_S * values)


def test_a_faster_host_is_faster_in_everything(job):
    fast = job.with_host(4.0)
    spec = job.networks[0]
    for seconds in (started, batch_gathered, judged, ruled, lambda one: built(spec, one, compiled=False)):
        assert seconds(fast).value == pytest.approx(seconds(job).value / 4)


def test_compiling_and_half_precision_take_longer(job):
    spec = job.networks[3]
    plain = built(spec, job, compiled=False)
    assert built(spec, job, compiled=True).value > plain.value
    assert built(spec, job, compiled=False, half=True).value > plain.value
    assert (plain.low * FACTOR, plain.high / FACTOR) == (pytest.approx(plain.value), pytest.approx(plain.value))
    assert "planner_host.py" in plain.source
