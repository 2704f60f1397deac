"""The host's share of a training."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sextet.planner.host import (
    BATCH_S,
    BATCH_VALUE_S,
    BUILD_S,
    FACTOR,
    PHASED_S,
    XLA_S,
    batch_gathered,
    built,
    judged,
    ruled,
    started,
)
from sextet.planner.job import Sizes, job_of
from sextet.planner.profile import Timing
from sextet.planner.standing import GATHERED
from sextet.probes.kernels import gathering
from sextet.specs.presets import MEMBERS

from .made import VALUES, made_profile


def test_every_network_has_a_measured_build():
    assert set(BUILD_S) == set(MEMBERS) - {"rule-based"}


def test_a_batch_grows_with_its_windows_and_their_values(job):
    one, twice = batch_gathered(job), batch_gathered(job.with_batch(2 * job.config.batch))
    assert one.value < twice.value < 2 * one.value
    longer = replace(job, shape=replace(job.shape, lookback=2 * job.shape.lookback))
    assert batch_gathered(longer).value > one.value and judged(longer).value > judged(job).value
    values = 256 * (720 * 6 + 96 * (4 + 3))
    assert one.value == pytest.approx(BATCH_S + BATCH_VALUE_S * values)


def test_the_rate_at_which_a_machine_was_seen_to_gather_goes_before_that_of_another(job):
    profile = made_profile()
    values = GATHERED.lookback * GATHERED.past_channels + GATHERED.horizon * (GATHERED.future_channels + 3)
    as_measured = replace(job, shape=GATHERED)
    found = batch_gathered(as_measured, profile)
    assert found.value == pytest.approx(BATCH_S / job.host + job.config.batch / VALUES["gather"])
    assert profile.source in found.source and found.low < found.value / 1.9 and found.high > 1.9 * found.value
    half = batch_gathered(replace(as_measured, shape=replace(GATHERED, lookback=GATHERED.lookback // 2)), profile)
    less = GATHERED.lookback // 2 * GATHERED.past_channels / values
    assert found.value - half.value == pytest.approx(less * job.config.batch / VALUES["gather"])
    assert judged(job, profile).value != judged(job).value
    assert batch_gathered(job, made_profile(figures=("dispatch", "call"))) == batch_gathered(job)
    wide = replace(
        profile, figures={**profile.figures, "gather": Timing(value=VALUES["gather"], spread=1.0, samples=9)}
    )
    assert batch_gathered(job, wide).high > batch_gathered(job, profile).high


def test_calibration_gathers_windows_of_the_size_that_is_reckoned_with():
    found = gathering().call()
    assert found.past.shape[1:] == (GATHERED.lookback, GATHERED.past_channels)
    assert found.future.shape[1:] == (GATHERED.horizon, GATHERED.future_channels)


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


def test_compiling_by_xla_says_where_it_was_measured(job):
    patchtst = next(spec for spec in job.networks if spec.name == "patchtst")
    plain, compiled = (built(patchtst, job, compiled=one) for one in (False, True))
    assert compiled.value - plain.value == pytest.approx(XLA_S)
    assert "H200" in compiled.source and "H200" not in plain.source


def test_the_rule_based_member_takes_longer_where_it_fits_a_regression_for_each_phase(job):
    assert ruled(replace(job, phased=1e11)).value == pytest.approx(ruled(job).value + 1e11 * PHASED_S / job.host)
    sizes = Sizes(series=8, rows=18_000, horizon=24, frequency="h")
    hours = job_of(sizes, job.specs, job.asked)
    assert hours.phased > 1e11 and ruled(hours).value > 30
    assert job_of(replace(sizes, future=2), job.specs, job.asked).phased > 2 * hours.phased
    for unsuited in (replace(sizes, horizon=96), replace(sizes, series=1, rows=2_000), replace(sizes, frequency="YS")):
        assert job_of(unsuited, job.specs, job.asked).phased == 0.0
