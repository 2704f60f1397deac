"""Parts of the answer: cards, memory, roofline, forecasts, room, end of software."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.hardware.rig import read_rig
from sextet.planner.clock import Call
from sextet.planner.describe import card_views, inference, roofline, room_view, software_ends, timeline
from sextet.planner.estimate import estimate
from sextet.planner.memory import usable
from sextet.planner.room import largest, largest_near
from sextet.planner.timing.prediction import predict_time


def test_cards_as_their_data_sheet_has_them():
    p40, v100 = card_views(read_rig("Tesla P40, V100 SXM2 32GB on x8, PCIe 3"))
    assert (p40.number, v100.number, p40.capability) == (0, 1, "6.1")
    assert p40.peak == {"float32": 11.76e12} and set(v100.peak) == {"float32", "float16"}
    assert p40.link == "PCIe 3.0 x8" and p40.bandwidth == 346e9
    assert card_views(read_rig("2x V100 SXM2 32GB nvlink"))[0].link == "NVLink"


def test_a_roofline_has_the_unit_that_does_the_work(job, clock, terms):
    wide = job.wider(16).with_host(50.0)
    for name, peak in (("Tesla P40", 11.76e12), ("V100 SXM2 32GB", 125e12)):
        points = roofline(estimate(read_rig(name), wide, clock, terms), clock)
        assert all(point.peak == pytest.approx(peak, rel=0.05) for point in points)
        assert all(0 < point.achieved <= point.peak * 1.001 and point.intensity > 0 for point in points)


def test_latency_is_one_window_through_every_network(job, clock, terms):
    one = estimate(read_rig("Tesla T4"), job, clock, terms)
    found = inference(one, job, clock)
    device = one.rig.devices[0]
    alone = [
        predict_time(clock.work(Call(spec, job.shape, 1, False, spec.name == "patchtst")), device, terms.software)
        for spec in job.networks
    ]
    assert found.latency.value == pytest.approx(sum(part.value for part in alone))
    assert found.throughput.value > 10 / found.latency.value


def test_the_largest_batch_fits_and_the_next_does_not(job, clock):
    card = read_rig("Tesla P4").devices[0]
    room = room_view(card, job, clock, "float32")
    for spec in job.networks:
        most = room.largest_batch[spec.name]
        assert clock.need(Call(spec, job.shape, most), card, "float32") <= usable(card)
        assert clock.need(Call(spec, job.shape, most + 1), card, "float32") > usable(card)
    bigger = room_view(read_rig("Tesla P40").devices[0], job, clock, "float32")
    assert bigger.patchtst_width > room.patchtst_width and bigger.patchtst_patches > room.patchtst_patches


@given(
    st.floats(0, 100),
    st.floats(0.001, 10),
    st.sampled_from([0.5, 1.0, 1.5, 2.0]),
    st.floats(1, 1e8),
    st.integers(1, 10**6),
)
def test_the_largest_number_is_found_wherever_one_begins(fixed, slope, power, can, guess):
    def need(number):
        return fixed + slope * number**power

    assert largest_near(need, can, guess) == largest(lambda number: need(number) <= can)


def test_the_timeline_of_one_after_another_has_no_gap(job, clock, terms, rigs):
    placed = estimate(rigs[0], job, clock, terms).options["over all cards", "float32"]
    slots = [slot for slot in timeline(placed) if slot.card in (0, None)]
    assert [slot.member for slot in slots if slot.card == 0][0] == "start-up"
    assert slots[-1].member == "rule-based" and slots[-1].end == pytest.approx(placed.seconds.value)


def test_the_end_of_software_is_dated(clock):
    p40, ada = software_ends(read_rig("Tesla P40, RTX 4090"), clock)
    assert p40.ends == "2028-08" and p40.years == pytest.approx(1.75) and "580" in p40.risk and p40.sources
    assert ada.ends is None and ada.years is None
