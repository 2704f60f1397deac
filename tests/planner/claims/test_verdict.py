"""The score out of ten."""

from __future__ import annotations

import math

import pytest

from sextet.planner.claims.ratios import quickest
from sextet.planner.claims.setting import default_setting

SETTING = default_setting()


def test_the_score_depends_on_what_is_asked(judged):
    one = judged["score"]
    totals = [row.number.value for row in one.figures]
    assert one.verdict == "depends"
    assert min(totals) < 8.5 < max(totals) and all(0 <= total <= 10 for total in totals)


def test_one_of_the_scores_by_hand(judged, figure):
    """Large members in FP32 by the price list of the question: 6 h on the V100s, so many times more on the P40s."""
    scene = SETTING.scenes[1]
    times = quickest(scene, SETTING.many, SETTING.software).value / quickest(scene, SETTING.few, SETTING.software).value
    hours = (6 * times, 6.0)
    kwh = [(0.76 * tdp + 100) / 1000 * hour for tdp, hour in zip((750, 600), hours, strict=True)]
    # 3 years of 365 days with 8 hours each; 307.3 won a kWh
    cost = [
        price * hour / (3 * 365 * 8) + 307.3 * used for price, hour, used in zip((6e6, 20e6), hours, kwh, strict=True)
    ]
    parts = {
        "time": 10 * (1 - math.log10(max(1.0, hours[0] / hours[1]))),
        "cost": 10 * (1 - math.log10(max(1.0, cost[0] / cost[1]))),
        "energy": 10 * (1 - math.log10(max(1.0, kwh[0] / kwh[1]))),
        "memory": 10.0,  # a third of the windows each, more than four times of what is needed
        "software": 2 * 21 / 12,
    }
    weights = {"time": 3, "cost": 3, "memory": 2, "energy": 1, "software": 1}
    total = sum(weights[name] * value for name, value in parts.items()) / 10
    assert figure(judged["score"], "large members, FP32, list 'question'") == pytest.approx(total, rel=1e-6)
