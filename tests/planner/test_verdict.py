"""Which rig to take, why, and what speaks against it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sextet.hardware.rig import read_rig
from sextet.planner.estimate import estimate
from sextet.planner.figures import Quantity
from sextet.planner.score import scores
from sextet.planner.verdict import alike, break_evens, reasons, verdict
from sextet.planner.within import facts_of, within


@pytest.fixture(scope="module")
def base(job, clock, terms, rigs):
    return [estimate(rig, job, clock, terms) for rig in rigs]


def _verdict(base, terms):
    return verdict(base, scores(facts_of(base, terms), terms.weights), None, (), terms)


def test_what_is_for_one_rig_is_against_the_other(base, terms):
    p40, v100 = (reasons(one, [other], terms) for one, other in zip(base, reversed(base), strict=True))
    assert any(pro.startswith("Trains a round in") for pro in p40[0]) and any(
        con.startswith("Trains a round in") for con in v100[1]
    )
    assert any("6,000,000 KRW to buy" in pro for pro in p40[0])
    assert any("No tensor cores" in con for con in p40[1]) and not any("No tensor" in con for con in v100[1])
    assert any("last driver is looked after for 1.8 more years" in con for con in p40[1])
    carrier = estimate_reasons("2x V100 SXM2 32GB", base, terms)
    assert any("carrier board" in con for con in carrier)


def estimate_reasons(name, base, terms):
    rig = read_rig(name)
    return reasons(replace(base[1], rig=rig), base[:1], terms)[1]


def test_a_rig_beyond_the_limits_is_not_the_verdict(base, terms):
    assert _verdict(base, terms).rig == base[0].rig.name
    tight = replace(terms, hours_limit=80 / 3600, budget=Quantity(10.0, "KRW"))
    assert within(base[0], tight) == {"hours": True, "budget": False}
    assert _verdict(base, tight).rig is None and "No rig keeps to the limits" in _verdict(base, tight).text
    other_way = replace(terms, budget=Quantity(7e6, "KRW"))
    found = _verdict(list(reversed(base)), other_way)
    assert found.rig == base[0].rig.name and "2x Tesla V100 32GB costs more than 7,000,000 KRW" in found.text
    alone = _verdict(base[1:], other_way)
    assert alone.rig is None and "but costs more than" in alone.text


def test_what_the_scores_leave_out_is_said(base, terms):
    bare = replace(base[1], price=None, cost=None)
    found = _verdict([base[0], bare], terms)
    assert "The scores leave out cost (weight 3): no list has a price of 2x Tesla V100 32GB." in found.text
    assert "leave out" not in _verdict(base, terms).text
    assert "leave out" not in _verdict([base[0], bare], replace(terms, weights={"cost": 0.0})).text
    tight = _verdict([base[0], bare], replace(terms, budget=Quantity(7e6, "KRW"))).text
    assert "Whether 2x Tesla V100 32GB keeps to the budget is not known." in tight
    assert "The score leaves out cost (weight 3)" in _verdict([bare], terms).text


def test_rigs_that_score_the_same_have_no_winner(base, terms):
    twin = replace(base[0], rig=replace(base[0].rig, name="its twin"))
    assert _verdict([base[0], twin], terms).rig is None and "score the same" in _verdict([base[0], twin], terms).text


def test_break_even_by_hand(base, terms):
    cheap, dear = base
    greedy = replace(dear, energy_cost=replace(dear.energy_cost, value=2 * cheap.energy_cost.value))
    never = break_evens([cheap, greedy], terms)[0]
    assert (never.cheap, never.dear, never.days) == (cheap.rig.name, dear.rig.name, None) and "never" in never.text
    thrifty = replace(dear, energy_cost=replace(dear.energy_cost, value=0.5, low=0.5, high=0.5))
    found = break_evens([thrifty, cheap], terms)[0]
    saved = cheap.energy_cost.value - 0.5
    a_day = 8 * 3600 / max(one.best.seconds.value for one in base)
    assert found.days == pytest.approx(14_000_000 / saved / a_day) and found.dear == dear.rig.name
    same = break_evens([cheap, replace(cheap, rig=replace(cheap.rig, name="twin"))], terms)[0]
    assert same.days == 0.0
    unknown = break_evens([cheap, replace(dear, price=None)], terms)[0]
    assert unknown.days is None and "no price of" in unknown.text


def test_alike_within_a_twentieth():
    assert alike(1.0, 1.04) and alike(1.04, 1.0) and not alike(1.0, 1.06)


def test_a_rig_that_does_not_serve_is_never_the_verdict(base, terms):
    best, other = base
    old = replace(best, cannot_train=("Tesla P40 cannot train: it is too old.",))
    found = _verdict([old, other], terms)
    assert found.rig == other.rig.name and "3x Tesla P40 cannot train: it is too old." in found.text
    assert not any("3x Tesla P40" in reason for reason in found.reasons)
    assert reasons(old, [other], terms)[0] == () and reasons(old, [other], terms)[1][0].startswith("Tesla P40 cannot")
    alone = _verdict([old], terms)
    assert alone.rig is None and alone.text == "3x Tesla P40 cannot train: it is too old."
    assert _verdict([old, replace(old, rig=other.rig)], terms).text.startswith("sextet cannot train on any of these")
    mixed = replace(old, rig=read_rig("2x P40, T4"))
    assert "2x P40, T4: Tesla P40 cannot train" in _verdict([mixed, other], terms).text


def test_a_rig_that_does_not_hold_the_members_is_never_the_verdict(base, terms):
    small, large = (replace(one, best=replace(one.best, fits=False), headroom=0.04) for one in base)
    found = _verdict([small, base[1]], terms)
    assert found.rig == base[1].rig.name and "3x Tesla P40 does not hold every member." in found.text
    none = _verdict([small, large], terms)
    assert none.rig is None and none.text.startswith("No rig holds the members.") and "the same" not in none.text
    assert reasons(small, [large], terms)[0] == ()
    dear = _verdict([small, base[1]], replace(terms, budget=Quantity(7e6, "KRW")))
    assert dear.rig is None and dear.text.startswith("No rig that can be used keeps to the limits.")
    assert _verdict([small], terms).text.startswith("3x Tesla P40 does not hold every member. Lower --batch")


def test_a_better_rig_beyond_a_limit_is_what_would_change_the_verdict(base, terms):
    dear = replace(base[0], price=replace(base[0].price, quantity=Quantity(3e7, "KRW"), high=Quantity(3e7, "KRW")))
    tight = replace(terms, budget=Quantity(2.5e7, "KRW"))
    found = _verdict([dear, base[1]], tight)
    best = base[1].rig.name
    assert found.rig == best and found.text.startswith(f"{best}: 9.3 of 10. 3x Tesla P40 costs more than")
    assert not any("3x Tesla P40" in reason for reason in found.reasons)
    assert found.flips == (
        "At 25,000,000 KRW or less instead of 30,000,000 KRW 3x Tesla P40 keeps to the budget and scores best.",
        "With a budget of 30,000,000 KRW instead of 25,000,000 KRW, 3x Tesla P40 scores best.",
        f"Nothing else that was tried takes the best score from {best}.",
    )
    assert "It costs more than 25,000,000 KRW." in reasons(dear, [base[1]], tight)[1]


def test_limits_that_none_keeps_to_say_what_would_let_one(base, terms):
    none = _verdict(base, replace(terms, hours_limit=0.01))
    assert (
        none.rig is None
        and none.flips[0] == "With a deadline of 0.0124 h a round instead of 0.01 h, 3x Tesla P40 scores best."
    )
