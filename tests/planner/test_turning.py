"""At which price and which limit another rig scores best."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sextet.hardware.rig import read_rig
from sextet.planner.estimate import estimate
from sextet.planner.figures import Quantity
from sextet.planner.score import scores
from sextet.planner.turning import turning_limits, turning_price, winner


@pytest.fixture(scope="module")
def base(job, clock, terms, rigs):
    return [estimate(rig, job, clock, terms) for rig in rigs]


@pytest.mark.parametrize("place", [0, 1])
def test_at_the_turning_price_the_score_turns(place, terms, base):
    found, price = turning_price(base, place, terms)
    one = base[place]
    for factor in (0.98, 1.02):
        share = one.best.seconds.value / terms.life_seconds
        facts = [each.facts() for each in base]
        facts[place] = replace(facts[place], cost=price.value * factor * share + one.energy_cost.value)
        best = max(scores(facts), key=lambda each: each.total).name
        dearer_loses = (factor > 1) == (place == 0)
        assert (best == found) == dearer_loses


def test_no_turning_price_without_prices(job, clock, terms):
    pair = [estimate(read_rig(name), job, clock, terms) for name in ("2x A40", "2x A30")]
    assert turning_price(pair, 0, terms) is None


def test_the_winner_keeps_to_the_limits(base, terms):
    assert winner(base, terms) == base[0].rig.name
    assert winner(base, replace(terms, hours_limit=base[0].best.seconds.value / 3700)) is None
    assert winner(list(reversed(base)), replace(terms, budget=base[0].price.quantity)) == base[0].rig.name


def test_a_rig_that_scores_better_turns_at_the_budget(base, terms):
    better, worse = (base[0], base[1])
    dear = replace(better, price=replace(better.price, quantity=Quantity(3e7, "KRW"), high=Quantity(3e7, "KRW")))
    tight = replace(terms, budget=Quantity(2.5e7, "KRW"))
    pair = [dear, worse]
    assert winner(pair, terms) == dear.rig.name and winner(pair, tight) == worse.rig.name
    assert turning_price(pair, 0, tight) == (dear.rig.name, Quantity(2.5e7, "KRW"))
    assert list(turning_limits(pair, tight)) == [("budget", dear.rig.name, 3e7)]
    far = replace(tight, budget=Quantity(2.5e7, "KRW"), hours_limit=1e-5)
    assert list(turning_limits(pair, far))[0][:2] == ("hours", worse.rig.name)  # the other breaks both limits
    assert list(turning_limits(pair, terms)) == []


def test_a_rig_that_becomes_too_dear_loses_at_the_budget(base, terms):
    tight = replace(terms, budget=Quantity(2.1e7, "KRW"))
    found = turning_price(base, 0, tight)
    assert found == (base[1].rig.name, Quantity(2.1e7, "KRW")) and turning_price(base, 0, terms)[1].value > 3e7
    alone = replace(terms, budget=Quantity(7e6, "KRW"))
    assert turning_price(base, 0, alone) is None  # no other keeps to that
