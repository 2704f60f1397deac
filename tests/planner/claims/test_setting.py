"""What the statements are judged on, and the evidence beside it."""

from __future__ import annotations

from sextet.hardware.catalogue import device, look_up
from sextet.planner.claims.evidence import evidence
from sextet.planner.claims.setting import catalogued, default_setting, named, percent, planned, said
from sextet.planner.figures import Prediction
from sextet.planner.job import Sizes, job_of
from sextet.planner.memory import fits
from sextet.planner.work import member_work
from sextet.specs.patchtst import PatchTSTSpec
from sextet.specs.presets import parse_members
from sextet.specs.train_config import TrainConfig

SETTING = default_setting()


def test_small_members_are_those_that_sextet_plan_takes():
    job = job_of(Sizes(), parse_members("v6"), TrainConfig())
    small, large = SETTING.scenes
    assert small.specs == job.networks and (small.shape, small.batch) == (job.shape, job.config.batch)
    assert [spec.name for spec in large.specs] == [spec.name for spec in small.specs]
    assert all(spec.width == (512 if isinstance(spec, PatchTSTSpec) else 1024) for spec in large.specs)


def test_every_member_fits_every_card_of_the_question():
    for scene in SETTING.scenes:
        for spec in scene.specs:
            for one in (SETTING.old, SETTING.new):
                assert fits(member_work(spec, scene.shape, scene.batch), one, SETTING.software)


def test_the_words_name_rigs_and_sizes():
    assert "3x Tesla P40 against 2x Tesla V100 SXM2 32GB nvlink" in SETTING.text
    assert "96 to 192 wide" in SETTING.text and "1,024 wide" in SETTING.text


def test_the_answer_is_that_of_both_rigs_the_newer_first():
    assert [one.name for one in planned(SETTING).rigs] == [SETTING.few.name, SETTING.many.name]
    assert planned(SETTING) is planned(SETTING)


def test_a_value_of_the_catalogue_has_its_source():
    found = catalogued(device("P40"), "bandwidth_gbs", "GB/s")
    assert (found.quantity.value, found.quantity.unit) == (346, "GB/s")
    assert "346 GB/s" in found.source and found.date >= "2026"


def test_evidence_names_its_sources_and_cards_that_are_known():
    known = evidence()
    assert all(one.source and one.date for table in (known.mixed, known.networks, known.rented) for one in table)
    assert all(look_up(one.card).device.tensor_fp16_tflops for one in known.mixed)
    assert {one.year for one in known.networks} <= set(range(2012, 2018))


def test_words():
    assert said(Prediction(value=1.0, low=0.5, high=2000.0, unit="x")) == "1.00 (0.50 to 2,000.00)"
    assert (percent(-0.001), percent(0.123, 1), named(["a", "b", "c"]), named(["a"])) == (
        "0 %",
        "12.3 %",
        "a, b and c",
        "a",
    )
