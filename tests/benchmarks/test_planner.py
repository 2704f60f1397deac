"""The planner's benchmarks: networks as published, folds that leave whole groups out, tables that the page holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import planner_batches
import planner_card
import planner_errors
import planner_model
import planner_page
import planner_steps
from sextet.planner.profile import read_profile
from sextet.planner.timing.prediction import predict_time
from sextet.planner.work import step_work

PAGE = Path(__file__).parents[2] / "docs" / "planner-model.md"


def test_networks_have_the_parameters_they_are_known_for():
    # torchvision's counts; VGG-16 here has biases in its dense layers alone.
    assert planner_steps.resnet(1, 50).parameters == 25_557_032
    assert planner_steps.resnet(1, 152).parameters == 60_192_808
    assert planner_steps.vgg(1).parameters == 138_357_544 - 4224
    assert planner_steps.bert(1, 12, 768).parameters == pytest.approx(110e6, rel=0.02)


def test_a_forward_pass_of_resnet_50_is_eight_gflop():
    layers = [one for one, _ in planner_steps.resnet(1, 50).operations if getattr(one, "direction", "") == "forward"]
    work = dict(planner_steps.resnet(1, 50).operations)
    assert sum(one.flops * work[one] for one in layers) == pytest.approx(2 * 4.09e9, rel=0.03)


@pytest.mark.parametrize("count", [2, 5, 40])
def test_folds_leave_whole_groups_out_and_every_row_once(count):
    groups = np.random.default_rng(0).integers(0, count, 500).astype(str)
    folds = list(planner_model.folds(groups))
    assert (np.sum(folds, axis=0) == 1).all()
    for fold in folds:
        assert not set(groups[fold]) & set(groups[~fold])


def test_priors_are_the_coefficients_of_a_fit_that_moved_nothing():
    for name, priors in planner_model.PRIORS.items():
        point = np.zeros(sum(prior.length for prior in priors.values()))
        found = planner_model.values(name, point)
        for key, prior in priors.items():
            assert np.allclose(found[key], prior.value), (name, key)


def test_a_missed_bar_is_said():
    good = {"card_left_out": 0.1, "family_left_out": 0.1, "constant": 0.9, "roofline": 0.5}
    good |= {"card_ratio": 0.1, "family_ratio": 0.1, "coverage": 0.8, "coverage_families": 0.8}
    assert planner_errors.judge("gemm", good) == []
    for key, value in (("card_left_out", 0.3), ("roofline", 0.05), ("family_ratio", 0.2), ("coverage", 0.9)):
        assert planner_errors.judge("gemm", good | {key: value}), key


def test_the_page_holds_what_the_benchmarks_wrote():
    text = PAGE.read_text(encoding="utf-8")
    assert planner_page.page(text) == text
    assert text.count("<!-- end ") == 9 and "| recurrent |" in text


def test_the_page_holds_the_card_that_was_measured():
    text = PAGE.read_text(encoding="utf-8")
    profile = read_profile(planner_card.HERE / "profiles" / "h200.toml")
    card = profile.device()
    assert card.name == "H200 SXM 141GB"
    for table in (planner_card.kernels_table(profile, card), planner_card.steps_table(profile, card)):
        assert table in text


def test_the_page_holds_the_card_that_was_filled():
    found = [planner_batches.compared(row) for row in planner_batches.read(planner_batches.MEASURED)]
    text = PAGE.read_text(encoding="utf-8")
    assert planner_batches.rows_table(found) in text and planner_batches.summary_table(found) in text
    assert {one.row.size for one in found} == {"default", "wide"}
    assert len(found) == 30 and all(one.memory_inside for one in found)
    # a margin of 1.15 holds what the two batches of inputs in the count are more than the one that was measured
    assert all(0.95 < one.memory_ratio < 1.15 for one in found if one.row.member == "patchtst")
    assert all(0.4 < one.time_ratio < 1.25 for one in found)


def test_a_step_that_xla_compiles_corrects_its_like_and_nothing_else():
    profile = read_profile(planner_card.HERE / "profiles" / "h200.toml")
    by_name = {one.spec.name: one for one in profile.steps}
    card, software = profile.device(), planner_card.SOFTWARE

    def said(name, told):
        work = step_work(by_name[name], "gpu")
        return predict_time(work, card, software, profile=replace(profile, steps=told)).value

    others = tuple(one for one in profile.steps if one.spec.name != "patchtst")
    assert said("lstm", profile.steps) == said("lstm", others) == pytest.approx(by_name["lstm"].time.value, rel=0.1)
    assert said("patchtst", profile.steps) == pytest.approx(by_name["patchtst"].time.value, rel=1e-6)
    assert said("patchtst", others) > 2 * by_name["patchtst"].time.value
