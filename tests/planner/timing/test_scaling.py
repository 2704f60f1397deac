"""Several cards: the exchange follows its formula, and neither links nor sizes turn around."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.hardware.catalogue import device
from sextet.planner.operations import Gemm, Work
from sextet.planner.timing.prediction import predict_time
from sextet.planner.timing.scaling import Link, all_reduce_seconds, on_cards

PCIE = Link("pcie", 15.75)


def test_an_exchange_measured_by_deepbench():
    # NCCL 2.0, 258 MB over PCIe 3.0 x16: TITAN X (Pascal) below one root 12.24 GB/s for 2 cards and 8.8 for 8; Tesla
    # M40 over two roots 5.97 GB/s for 2.
    for cards, link, gbs in ((2, PCIE, 12.24), (8, PCIE, 8.80), (2, Link("host", 15.75), 5.97)):
        measured = 2 * (cards - 1) / cards * 258e6 / (gbs * 1e9)
        assert all_reduce_seconds(258e6, cards, link) == pytest.approx(measured, rel=0.05)


@given(st.floats(1e3, 1e10), st.integers(2, 8), st.floats(1.0, 900.0), st.floats(1.0, 4.0))
def test_a_faster_link_is_never_slower_and_a_larger_message_never_faster(size, cards, gbs, factor):
    for way in ("pcie", "host", "nvlink"):
        base = all_reduce_seconds(size, cards, Link(way, gbs))
        assert all_reduce_seconds(size, cards, Link(way, gbs * factor)) <= base
        assert all_reduce_seconds(size * factor, cards, Link(way, gbs)) >= base


@given(st.integers(2, 8), st.integers(0, 10**9))
def test_more_cards_do_more_and_none_does_more_than_itself(cards, parameters):
    work = Work("step", ((Gemm(512, 512, 512), 50),), parameters=parameters, training=True)
    one = predict_time(work, device("Tesla P40"))
    many = on_cards(one, work, cards, PCIE)
    assert many.low <= many.value <= many.high
    assert many.value >= one.value


def test_one_card_and_a_forecast_exchange_nothing():
    work = Work("step", ((Gemm(512, 512, 512), 50),), parameters=10**6, training=True)
    one = predict_time(work, device("Tesla P40"))
    assert on_cards(one, work, 1, PCIE) == one
    forecast = Work("forecast", work.operations, parameters=10**6)
    assert on_cards(one, forecast, 3, PCIE) == one
    assert all_reduce_seconds(1e9, 1, PCIE) == 0.0


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: Link("pcie", 0.0), "above 0 GB/s; got 0.0"),
        (lambda: Link("pci", 1.0), "got 'pci'"),
        (lambda: all_reduce_seconds(1.0, 0, PCIE), "from 1; got 0"),
    ],
)
def test_what_cannot_be_is_refused(build, said):
    with pytest.raises(ConfigError, match=said):
        build()
