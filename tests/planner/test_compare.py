"""The whole answer about rigs: what is in it, how it hangs together, and that it is the same every time."""

from __future__ import annotations

import json
import re
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import pytest

from sextet.core.errors import ConfigError, HardwareError
from sextet.hardware.catalogue import device
from sextet.hardware.rig import Rig, read_rig
from sextet.planner import comparison, rig_plan
from sextet.planner.compare import compare
from sextet.planner.figures import Measured, Prediction, Quantity, Quoted
from sextet.planner.job import Sizes, job_of
from sextet.planner.search import Bounds
from sextet.specs.presets import parse_members
from sextet.specs.train_config import TrainConfig

PAGE = Path(__file__).parents[2] / "docs" / "plan.md"


@pytest.fixture(scope="module")
def answer(job, terms, clock, rigs):
    return compare(rigs, job, terms, clock=clock)


def _objects(value):
    """Every dataclass in an answer."""
    if is_dataclass(value):
        yield value
        for one in fields(value):
            yield from _objects(getattr(value, one.name))
    elif isinstance(value, dict):
        for part in value.values():
            yield from _objects(part)
    elif isinstance(value, tuple):
        for part in value:
            yield from _objects(part)


def test_every_number_says_its_kind_source_and_interval(answer):
    figures = [one for one in _objects(answer) if isinstance(one, Prediction | Quoted | Measured)]
    assert len(figures) > 50
    for one in figures:
        assert one.source, one
        if isinstance(one, Prediction):
            assert one.low <= one.value <= one.high and one.share == 0.8


def test_the_plan_says_what_a_training_does_and_what_was_never_measured(answer):
    assert answer.question.software == "tensorflow, cuDNN 9.10"
    pascal, volta = answer.rigs
    assert (pascal.precision.precision, volta.precision.precision) == ("float32", "float16")
    assert pascal.precision.why.startswith("sextet train takes float32 here.")
    assert volta.precision.why.startswith("sextet train takes mixed_float16 here.")
    sooner = volta.precision.seconds["float32"] < volta.precision.seconds["float16"]
    assert ("--precision float32 would end sooner" in volta.precision.why) == sooner
    said = " ".join(answer.assumptions)
    assert "What sextet train does unless it is told" in said and "trains in FP32" not in said
    assert "Nothing of that was measured on a card by this project" in said


def test_a_plan_hangs_together(answer, job):
    for rig in answer.rigs:
        own = rig.placement
        assert rig.seconds.value == min(one.seconds.value for one in rig.placements)
        assert {one.member for one in own.members} == {spec.name for spec in job.specs}
        last = max(slot.end for slot in own.timeline)
        assert last == pytest.approx(rig.seconds.value)
        for card in own.cards:
            slots = [slot for slot in own.timeline if slot.card == card]
            assert slots[0].member == "start-up" and slots[0].start == 0
            assert all(before.end <= after.start + 1e-9 for before, after in zip(slots, slots[1:], strict=False))
        for stack in own.memory:
            kept = stack.framework + stack.weights + stack.gradients + stack.optimiser + stack.fixed + stack.inputs
            assert stack.total == pytest.approx(kept + stack.activations + stack.workspace)
            assert stack.fits and stack.headroom > 1 and stack.peak.value == pytest.approx(stack.total)
        for point in rig.roofline:
            assert point.achieved <= point.peak and point.flops / point.seconds == point.achieved
        assert rig.money.years[0].electricity == 0 and len(rig.money.years) == 4
        assert 0 <= rig.score.total <= 10


def test_the_answer_is_the_same_every_time(answer, job, terms, rigs):
    assert compare(rigs, job, terms).as_dict() == answer.as_dict()


def test_json_is_whole_and_its_page_names_every_key(answer):
    said = answer.as_dict()
    assert json.loads(json.dumps(said, allow_nan=False)) == said
    assert said["schema"] == comparison.SCHEMA
    page = PAGE.read_text(encoding="utf-8").split("## JSON", 1)[1]
    named = set(re.findall(r"`(\w+)`", page))
    kinds = [kind for module in (comparison, rig_plan) for kind in vars(module).values() if is_dataclass(kind)]
    wanted = {
        one.name
        for kind in kinds
        if kind.__module__ in (comparison.__name__, rig_plan.__name__)
        for one in fields(kind)
    }
    assert sorted(wanted - named) == []


def test_the_question_is_answered_and_says_how_sure(answer, rigs):
    assert answer.verdict.rig in {rig.name for rig in rigs}
    assert set(answer.chances.wins) == {"time", "cost", "score"}
    assert "of 10" in answer.verdict.text and "%" in answer.verdict.text
    assert any("scores best" in line for line in answer.verdict.flips)
    best = max(answer.rigs, key=lambda rig: rig.score.total)
    assert best.name == answer.verdict.rig
    assert any("does not add the cards' memory" in note for note in answer.notes)


def test_limits_are_held_against_each_rig(job, terms, clock, rigs):
    tight = replace(terms, budget=Quantity(7_000_000.0, "KRW"), hours_limit=1e-5)
    found = compare(rigs, job, tight, clock=clock)
    assert [rig.within for rig in found.rigs] == [{"hours": False, "budget": True}, {"hours": False, "budget": False}]
    assert compare([read_rig("A40")], job, tight, clock=clock).rigs[0].within["budget"] is None


