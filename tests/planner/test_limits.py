"""What limits members and rigs, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sextet.hardware.rig import read_rig
from sextet.planner.estimate import estimate
from sextet.planner.limits import limits_of, why_of


@pytest.mark.parametrize(
    ("wide", "host", "limit", "says"),
    [
        (1, 0.5, "input", "no card makes it faster"),
        (1, 50.0, "launches", "calls a step"),
        (16, 50.0, "arithmetic", "rate of arithmetic would help most"),
    ],
)
def test_what_limits_an_lstm_on_a_p40(job, clock, terms, wide, host, limit, says):
    one = estimate(read_rig("Tesla P40"), job.wider(wide).with_host(host), clock, terms)
    run = one.best.runs[0]
    assert run.spec.name == "lstm"
    found, why = why_of(run, clock.work(run.call))
    assert found == limit and says in why


def test_an_exchange_that_takes_longer_than_the_step_is_said(job, clock, terms):
    alone = replace(job, specs=job.specs[:1]).wider(32).with_host(100.0).with_batch(16)
    one = estimate(read_rig("2x P40 on x1, PCIe 1"), alone, clock, terms)
    run = one.options["over all cards", "float32"].runs[0]
    shared = replace(run, step=replace(run.step, limited_by="exchange of gradients"))
    limit, why = why_of(shared, clock.work(run.call))
    assert limit == "exchange of gradients" and "MB of gradients" in why


def test_a_rig_says_its_limits_and_its_idle_cards(job, clock, terms):
    one = estimate(read_rig("8x Tesla P40"), job.with_host(0.5), clock, terms)
    said = limits_of(one, {run.spec.name: clock.work(run.call) for run in one.best.runs})
    assert "gathering batches on the host" in said[0]
    assert any("5 cards stay unused" in line for line in said)
    assert any("Building and compiling" in line and "5% more that half precision takes" in line for line in said)
