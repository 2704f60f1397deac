"""What is left out could not have been the best."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sextet.hardware.rig import read_rig
from sextet.planner.clock import Clock
from sextet.planner.estimate import best_option, estimate
from sextet.planner.options import options_of
from sextet.planner.training import OVER, least_over, placed

RIGS = [
    read_rig(name) for name in ("3x Tesla P40", "2x V100 SXM2 32GB nvlink", "Tesla T4", "4x RTX 4090", "2x P40, T4")
]


@pytest.mark.parametrize(("wide", "host"), [(1, 1.0), (16, 1.0), (16, 100.0), (1, 100.0)])
def test_the_best_of_what_is_left_is_the_best_of_all(job, terms, wide, host):
    work, clock = job.wider(wide).with_host(host), Clock(terms.software)
    alone = replace(work, specs=work.specs[:1])
    for each in (work, alone):
        for rig, options in zip(RIGS, options_of([(rig, each) for rig in RIGS], clock, terms), strict=True):
            whole = estimate(rig, each, clock, terms)
            assert options[best_option(rig, options)] == whole.best


def test_the_bound_is_one_and_leaves_shared_batches_unpredicted(job, terms):
    clock = Clock(terms.software)
    options = options_of([(RIGS[0], job)], clock, terms)[0]
    assert all(placement != OVER for placement, _ in options)
    over = placed(RIGS[0], job, clock, OVER, "float32")
    assert least_over(RIGS[0], job, clock, "float32") <= over.seconds.value
