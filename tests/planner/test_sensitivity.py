"""What changes the answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sextet.hardware.rig import read_rig
from sextet.planner.estimate import estimate
from sextet.planner.job import Sizes, job_of
from sextet.planner.score import scores
from sextet.planner.sensitivity import cases, changes, turning_price
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


@pytest.mark.parametrize("place", [0, 1])
def test_at_the_turning_price_the_score_turns(place, terms, base):
    winner, price = turning_price(base, place, terms)
    one = base[place]
    for factor, best in ((0.98, None), (1.02, None)):
        share = one.best.seconds.value / terms.life_seconds
        facts = [each.facts() for each in base]
        facts[place] = replace(facts[place], cost=price.value * factor * share + one.energy_cost.value)
        best = max(scores(facts), key=lambda each: each.total).name
        dearer_loses = (factor > 1) == (place == 0)
        assert (best == winner) == dearer_loses


def test_no_turning_price_without_prices(job, clock, terms):
    pair = [estimate(read_rig(name), job, clock, terms) for name in ("2x A40", "2x A30")]
    assert turning_price(pair, 0, terms) is None


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
