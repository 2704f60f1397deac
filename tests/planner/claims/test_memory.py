"""What is said about memory, against arithmetic of its own."""

from __future__ import annotations

import pytest

from sextet.hardware.catalogue import device
from sextet.planner.claims.setting import default_setting
from sextet.planner.memory import fits, predict_memory, usable
from sextet.planner.work import compiles, member_work

SETTING = default_setting()
GIB = 2**30


def test_the_sums_are_right_and_decide_nothing(judged, figure):
    one = judged["memory-sum"]
    assert one.verdict == "holds" and "fit one card" in one.why
    assert (figure(one, "memory of 3x"), figure(one, "memory of 2x")) == (72, 64)
    # a P40 with error correction: 24 GiB x 15/16 x 0.97
    assert figure(one, "for one process on Tesla P40") == pytest.approx(24 * 15 / 16 * 0.97)
    assert figure(one, "for one process on Tesla V100") == pytest.approx(32 * 0.97)


def test_with_fewer_cards_the_sum_does_not_hold(asked):
    assert asked("memory-sum", many="2x P40").verdict == "does not hold"


def test_a_patchtst_that_needs_more_than_16_and_fits_24_is_far_wider_than_the_chosen_one(judged, figure):
    one = judged["patchtst-memory"]
    assert one.verdict == "depends"
    assert one.brief.startswith("false with the defaults (0.") and "the default being 16" in one.brief
    assert "with the defaults it is false" in one.why and "becomes true above a width of" in one.why
    scene = SETTING.scenes[0]
    work = member_work(scene.patchtst, scene.shape, scene.batch, compiled=True)
    alone = predict_memory(work, device("P40"), SETTING.software).value / GIB
    assert figure(one, "PatchTST, small") == pytest.approx(alone) and alone < 1
    narrow, wide = figure(one, "width that fills Tesla P100"), figure(one, "width that fills Tesla P40")
    assert 100 * scene.patchtst.width < narrow < wide


def test_the_widths_that_fill_a_card_are_the_last_that_fit(judged, figure):
    from dataclasses import replace

    scene, one = SETTING.scenes[0], judged["patchtst-memory"]
    for name, label in (("P100 PCIe 16GB", "width that fills Tesla P100"), ("P40", "width that fills Tesla P40")):
        width = int(figure(one, label))
        for wide, fitting in ((width, True), (width + scene.patchtst.heads, False)):
            spec = replace(scene.patchtst, width=wide, feed_forward=4 * wide)
            work = member_work(spec, scene.shape, scene.batch, compiled=True)
            assert fits(work, device(name), SETTING.software) is fitting


def test_free_memory_is_what_the_largest_member_leaves(judged, figure):
    one = judged["free-memory"]
    assert one.verdict == "depends"
    for scene in SETTING.scenes:
        works = [member_work(spec, scene.shape, scene.batch, compiled=compiles(spec)) for spec in scene.specs]
        needs = [predict_memory(work, device("P40"), SETTING.software).value for work in works]
        free = (usable(device("P40")) - max(needs)) / GIB
        assert figure(one, f"free on Tesla P40, {scene.name}") == pytest.approx(free)


def test_on_a_card_of_80_gb_more_stays_free_than_was_said(asked):
    assert asked("free-memory", many="3x A100 PCIe 80GB").verdict == "does not hold"


def test_three_cards_hold_no_wider_model_than_one(judged, figure):
    one = judged["memory-pooled"]
    assert one.verdict == "does not hold" and "does not add" in one.why
    assert figure(one, "widest at one window a card, alone") >= figure(one, "widest at one window a card, over 3")
    assert figure(one, "on each of 3") > figure(one, "on one card") / 3
