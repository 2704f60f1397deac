"""A rig's figures: price, energy, cost, and which way to train on it."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.ensemble.budget import PLANNED
from sextet.hardware.catalogue import device
from sextet.hardware.rig import Rig, read_rig
from sextet.hardware.site import Accelerator, Site, best_precision
from sextet.planner.cost import ELECTRICITY, power
from sextet.planner.estimate import best_option, estimate, half_of, precisions_of, product, supported_years
from sextet.planner.figures import Prediction, Quantity, Quoted
from sextet.planner.training import OVER, OWN

PARTS = st.tuples(st.floats(0.01, 1e6), st.floats(1, 5), st.floats(1, 5))


def _figure(value, below, above, unit="s"):
    return Prediction(value=value, low=value / below, high=value * above, unit=unit)


def test_energy_and_cost_by_hand(job, clock, terms, rigs):
    one = estimate(rigs[0], job, clock, terms)
    hours = one.best.seconds.value / 3600
    assert one.energy.value == pytest.approx(one.watts.value * hours / 1000)
    assert one.energy_cost.value == pytest.approx(one.energy.value * 307.3)
    share = 6_000_000 * hours / (3 * 365 * 8)
    assert one.cost.value == pytest.approx(share + one.energy_cost.value) and one.cost.unit == "KRW"
    idle, busy = power(rigs[0], 0.0, 100.0).value, power(rigs[0], 1.0, 100.0).value
    assert idle < one.watts.value < busy


def test_the_price_of_the_question_and_of_no_list(job, clock, terms, rigs):
    assert [estimate(rig, job, clock, terms).price.quantity for rig in rigs] == [
        Quantity(6_000_000.0, "KRW"),
        Quantity(20_000_000.0, "KRW"),
    ]
    unknown = estimate(read_rig("1x A40"), job, clock, terms)
    assert unknown.price is None and unknown.cost is None and unknown.listed.missing == ("A40",)


def test_in_dollars_times_and_ratios_stay(job, clock, terms, rigs):
    rate = terms.won_per_dollar.quantity.value
    price = Quoted(quantity=Quantity(307.3 / rate, "USD/kWh"), source="the same in dollars", date="")
    for rig in rigs:
        won, dollars = (estimate(rig, job, clock, each) for each in (terms, replace(terms, electricity=price)))
        assert dollars.best.seconds == won.best.seconds
        assert dollars.cost.unit == "USD" and dollars.cost.value * rate == pytest.approx(won.cost.value)
        assert dollars.price.quantity.value * rate == pytest.approx(won.price.quantity.value)


RIGS = ("2x P40", "P100 PCIe 16GB", "2x V100 SXM2 32GB", "2x T4", "A100 PCIe 40GB", "A100 PCIe 40GB, P40")


@pytest.mark.parametrize("name", [*RIGS, "A100 PCIe 40GB, V100 SXM2 32GB"])
def test_a_rig_trains_in_the_precision_that_a_training_takes_there(job, clock, terms, name):
    rig = read_rig(name)
    site = Site(
        accelerators=tuple(Accelerator(name=one.name, visible="0", capability=one.capability) for one in rig.devices)
    )
    trained = PLANNED[best_precision(site).policy]
    one = estimate(rig, job, clock, terms, every=True)
    assert one.best.precision == trained
    assert precisions_of(rig, "auto") == (trained,)
    assert {half for _, half in one.options} == {"float32", trained if trained != "float32" else half_of(rig)}


def test_a_precision_that_was_asked_for_is_taken(job, clock, terms):
    for name, asked in (("2x P40", "float16"), ("2x V100 SXM2 32GB", "float32")):
        assert estimate(read_rig(name), job, clock, replace(terms, precision=asked)).best.precision == asked


def test_cards_of_their_own_have_to_be_clearly_sooner(job, clock, terms, rigs):
    one = estimate(rigs[0], job, clock, terms)
    own, over = one.options[OWN, "float32"], one.options[OVER, "float32"]
    assert one.best is own
    for share, chosen in ((0.89, OWN), (0.91, OVER)):
        seconds = over.seconds.scaled(share, "s")
        near = {(OWN, "float32"): replace(own, seconds=seconds), (OVER, "float32"): over}
        assert best_option(rigs[0], near)[0] == chosen
    assert estimate(read_rig("P40"), job, clock, terms).best.placement == OVER  # one after another


def test_the_soonest_option_that_fits(job, clock, terms, rigs):
    one = estimate(rigs[0], job, clock, terms, every=True)
    assert set(one.options) == {(way, half) for way in (OWN, OVER) for half in ("float32", "float16")}
    soonest = min(placed.seconds.value for (_, half), placed in one.options.items() if half == "float32")
    assert one.best.seconds.value == soonest
    worse = {key: replace(placed, fits=key[0] == OVER) for key, placed in one.options.items()}
    assert best_option(rigs[0], worse)[0] == OVER


def test_what_does_not_fit_has_no_headroom(job, clock, terms):
    tiny = replace(device("Tesla P4"), memory_gb=0.5)
    one = estimate(Rig(name="tiny", devices=(tiny,)), job, clock, terms)
    assert not one.best.fits and one.headroom < 1


def test_years_of_software():
    assert supported_years(device("P40")) == pytest.approx(1.75)  # August 2028, seen from November 2026
    assert math.isinf(supported_years(device("RTX 4090")))
    assert supported_years(device("K80")) == 0.0


@given(PARTS, PARTS)
def test_a_product_is_wider_than_either_and_never_than_both_together(one, other):
    first, second = _figure(*one), _figure(*other, unit="W")
    found = product(first, second, "Ws")
    assert found.value == pytest.approx(first.value * second.value)
    assert found.low <= found.value <= found.high
    assert found.high <= first.high * second.high * (1 + 1e-9)
    assert found.high / found.value >= max(first.high / first.value, second.high / second.value) * (1 - 1e-9)


def test_prices_of_the_default_electricity_have_a_source(terms):
    assert terms.electricity == ELECTRICITY["KRW"]
