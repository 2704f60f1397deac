"""A training on a rig: arithmetic by hand, and what more of anything may not do."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sextet.hardware.catalogue import device, devices
from sextet.hardware.rig import Rig, read_rig
from sextet.planner.clock import Clock
from sextet.planner.estimate import estimate
from sextet.planner.terms import Terms
from sextet.planner.training import OVER, OWN, link_of, placed

CARDS = [one for one in devices().values() if one.memory_gb >= 8]
MORE = st.floats(1.0, 4.0)


def test_a_member_by_hand(job, clock):
    run = placed(read_rig("Tesla P40"), job, clock, OWN, "float32").runs[0]
    config = job.config
    steps = config.steps * max(run.step.value, run.input.value)
    judging = job.judge_calls * (run.judge.prediction.value + run.judging.value)
    assert run.seconds.value == pytest.approx(run.build.value + config.epochs * (steps + judging))
    assert run.seconds.low < run.seconds.value < run.seconds.high


def test_cards_of_their_own_end_with_the_last_and_over_all_cards_one_after_another(job, clock, rigs):
    own, over = (placed(rigs[0], job, clock, placement, "float32") for placement in (OWN, OVER))
    for card, end in own.ends.items():
        mine = math.fsum(run.seconds.value for run in own.runs if run.cards == (card,))
        assert end.value == pytest.approx(own.start.value + mine)
    assert own.seconds.value == pytest.approx(max(end.value for end in own.ends.values()))
    assert {run.spec.name for run in own.runs} == {spec.name for spec in job.networks}
    whole = over.start.value + over.rules.value + math.fsum(run.seconds.value for run in over.runs)
    assert over.seconds.value == pytest.approx(whole)
    assert own.fits and over.fits


def test_the_host_feeds_no_more_cards_than_it_has_cores(job, clock):
    free, narrow = read_rig("4x Tesla P40"), read_rig("4x Tesla P40 on 2 cores")
    assert len(placed(free, job, clock, OWN, "float32").ends) == 3
    limited = placed(narrow, job, clock, OWN, "float32")
    assert len(limited.ends) == 2
    assert limited.seconds.value == pytest.approx(placed(read_rig("2x P40"), job, clock, OWN, "float32").seconds.value)


def test_a_mixed_rig_gives_the_long_members_to_the_fast_card(job, clock):
    wide = job.wider(16).with_host(50.0)
    found = placed(read_rig("Tesla M40 24GB, A100 PCIe 80GB"), wide, clock, OWN, "float32")
    by_card = {card: {run.spec.name for run in found.runs if run.cards == (card,)} for card in (0, 1)}
    assert len(by_card[1]) > len(by_card[0])


def test_links_of_cards():
    assert link_of(read_rig("2x V100 SXM2 32GB nvlink"), [0, 1]).way == "nvlink"
    assert link_of(read_rig("2x V100 SXM2 32GB"), [0, 1]).way == "pcie"
    assert link_of(read_rig("2x RTX 4090"), [0, 1]).way == "host"
    assert link_of(read_rig("2x RTX A6000"), [0, 1]).way == "pcie"
    narrow = read_rig("4x Tesla P40 on 32 lanes")
    assert link_of(narrow, [0, 1], 2).gbs == pytest.approx(2 * link_of(narrow, [0, 1]).gbs)


def test_a_member_that_does_not_fit_is_said_and_still_timed(job, clock):
    tiny = replace(device("Tesla P4"), memory_gb=0.5)
    found = placed(Rig(name="tiny", devices=(tiny,)), job, clock, OWN, "float32")
    assert not found.fits and len(found.runs) == len(job.networks) and found.seconds.value > 0


def test_a_card_too_small_is_left_to_those_that_fit(job, clock):
    tiny = replace(device("Tesla P4"), memory_gb=0.5)
    found = placed(Rig(name="mixed", devices=(tiny, device("P40"))), job, clock, OWN, "float32")
    assert found.fits and set(found.ends) == {1}


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(CARDS), st.integers(1, 3), MORE, MORE, MORE, st.sampled_from([1, 8]), st.sampled_from([1.0, 20.0])
)
def test_more_of_anything_never_makes_a_rig_slower_or_fit_less(job, card, count, bandwidth, rate, memory, wide, host):
    better = replace(
        card,
        bandwidth_gbs=card.bandwidth_gbs * bandwidth,
        fp32_tflops=card.fp32_tflops * rate,
        tensor_fp16_tflops=card.tensor_fp16_tflops and card.tensor_fp16_tflops * rate,
        memory_gb=card.memory_gb * memory,
    )
    work, terms = job.wider(wide).with_host(host), Terms()
    one, other = (
        estimate(Rig(name="r", devices=(each,) * count), work, Clock(terms.software), terms) for each in (card, better)
    )
    assert other.best.seconds.value <= one.best.seconds.value * (1 + 1e-9)
    assert other.best.fits >= one.best.fits


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(CARDS),
    st.integers(1, 5),
    st.sampled_from(["", " on 64 lanes", " on 4 cores", " on x8, PCIe 3"]),
    st.sampled_from([1, 16]),
    st.sampled_from([1.0, 50.0]),
)
def test_one_more_card_never_makes_the_best_choice_of_cards_slower(job, card, count, machine, wide, host):
    around = read_rig(f"Tesla P40{machine}").machine
    terms, work = Terms(), job.wider(wide).with_host(host)
    clock = Clock(terms.software)
    few, more = (
        estimate(Rig(name="r", devices=(card,) * number, machine=around), work, clock, terms)
        for number in (count, count + 1)
    )
    assert more.best.seconds.value <= few.best.seconds.value * (1 + 1e-9)
    assert more.best.fits >= few.best.fits
