"""Cards that sextet cannot train on, and devices that were seen to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sextet.hardware.catalogue import device
from sextet.hardware.rig import Rig, read_rig
from sextet.planner.clock import Clock
from sextet.planner.compare import compare
from sextet.planner.this_machine import this_machine
from sextet.planner.trainable import cannot_train, why_not

from .made import made_profile


def test_a_sentence_for_each_kind_of_card(clock):
    assert cannot_train(read_rig("3x P40, V100"), clock) == ()
    old, new = cannot_train(read_rig("2x M40 24GB, RTX 5090, P40"), clock)
    assert old.startswith("Tesla M40 24GB cannot train: sextet trains with") and new.startswith("RTX 5090 cannot train")


def test_what_was_profiled_was_trained_on(terms):
    profile = made_profile(card="Tesla M40 24GB", device="gpu")
    assert why_not(device("Tesla M40 24GB"), Clock(terms.software, profile)) == ""
    assert why_not(device("Tesla M60"), Clock(terms.software, profile)) != ""
    processor = this_machine(made_profile())
    assert why_not(processor, Clock(terms.software)) == ""


@pytest.mark.parametrize("useless", ["3x Tesla M40 24GB", "RTX 5090", "Tesla K80"])
def test_a_plan_says_so_everywhere_and_recommends_another(job, terms, clock, useless):
    found = compare([read_rig(useless), read_rig("Tesla P40")], job, replace(terms, draws=50), clock=clock)
    assert found.verdict.rig == "Tesla P40" and f"{useless} cannot train: " in found.verdict.text
    first = found.as_dict()["rigs"][0]
    assert "cannot train" in first["cannot_train"][0] and first["score"]["total"] == 0
    assert first["score"]["parts"]["software"] == 0 and first["software"][0]["cannot_train"]
    assert [one["trains"] for one in found.as_dict()["front"]] == [False, True]
    assert found.chances is None and found.break_even == () and found.sensitivity == ()
    row = next(line for line in str(found).splitlines() if "sextet trains on it" in line)
    assert row.split()[-2:] == ["NO", "yes"]


def test_of_three_the_two_that_serve_are_compared(job, terms, clock):
    tiny = Rig(name="tiny", devices=(replace(device("Tesla P4"), memory_gb=0.5),))
    rigs = [tiny, read_rig("Tesla M40 24GB"), read_rig("Tesla P40"), read_rig("2x Tesla P40")]
    found = compare(rigs, job, replace(terms, draws=50), clock=clock)
    assert set(found.chances.seconds) == {"Tesla P40", "2x Tesla P40"} == set(found.chances.wins["time"])
    assert [(one.cheap, one.dear) for one in found.break_even] == [("Tesla P40", "2x Tesla P40")]
    assert all(one.fastest in ("Tesla P40", "2x Tesla P40", None) for one in found.sensitivity)
    assert "How often each wins, 50 draws" in str(found)
