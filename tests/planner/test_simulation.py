"""How often each rig wins: seeded, sane, and what is common to the rigs does not decide between them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sextet.hardware.rig import read_rig
from sextet.planner.estimate import estimate
from sextet.planner.score import drawn_totals, scores
from sextet.planner.simulation import ERRORS, common_share, simulate, spread


def _simulated(rigs, job, clock, terms):
    return simulate([estimate(rig, job, clock, terms) for rig in rigs], job, terms)


def test_a_seed_gives_the_same_answer_and_another_nearly_so(job, clock, terms, rigs):
    wide = job.wider(4).with_host(10.0)
    first, again = (_simulated(rigs, wide, clock, terms) for _ in range(2))
    other = _simulated(rigs, wide, clock, replace(terms, seed=1))
    assert first == again != other
    for criterion, wins in first.wins.items():
        assert sum(wins.values()) == pytest.approx(1)
        for name, share in wins.items():
            assert other.wins[criterion][name] == pytest.approx(share, abs=0.04)


def test_the_middle_of_the_draws_is_the_plan(job, clock, terms, rigs):
    found = _simulated(rigs, job, clock, terms)
    for rig in rigs:
        low, middle, high = found.seconds[rig.name]
        plan = estimate(rig, job, clock, terms).best.seconds.value
        # gathering and handing over calls take about as long here: the longer of two draws lies above both middles
        assert 0.9 * plan < middle < 1.15 * plan
        assert low < middle < high


def test_equal_rigs_share_the_wins(job, clock, terms):
    one, other = read_rig("2x P40"), replace(read_rig("2x P40"), name="the same again")
    wins = _simulated((one, other), job, clock, terms).wins
    assert wins["time"] == {"2x P40": 0.5, "the same again": 0.5}


def test_what_the_host_does_is_common_so_the_ratio_is_surer_than_the_times(job, clock, terms, rigs):
    found = _simulated(rigs, job, clock, terms)
    low, middle, high = found.ratios[rigs[1].name]
    mine = found.seconds[rigs[0].name]
    assert high / low < 1.2 < mine[2] / mine[0]
    assert middle > 1


def test_cost_is_left_out_where_a_price_is_not_known(job, clock, terms, rigs):
    wins = _simulated((rigs[0], read_rig("2x A40")), job, clock, terms).wins
    assert set(wins) == {"time", "score"}


def test_both_placements_and_several_cards_can_be_drawn(job, clock, terms):
    alone = replace(job, specs=job.specs[:1]).wider(32).with_host(100.0)
    rigs = read_rig("4x V100 SXM2 32GB nvlink"), read_rig("4x Tesla P40")
    estimates = [estimate(rig, alone, clock, terms) for rig in rigs]
    assert any(run.link is not None for one in estimates for run in one.best.runs)
    found = simulate(estimates, alone, terms)
    assert found.wins["time"][rigs[0].name] > 0.99


def test_totals_of_draws_are_those_of_the_score(job, clock, terms, rigs):
    estimates = [estimate(rig, job, clock, terms) for rig in (*rigs, read_rig("2x A40"))]
    facts = [one.facts() for one in estimates]
    for known in (facts[:2], facts):
        cost = None if any(one.cost is None for one in known) else np.array([[one.cost] for one in known])
        drawn = drawn_totals(
            np.array([[one.seconds] for one in known]), cost, np.array([[one.kwh] for one in known]), known, {"time": 5}
        )
        assert drawn[:, 0] == pytest.approx([one.total for one in scores(known, {"time": 5})])


def test_common_shares_follow_from_errors_and_ratios():
    assert all(0 <= common_share(name) <= 1 for name in ERRORS)
    assert common_share("recurrent") > common_share("gemm")  # ratios of recurrent layers are surer than their times


def test_eighty_of_a_hundred_draws_lie_in_the_interval():
    drawn = spread(np.random.default_rng(0).standard_normal(20_000), 5.0, 2.0, 15.0)
    assert np.mean((drawn >= 2.0) & (drawn <= 15.0)) == pytest.approx(0.8, abs=0.01)
    assert np.median(drawn) == pytest.approx(5.0, rel=0.02)
