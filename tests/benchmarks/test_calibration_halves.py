"""Every way to halve five networks: what is kept predicts what is left out, and the page holds the tables."""

from __future__ import annotations

from dataclasses import replace

import pytest

import calibration_halves as benchmark
from marked_page import filled
from sextet.planner.profile import Timing

from ..planner.made import made_profile

WHOLE = made_profile(steps=True)
BARE = replace(WHOLE, steps=())
LIKE_KERNELS = replace(
    WHOLE,
    steps=tuple(
        replace(one, time=Timing(value=2 * benchmark.time_of(BARE, one)[0], spread=0.0, samples=3))
        for one in WHOLE.steps
    ),
)


def test_five_networks_are_halved_in_twenty_ways_and_predicted_fifty_times():
    found = list(benchmark.halves(LIKE_KERNELS, benchmark.time_of, lambda one: one.time.value))
    assert len(found) == 50 and len({one.kept for one in found}) == 20
    assert all(one.name not in one.kept for one in found)
    assert {len(one.kept) for one in found} == {2, 3}


def test_steps_that_are_their_kernels_times_a_factor_are_predicted_well():
    found = list(benchmark.halves(LIKE_KERNELS, benchmark.time_of, lambda one: one.time.value))
    judged = benchmark.judged(found, benchmark.TIME_BAR)
    assert judged["largest"] < 0.1 < judged["constant"] and judged["within"] == judged["covered"] == 1.0


def test_the_baseline_is_the_geometric_mean_of_the_half():
    one = next(benchmark.halves(LIKE_KERNELS, benchmark.time_of, lambda step: step.time.value))
    first, second = (step.time.value for step in LIKE_KERNELS.steps[:2])
    assert one.constant == pytest.approx((first * second) ** 0.5)


def test_tables_go_between_their_marks():
    text = "a\n<!-- x -->\nold\n<!-- end x -->\nb\n"
    assert filled(text, "x", "new") == "a\n<!-- x -->\nnew\n<!-- end x -->\nb\n"
    page = benchmark.PAGE.read_text(encoding="utf-8")
    assert all(f"<!-- {name} -->" in page and f"<!-- end {name} -->" in page for name in ("where", "halves", "members"))
