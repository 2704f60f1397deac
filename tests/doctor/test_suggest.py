"""Sets that work on cards."""

from __future__ import annotations

import pytest
from packaging.requirements import Requirement

from sextet.core.errors import HardwareError
from sextet.doctor.examine import examine_stack
from sextet.doctor.stack import Stack
from sextet.doctor.suggest import suggest
from sextet.hardware.cards import card
from sextet.hardware.catalogue import devices
from sextet.hardware.support import no_training
from sextet.hardware.version import Version

RIGS = [
    ["P40"],
    ["V100"],
    ["P100"],
    ["T4"],
    ["GTX 1080 Ti"],
    ["A100"],
    ["H100"],
    ["P40", "V100"],
    ["M40"],
    ["RTX 3090"],
]


@pytest.mark.parametrize("names", RIGS, ids=", ".join)
def test_a_set_is_a_requirements_file_that_the_doctor_finds_nothing_wrong_with(names):
    cards = tuple(map(card, names))
    made = suggest(cards)
    lines = str(made).splitlines()
    pins = dict(line.split("==") for line in lines if not line.startswith("#"))
    assert pins and all(len(list(Requirement(line).specifier)) == 1 for line in made.requirements)
    cudnn = pins.get("nvidia-cudnn-cu12")
    stack = Stack(
        python=Version.of(made.python[1]),
        tensorflow=Version.of(pins["tensorflow[and-cuda]"]),
        keras=Version.of(pins["keras"]) if "keras" in pins else None,
        cuda=Version.of("12.9") if cudnn else None,
        cudnn=Version.of(cudnn) if cudnn else None,
        driver=Version.of("580.82.07"),
    )
    # of the older TensorFlow that a card is left with, that sextet does not train with it is said here as there
    left = {"SXT119"} if made.notes else set()
    report = examine_stack(stack, cards, month="2026-11")
    assert {one.id for one in report.findings} == left and not report.failed()


@pytest.mark.parametrize("names", [["P40"], ["V100"], ["P100"], ["GTX 1080 Ti"], ["P40", "V100"], ["P40", "H100"]])
def test_pascal_and_volta_keep_the_last_cudnn_with_code_for_them(names):
    made = suggest(tuple(map(card, names)))
    assert "nvidia-cudnn-cu12==9.10.2.21" in made.requirements
    assert made.driver.startswith("branch 580, not 590 or newer")


def test_newer_cards_take_the_newest_cudnn_and_any_driver_from_580():
    made = suggest((card("T4"),))
    assert "nvidia-cudnn-cu12==9.28.0.42" in made.requirements and made.driver.startswith("branch 580, or newer")


def test_it_says_how_it_knows():
    made = suggest((card("P40"),))
    assert any("has machine code for 6.0, 7.0" in line and "2026-11-25" in line for line in made.knows)
    assert "not run on these cards" in made.knows[-1]


def test_maxwell_gets_the_last_tensorflow_for_it_and_is_told_that_sextet_needs_a_newer_one():
    made = suggest((card("M40"),))
    assert made.requirements == ("tensorflow[and-cuda]==2.16.2",)
    assert "sextet itself trains with TensorFlow 2.21" in made.notes[0]


@pytest.mark.parametrize("names", [["RTX 5090"], ["P40", "RTX 5090"], ["K80"], ["K80", "H100"]])
def test_where_none_is_known_none_is_given(names):
    with pytest.raises(HardwareError, match="No set is known to work"):
        suggest(tuple(map(card, names)))


@pytest.mark.parametrize("one", devices().values(), ids=str)
def test_a_set_to_train_with_is_known_for_the_cards_that_sextet_trains_on_and_no_others(one):
    try:
        trains = not any("sextet itself" in note for note in suggest((one.card,)).notes)
    except HardwareError:
        trains = False
    assert trains == (no_training(one.capability) == "")


def test_a_suggested_python_is_one_that_sextet_runs_on():
    assert suggest((card("P40"),)).python == ("3.11", "3.13")
    assert suggest((card("M40"),)).python == ("3.11", "3.12")
