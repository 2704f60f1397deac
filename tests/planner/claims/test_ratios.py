"""How many times longer one rig takes than another."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.hardware.catalogue import device
from sextet.hardware.rig import read_rig
from sextet.planner.claims.ratios import (
    Run,
    all_members,
    call_of,
    link,
    makespan,
    one_card,
    quickest,
    ratio,
    step_of,
)
from sextet.planner.claims.setting import default_setting
from sextet.planner.timing.prediction import DISPATCH_S, predict_time
from sextet.planner.training import OVER, OWN

SETTING = default_setting()
SMALL, LARGE = SETTING.scenes


@pytest.mark.parametrize("scene", SETTING.scenes, ids=lambda scene: scene.name)
@pytest.mark.parametrize("name", ["Tesla P40", "Tesla V100 SXM2 32GB"])
def test_host_and_card_make_up_the_predicted_step(scene, name):
    for spec in scene.specs:
        work = call_of(spec, scene, scene.batch)
        step, whole = step_of(work, device(name), SETTING.software), predict_time(work, device(name), SETTING.software)
        calls = sum(count for _, count in work.operations) + work.launches
        assert step.host == pytest.approx(calls * DISPATCH_S["tensorflow"])
        assert step.seconds() == pytest.approx(whole.value)
        assert step.seconds(2.0, "high") == pytest.approx(whole.high)
        assert step.seconds(0.5, "low") == pytest.approx(whole.low, rel=1e-3)


def _run(seconds, factor=1.5, card="a"):
    ends = {"low": 1 / factor, "value": 1.0, "high": factor}
    return Run(label="x", card=card, seconds=lambda host, end: seconds * ends[end])


@given(st.floats(0.01, 100), st.floats(0.01, 100), st.floats(1.01, 3), st.floats(1.01, 3))
def test_errors_of_two_cards_add_up_as_independent_ones(first, second, one, other):
    found = ratio(_run(first, one, "a"), _run(second, other, "b"))
    width = math.exp(math.hypot(math.log(one), math.log(other)))
    assert found.value == pytest.approx(first / second)
    assert (found.high, found.low) == (pytest.approx(found.value * width), pytest.approx(found.value / width))


@given(st.floats(0.01, 100), st.floats(0.01, 100), st.floats(1.01, 3))
def test_what_is_wrong_with_a_card_is_wrong_on_both_sides(first, second, factor):
    found = ratio(_run(first, factor), _run(second, factor))
    assert found.low == pytest.approx(found.value) and found.high == pytest.approx(found.value)


def test_the_host_is_the_same_for_both_cards():
    works = [call_of(SMALL.specs[0], SMALL, SMALL.batch) for _ in range(2)]
    old, new = (
        one_card(work, one, SETTING.software) for work, one in zip(works, (SETTING.old, SETTING.new), strict=True)
    )
    found, alone = ratio(old, new), predict_time(works[0], SETTING.old, SETTING.software)
    # a step that waits for the host is known within a factor of two, but not how much longer it takes elsewhere
    assert found.high / found.value < 0.8 * alone.high / alone.value


@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=8), st.integers(1, 4))
def test_a_makespan_lies_between_its_bounds(seconds, cards):
    found = makespan(seconds, cards)
    assert max(max(seconds), sum(seconds) / cards) <= found * (1 + 1e-9)
    assert found <= sum(seconds) / cards + max(seconds) * (1 + 1e-9)


def test_works_are_shared_out_as_well_as_can_be():
    assert makespan([3, 3, 2, 2, 2], 2) == 6  # 3 + 3 and 2 + 2 + 2, which the longest first would miss
    assert makespan([3, 3, 2, 2, 2], 3) == 5
    assert makespan([4], 3) == 4


def test_links():
    assert link(read_rig("3x P40")).gbs == pytest.approx(16 * 8 * 128 / 130 / 8)
    assert (link(SETTING.few).way, link(SETTING.few).gbs) == ("nvlink", 300)


@pytest.mark.parametrize("scene", SETTING.scenes, ids=lambda scene: scene.name)
def test_the_quickest_is_the_quickest(scene):
    runs = [all_members(scene, SETTING.many, SETTING.software, placement) for placement in (OVER, OWN)]
    assert quickest(scene, SETTING.many, SETTING.software).value == min(run.value for run in runs)
    both = quickest(scene, SETTING.few, SETTING.software, ("float32", "float16"))
    assert both.value <= quickest(scene, SETTING.few, SETTING.software).value


def test_members_on_cards_of_their_own_take_as_long_as_the_busiest_card():
    steps = [
        predict_time(call_of(spec, SMALL, SMALL.batch), SETTING.old, SETTING.software).value for spec in SMALL.specs
    ]
    run = all_members(SMALL, SETTING.many, SETTING.software, OWN)
    assert run.value == pytest.approx(makespan(steps, 3))
