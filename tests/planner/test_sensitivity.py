"""What changes the answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sextet.hardware.rig import read_rig
from sextet.planner.estimate import estimate
from sextet.planner.job import Sizes, job_of
from sextet.planner.sensitivity import LIMITS, cases, changes
from sextet.specs.presets import parse_members
from sextet.specs.train_config import TrainConfig


@pytest.fixture(scope="module")
def base(job, clock, terms, rigs):
    return [estimate(rig, job, clock, terms) for rig in rigs]


def test_width_turns_the_question(job, clock, terms, rigs, base):
    found = {one.what: one for one in changes(rigs, base, job, clock, terms)}
    asked = min(base, key=lambda one: one.best.seconds.value).rig.name
    assert asked == rigs[0].name  # three cards feed five small members sooner than two
    widest = found["that host and members 16 times as wide"]
    assert widest.fastest == rigs[1].name and "time" in widest.flips
    for change in found.values():
        assert ("time" in change.flips) == (change.fastest is not None and change.fastest != asked)


def test_use_and_prices_change_costs_and_no_times(job, clock, terms, rigs, base):
    found = {one.what: one for one in changes(rigs, base, job, clock, terms)}
    dear, asked = found["electricity at three times its price"], {one.rig.name: one for one in base}
    for name, one in asked.items():
        assert dear.seconds[name] == one.best.seconds.value
        assert dear.cost[name] == pytest.approx(one.cost.value + 2 * one.energy_cost.value)
    used = found["prices of the list of used cards (2026)"]
    assert used.cost[rigs[1].name] is None and used.cheapest is None and "cost" not in used.flips
    assert used.best is None and set(used.total.values()) == {None} and "score" not in used.flips


def test_cases_that_say_what_was_asked_are_left_out(job, terms):
    said = [one.what for one in cases(job, replace(terms, hours_a_day=24.0, years=1.0))]
    assert not any("24 hours" in what or what == "1 year of use" for what in said)
    assert not any("PatchTST" in one.what for one in cases(replace(job, specs=job.specs[:3]), terms))


def test_a_host_short_of_cores_leaves_cards_unused(job, clock, terms, rigs):
    terms = replace(terms, precision="float32")
    base = [estimate(rig, job, clock, terms) for rig in rigs]
    found = next(one for one in changes(rigs, base, job, clock, terms) if "2 cores" in one.what)
    two = estimate(read_rig("2x Tesla P40"), job, clock, terms).best.seconds.value
    assert found.seconds[rigs[0].name] == pytest.approx(two)
    assert found.seconds[rigs[1].name] == base[1].best.seconds.value
    assert found.fastest is None and "time" not in found.flips  # two cards of either kind feed on the same host


def test_prices_that_a_list_does_not_have_take_the_score_from_nobody(terms, clock, rigs):
    job = job_of(Sizes(series=70), parse_members("v6"), TrainConfig())
    base = [estimate(rig, job, clock, terms) for rig in rigs]
    found = next(one for one in changes(rigs, base, job, clock, terms) if "list of used cards" in one.what)
    assert found.best is None and found.flips == ()


def test_batches_are_tried_only_as_a_training_does_them(job, terms):
    assert not any("batches" in one.what for one in cases(job, terms))
    short = job_of(Sizes(horizon=24), parse_members("v6"), TrainConfig())
    tried = next(one for one in cases(short, terms) if one.what.startswith("batches of"))
    assert tried.what == "batches of 1024 instead of 256" and tried.job == short.asking(1024)
    part = job_of(Sizes(horizon=48), parse_members("v6"), TrainConfig())
    assert any(one.what == "batches of 512 instead of 256" for one in cases(part, terms))


def test_patchtst_left_out_is_v5_only_of_all_six(job, terms):
    assert any(one.what == "PatchTST left out (the members of v5)" for one in cases(job, terms))
    two = replace(job, specs=(job.specs[0], job.specs[3]))
    assert any(one.what == "PatchTST left out" for one in cases(two, terms))


def test_rigs_beyond_the_limits_win_nothing_until_they_keep_to_them(job, clock, terms, rigs, base):
    tight = replace(terms, budget=base[0].price.quantity)
    found = {one.what: one for one in changes(rigs, base, job, clock, tight)}
    wide = found["that host and members 16 times as wide"]
    assert (wide.fastest, wide.cheapest, wide.best) == (rigs[0].name,) * 3 and wide.flips == ()
    used = found["prices of the list of used cards (2026)"]  # which has no price of the second: it is no cheaper
    assert used.cost[rigs[1].name] is None and used.best == rigs[0].name and used.flips == ()


def test_a_case_that_breaks_a_limit_says_who_keeps_to_it(job, clock, terms, rigs, base):
    tight = replace(terms, hours_limit=100 / 3600)
    found = {one.what: one for one in changes(rigs, base, job, clock, tight)}
    wide = found["members 16 times as wide"]  # which takes three P40 220 s and two V100 76
    assert wide.fastest == wide.cheapest == wide.best == rigs[1].name and wide.flips == ("time", "cost", "score")
    longer = found["10 times the epochs"]
    assert longer.flips == (LIMITS,) and longer.best is None
