"""What is said about the cards, against the numbers of their data sheets."""

from __future__ import annotations

import pytest

from sextet.planner.claims.evidence import evidence


def test_peaks_are_those_of_the_data_sheets(judged, figure):
    one = judged["tensor-peak"]
    assert one.verdict == "holds"
    assert figure(one, "Tesla V100 SXM2 32GB over the FP32 of Tesla V100") == pytest.approx(125 / 15.67)
    assert figure(one, "A100") == pytest.approx(312 / 19.49)


def test_peaks_of_a_card_of_consumers_are_lower(asked, figure):
    one = asked("tensor-peak", few="2x RTX 3090")
    assert one.verdict == "depends" and figure(one, "RTX 3090 over the FP32 of RTX 3090") < 3


def test_practice_is_between_nothing_and_the_peak(judged):
    one = judged["tensor-practice"]
    assert one.verdict == "depends"
    measured = [row.number.quantity.value for row in one.figures if row.kind == "measured"]
    assert min(measured) == pytest.approx(1.4) and max(measured) == pytest.approx(49 / 12)
    assert all(1 < row.gain.quantity.value < 125 / 15.67 and row.source and row.date for row in evidence().mixed)


def test_a_p40_computes_fp16_and_gains_nothing(judged, figure):
    one = judged["fp16-only-v100"]
    assert one.verdict == "depends"
    assert figure(one, "FP16 over FP32 on Tesla P40") == pytest.approx(10.02 / 10.07)
    assert all(row.number.value < 1.2 for row in one.figures if row.label.endswith("members, Tesla P40"))


def test_sums_of_bandwidth(judged, figure):
    one = judged["bandwidth"]
    assert one.verdict == "holds" and "2.6 times, not 1.7" in one.why
    assert figure(one, "sum of 3x Tesla P40") == 3 * 346
    assert figure(one, "sum of 2x Tesla V100 SXM2") == 2 * 898


def test_another_card_has_another_bandwidth(asked):
    assert asked("bandwidth", many="3x RTX 3090").verdict == "depends"


def test_links_are_sums_of_both_directions_and_not_on_every_v100(judged, figure):
    one = judged["links"]
    assert one.verdict == "depends" and "Tesla V100 PCIe 32GB" in one.why
    assert figure(one, "NVLink") == 300 and figure(one, "PCIe") == pytest.approx(2 * 16 * 8 / 8 * 128 / 130)
    exchanges = {row.label: row.number.value for row in one.figures if row.label.startswith("exchange")}
    linked, unlinked = (exchanges[f"exchange, 2x Tesla V100 SXM2 32GB{end}"] for end in (" nvlink", ""))
    # a ring of two moves the gradients once: 70 MB at 0.35 x 300 and at 0.775 x 15.75 GB/s, and 31 us
    size = 4 * 17_579_000
    assert linked == pytest.approx(1000 * (31e-6 + size / 105e9), rel=1e-3)
    assert unlinked == pytest.approx(1000 * (31e-6 + size / (0.775 * 15.754e9)), rel=1e-3)
