"""Energy, cost of a training, break-even, noise, heat and risk."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.hardware.catalogue import devices
from sextet.hardware.rig import Rig, read_rig
from sextet.planner.cost import (
    BUSY,
    ELECTRICITY,
    IDLE,
    NOISE,
    WON_PER_DOLLAR,
    Usage,
    break_even,
    cost_per_training,
    energy,
    heat,
    noise,
    power,
    running,
)
from sextet.planner.figures import Quantity

P40 = read_rig("3x Tesla P40")


def test_defaults_have_a_source_and_a_date():
    for one in (*ELECTRICITY.values(), WON_PER_DOLLAR, BUSY, IDLE):
        assert one.source.startswith("https://") and one.date >= "2024"


def test_energy_by_hand():
    assert power(P40, 1.0).value == pytest.approx(750 * 0.76)
    assert power(P40, 0.0).value == pytest.approx(750 * 0.18)
    assert energy(P40, 10).value == pytest.approx(5.7) and energy(P40, 10).unit == "kWh"
    usage = Usage(hours_a_day=8, on_hours=24, electricity=Quantity(300, "KRW/kWh"), host_w=100)
    found = running(P40, 10, usage)
    assert found.training.value == pytest.approx(6.7) and found.training_cost.value == pytest.approx(6.7 * 300)
    year = 365 * (8 * 0.67 + 16 * 0.235)
    assert found.year.value == pytest.approx(year) and found.life_cost.value == pytest.approx(3 * year * 300)
    assert found.life_cost.unit == "KRW"


@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 8))
def test_more_load_and_more_cards_never_use_less(one, other, count):
    low, high = sorted((one, other))
    p40 = P40.devices[0]
    rig = Rig(name="r", devices=(p40,) * count)
    more = Rig(name="r", devices=(p40,) * (count + 1))
    assert power(rig, low).value <= power(rig, high).value < power(more, high).value
    assert power(rig, high).high <= rig.tdp_w


def test_a_training_costs_its_share_of_the_purchase_and_its_energy():
    usage = Usage(hours_a_day=10, on_hours=10, years=1, electricity=Quantity(0, "KRW/kWh"))
    found = cost_per_training(Quantity(3650, "KRW"), running(P40, 10, usage), 10, usage)
    assert found is not None and found.value == pytest.approx(10) and found.unit == "KRW"
    assert cost_per_training(None, running(P40, 10, usage), 10, usage) is None
    with pytest.raises(ConfigError, match="takes longer than"):
        cost_per_training(Quantity(1, "KRW"), running(P40, 10_000, usage), 10_000, usage)
    with pytest.raises(ConfigError, match="Units do not mix"):
        cost_per_training(Quantity(1, "USD"), running(P40, 10, usage), 10, usage)


def test_each_currency_has_a_price_of_electricity():
    for currency, one in ELECTRICITY.items():
        assert one.quantity.unit == f"{currency}/kWh"
        assert running(P40, 10, Usage(electricity=one.quantity)).training_cost.unit == currency


def test_the_dearer_rig_breaks_even_or_never_does():
    cheap, dear = (Quantity(100, "KRW"), Quantity(3, "KRW")), (Quantity(200, "KRW"), Quantity(1, "KRW"))
    assert break_even(cheap, dear, per_day=5) == Quantity(10, "days")
    assert break_even(cheap, (Quantity(200, "KRW"), Quantity(3, "KRW"))) is None
    assert break_even(cheap, (Quantity(100, "KRW"), Quantity(3, "KRW"))) == Quantity(0, "days")
    with pytest.raises(ConfigError, match="costs less to buy first"):
        break_even(dear, cheap)
    with pytest.raises(ConfigError, match="Units do not mix"):
        break_even(cheap, (Quantity(200, "USD"), Quantity(1, "KRW")))


def test_noise_and_heat_in_words():
    assert {one.cooling for one in devices().values()} == set(NOISE)
    assert "no fan of its own" in noise(P40)[0] and "at most 750 W" in heat(P40)


def test_a_load_or_a_time_out_of_range_is_refused():
    with pytest.raises(ConfigError, match="load of 0 to 1"):
        power(P40, 2.0)
    with pytest.raises(ConfigError, match="hours of at least 0"):
        energy(P40, -1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"hours_a_day": 0},
        {"hours_a_day": 9, "on_hours": 8},
        {"on_hours": 25},
        {"years": 0},
        {"load": 1.1},
        {"host_w": -1},
        {"electricity": Quantity(3, "KRW")},
        {"electricity": Quantity(-3, "KRW/kWh")},
    ],
)
def test_usage_out_of_range_is_refused(wrong):
    with pytest.raises(ConfigError, match="Expected"):
        Usage(**wrong)