def test_what_bears_on_the_verdict_is_judged_among_rigs_within_the_limits(answer, job, terms, clock, rigs):
    three = [*rigs, read_rig("2x P40")]
    found = compare(three, job, replace(terms, budget=Quantity(7_000_000.0, "KRW")), clock=clock)
    kept = {three[0].name, three[2].name}
    assert set(found.chances.seconds) == kept and all(set(wins) == kept for wins in found.chances.wins.values())
    assert [{one.cheap, one.dear} for one in found.break_even] == [kept]
    assert {change.best for change in found.sensitivity} <= {*kept, None}
    assert not any(rigs[1].name in line for line in found.verdict.reasons)
    assert [point.front for point in found.front] == [True, False, True]
    assert "It costs more than 7,000,000 KRW." in found.rigs[1].cons and "costs more than" in found.verdict.text
    single = compare(rigs, job, replace(terms, budget=Quantity(7_000_000.0, "KRW")), clock=clock)
    assert single.chances is None and single.break_even == () and single.verdict.rig == rigs[0].name
    loose = compare(rigs, job, replace(terms, budget=Quantity(1e9, "KRW"), hours_limit=1e3), clock=clock)
    assert loose.verdict == answer.verdict and loose.chances == answer.chances
    assert loose.sensitivity == answer.sensitivity and loose.break_even == answer.break_even


def test_one_rig_is_described_and_not_compared(job, terms, clock):
    found = compare([read_rig("Tesla T4")], job, terms, clock=clock)
    assert found.chances is None and found.sensitivity == () and found.break_even == ()
    assert "T4 holds every member" in found.verdict.text


def test_a_rig_without_a_price_says_so(job, terms, clock, rigs):
    found = compare([rigs[0], read_rig("2x A40")], job, terms, clock=clock)
    assert found.rigs[1].money.price is None and found.rigs[1].money.missing == ("A40",)
    assert "no price of 2x A40" in found.break_even[0].text and found.break_even[0].days is None
    assert any("cost is not known" in note for note in found.rigs[0].score.notes)
    assert set(found.chances.wins) == {"time", "score"}


def test_a_rig_that_does_not_hold_the_members_scores_nothing(job, terms, clock):
    tiny = Rig(name="tiny", devices=(replace(device("Tesla P4"), memory_gb=0.5),))
    found = compare([tiny, read_rig("Tesla P4")], job, terms, clock=clock)
    assert not found.rigs[0].fits and found.rigs[0].score.total == 0
    assert any("Not every member fits" in con for con in found.rigs[0].cons) and found.verdict.rig == "Tesla P4"


def test_a_search_beside_rigs_and_alone(job, terms, clock, rigs):
    alone = compare([], job, terms, clock=clock, bounds=Bounds(watts=250.0))
    assert alone.rigs == () and alone.verdict.rig is None and any(one.front for one in alone.front)
    assert all(one.tdp_w <= 250 for one in alone.front)


@pytest.mark.parametrize(
    ("names", "why"),
    [((), "at least one rig"), (("P40", "P40"), "'P40' comes 2 times")],
)
def test_what_cannot_be_compared_is_refused(names, why, job, terms):
    with pytest.raises(ConfigError, match=why):
        compare([read_rig(name) for name in names], job, terms)


def test_members_without_a_network_and_cards_too_old_are_refused(job, terms):
    rules = replace(job, specs=job.specs[-1:])
    with pytest.raises(ConfigError, match="at least one member with a network"):
        compare([read_rig("P40")], rules, terms)
    old = replace(device("K80"), card=replace(device("K80").card, capability=(3, 5)))
    with pytest.raises(HardwareError, match="3.7"):
        compare([Rig(name="old", devices=(old,))], job, terms)


@pytest.mark.parametrize(
    ("name", "precision", "unit", "why"),
    [
        ("V100 32GB", "bfloat16", "FP32 units", "has no tensor cores for bfloat16: it computes in FP32"),
        ("Tesla T4", "bfloat16", "FP32 units", "Tesla T4 has no tensor cores for bfloat16"),
        ("V100 32GB", "float16", "tensor cores (FP16)", "As asked."),
        ("P40", "float16", "FP32 units", "Tesla P40 has no tensor cores for float16"),
        ("A40", "bfloat16", "tensor cores (BF16)", "As asked."),
        ("A40", "float32", "tensor cores (TF32)", "As asked."),
    ],
)
def test_what_computes_a_precision_is_what_the_card_has(job, terms, clock, name, precision, unit, why):
    wide = job.wider(16)
    found = compare([read_rig(name)], wide, replace(terms, precision=precision), clock=clock).rigs[0]
    assert found.precision.unit == unit and why in found.precision.why
    if unit == "FP32 units":
        full = compare([read_rig(name)], wide, replace(terms, precision="float32"), clock=clock).rigs[0]
        assert found.seconds.value > full.seconds.value


def test_main_memory_is_said_not_to_be_reckoned_with(job, terms, clock):
    few, said = (compare([read_rig(f"P40{on}")], job, terms, clock=clock).rigs[0] for on in ("", " on 4 GB"))
    assert any("4 GB of main memory limit nothing here" in note for note in said.notes)
    assert not any("main memory" in note for note in few.notes) and few.seconds == said.seconds


def test_a_budget_that_training_lowers_is_said(terms, clock):
    job = job_of(Sizes(), parse_members("lstm"), TrainConfig(batch=1024))
    found = compare([read_rig("P40")], job, terms, clock=clock)
    assert found.question.batch == 256 and any("256 windows, not 1,024" in note for note in found.notes)
