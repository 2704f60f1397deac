"""What is said about price and power."""

from __future__ import annotations

import pytest

from sextet.planner.claims.ratios import quickest
from sextet.planner.claims.setting import default_setting


def test_a_third_of_the_price_is_one_list_against_another(judged, figure):
    one = judged["third-of-price"]
    assert one.verdict == "depends"
    assert figure(one, "question, against 2x Tesla V100 SXM2") == pytest.approx(6 / 20)
    used = next(row.number for row in one.figures if row.label.startswith("used"))
    assert (used.low, used.high) == (pytest.approx(3 * 150 / (2 * 450)), pytest.approx(3 * 330 / (2 * 200)))
    assert used.value == pytest.approx(3 * 240 / (2 * 325))


def test_watts_are_what_the_cards_are_built_for(judged, figure):
    one = judged["watts"]
    assert one.verdict == "depends"
    assert (figure(one, "built for, 3x"), figure(one, "built for, 2x")) == (750, 600)
    assert figure(one, "busy, 3x") == pytest.approx(750 * 0.76)
    # cards that wait take 0.18 of what they are built for, and the machine 100 W
    assert 100 + 750 * 0.18 < figure(one, "training of small members") < 100 + 750 * 0.76


def test_energy_is_power_times_time(judged):
    setting = default_setting()
    for scene in setting.scenes:
        old, new = (quickest(scene, rig, setting.software).value for rig in (setting.many, setting.few))
        wanted = f"energy of the same training, {scene.name} in FP32: {750 * old / (600 * new):.2f} times"
        assert any(line.startswith(wanted) for line in judged["watts"].arithmetic)


def test_other_cards_are_built_for_other_watts(asked):
    assert asked("watts", many="3x Tesla T4").verdict == "does not hold"
