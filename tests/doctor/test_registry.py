"""Checks: one that fails is told, the others run."""

from __future__ import annotations

import dataclasses

import pytest

from sextet.doctor.case import Case, Check, named
from sextet.doctor.examine import blocking, examine_machine
from sextet.doctor.finding import Level
from sextet.doctor.machine import Machine
from sextet.doctor.registry import CHECKS, run
from sextet.doctor.stack import Stack
from sextet.hardware.cards import card
from sextet.hardware.host import Platform
from sextet.hardware.nvml import LATE, Nvml

from .described import DescribedHost, described, whole

EMPTY = Machine(platform=Platform(python="?", system="", machine=""), nvml=Nvml())


def test_names_are_told_apart():
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    assert len({check.run for check in CHECKS}) == len(CHECKS)


def test_a_check_that_fails_becomes_a_finding():
    def broken(case):
        raise ZeroDivisionError("by nothing")
        yield

    good = next(check for check in CHECKS if check.name == "open files")
    bad = Check(name="a broken one", gates=False, run=broken)
    machine = dataclasses.replace(EMPTY, room=dataclasses.replace(EMPTY.room, open_files=8))
    first, second = run((bad, good), Case(stack=Stack(), cards=(), machine=machine))
    assert (first.id, first.level, first.seen) == (
        "SXT001",
        Level.WARNING,
        "a broken one: ZeroDivisionError: by nothing",
    )
    assert second.id == "SXT605"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_check_survives_a_machine_of_which_nothing_is_known(check):
    for cards in ((), (card("P40"), card("K80"), card("RTX 5090"))):
        for stack in (Stack(), Stack(installed=True, system="Windows")):
            assert "SXT001" not in {one.id for one in run((check,), Case(stack=stack, cards=cards, machine=EMPTY))}
            assert "SXT001" not in {one.id for one in run((check,), Case(stack=stack, cards=cards))}


def test_a_machine_that_cannot_be_looked_at_is_a_finding():
    class Broken(DescribedHost):
        def packages(self):
            raise PermissionError("no")

    report = examine_machine(Broken(whole({"like": "p40"})))
    assert [one.id for one in report.findings] == ["SXT001"] and "PermissionError" in report.findings[0].seen


def test_one_framework_broken_beyond_reading_does_not_stop_the_doctor():
    host = described("p40")
    host._commands["framework tensorflow"] = {"code": 1, "out": "\x00\x01", "err": "\ufffd" * 5000}
    report = examine_machine(host, month="2026-11")
    assert [one.id for one in report.findings] == ["SXT114"] and len(report.findings[0].seen) < 400


def test_frameworks_are_asked_only_where_they_are_and_are_wanted(p40):
    examine_machine(p40, frameworks=False)
    assert not [one for one in p40.asked if one.startswith("framework")]
    examine_machine(p40)
    assert [one for one in p40.asked if one.startswith("framework")] == ["framework tensorflow"]


def test_what_would_leave_a_gpu_unused(p40):
    assert blocking(p40) == (True, ())
    bare = DescribedHost(whole({"like": "p40", "paths": [], "gone": ["nvidia-cudnn-cu12"]}))
    meant, errors = blocking(bare)
    assert meant and [one.id for one in errors] == ["SXT109"]
    assert not [one for one in bare.asked if one.startswith("framework")]


def test_a_hidden_gpu_is_not_meant_to_be_used():
    host = DescribedHost(whole({"like": "p40", "environ": {"CUDA_VISIBLE_DEVICES": "-1"}}))
    assert blocking(host)[0] is False


def test_a_driver_that_hangs(monkeypatch, p40):
    answer = Nvml(failure=LATE, failure_text="no answer in 20 s")
    monkeypatch.setattr("sextet.hardware.nvml.read", lambda library: answer)
    report = examine_machine(p40, month="2026-11")
    assert "SXT218" in {one.id for one in report.findings} and report.failed()


def test_cards_in_words():
    assert named([card("P40"), card("P40"), card("6.1")]) == (
        "2 x Tesla P40 (compute capability 6.1), compute capability 6.1"
    )
