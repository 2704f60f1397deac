"""The front over every rig, and what keeps a rig off it."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from sextet.hardware.catalogue import devices
from sextet.hardware.rig import Rig, read_rig
from sextet.planner.figures import Quantity
from sextet.planner.search import ALIKE, MOST_EQUAL, Bounds, every_rig, search, undominated

FEW = tuple(
    read_rig(f"{count}x {name}") for name in ("Tesla P40", "RTX 3090", "RTX 3060 12GB", "A40") for count in (1, 2, 4)
)


def test_every_rig_of_equal_cards_can_exist():
    rigs = every_rig()
    assert len(rigs) == MOST_EQUAL * len(devices())
    assert {len(rig.devices) for rig in rigs} == set(range(1, 9))
    assert all(rig.nvlink == (rig.devices[0].nvlink == "board" and len(rig.devices) > 1) for rig in rigs)


THREE = st.tuples(st.integers(0, 12), st.just(3))


@given(arrays.arrays(float, THREE, elements=st.sampled_from([1.0, 2.0, 3.0])))
def test_the_front_is_what_nothing_dominates(values):
    found = undominated(values)
    for one in range(len(values)):
        beaten = any(
            (values[other] <= values[one]).all() and (values[other] < values[one]).any() for other in range(len(values))
        )
        assert found[one] == (not beaten)


@given(arrays.arrays(float, THREE, elements=st.floats(0.0, 0.1)))
def test_what_is_alike_decides_nothing(values):
    found = undominated(values, 0.01)
    assert found.any() or not len(values)

    def beats(one, other):
        less = values[one] - values[other]
        return (less <= 0.01).all() and (less < -0.01).any() and values[one].sum() < values[other].sum()

    stay = np.flatnonzero(found)
    for one, other in itertools.permutations(stay, 2):
        assert not beats(one, other)
    for gone in np.flatnonzero(~found):
        assert any(beats(one, gone) for one in stay)


def test_figures_within_a_percent_are_alike_wherever_they_lie():
    time, cheap, dear = np.log([57.0, 170.0, 240.0])
    for energy in np.linspace(np.log(0.004), np.log(0.006), 97):
        p40, p100 = [time, dear, energy], [time, cheap, energy + 0.008]
        assert undominated(np.array([p40, p100]), ALIKE).tolist() == [False, True]


def test_nothing_on_the_front_is_beaten_and_all_else_is(job, clock, terms):
    found = search(job, clock, terms, Bounds(), FEW)
    points, notes = found.points, found.notes
    assert found.lacking == ""
    assert len(points) == len(FEW) and [one.seconds.value for one in points] == sorted(
        one.seconds.value for one in points
    )
    front = [one for one in points if one.front]
    assert front and all(one.price is not None for one in front)
    for one, other in itertools.permutations(front, 2):
        assert (
            other.seconds.value < one.seconds.value * 1.02
            or other.price < one.price * 1.02
            or other.kwh < one.kwh * 1.02
        )
    assert any("No list has a price of 1 cards" in note and "A40" in note for note in notes)


def test_limits_leave_rigs_out(job, clock, terms):
    def names(**changed):
        bounds = Bounds(watts=changed.pop("watts", None))
        return {one.rig for one in search(job, clock, replace(terms, **changed), bounds, FEW).points}

    assert all("1x" in name or "3060" in name or "2x" in name for name in names(watts=700.0))
    cheap = names(budget=Quantity(1000.0, "USD"))
    assert "1x RTX 3060 12GB" in cheap and not any("A40" in name or "4x Tesla" in name for name in cheap)
    assert names(hours_limit=1e-6) == set()


def test_a_front_without_prices_is_empty(job, clock, terms):
    found = search(job, clock, replace(terms, prices=()), Bounds(), FEW[:3])
    assert len(found.points) == 3 and not any(one.front for one in found.points)
    assert "No list has a price" in found.lacking


def test_where_no_rig_keeps_to_the_limits_the_nearest_is_named_with_what_it_needs(job, clock, terms):
    def found(**changed):
        bounds = Bounds(watts=changed.pop("watts", None))
        return search(job, clock, replace(terms, **changed), bounds, FEW)

    poor = found(budget=Quantity(1.0, "KRW"))
    cheapest = min((one for one in found().points if one.price), key=lambda one: one.price)
    assert poor.points == () and poor.lacking.startswith("No rig keeps to the limits. The nearest is 1x ")
    assert f"--budget of {math.ceil(cheapest.price):,} KRW instead of 1" in poor.lacking
    soonest = min(one.seconds.value for one in found().points) / 3600
    nearly = found(hours_limit=soonest * (1 - 1e-9)).lacking
    needed = float(re.search(r"--deadline of ([\d.]+) h a round instead", nearly)[1])
    assert soonest <= needed <= soonest * 1.01
    both = found(hours_limit=1e-4, watts=100.0).lacking
    assert "--deadline of 0.0" in both and "h a round instead of 0.0001" in both and "W instead of 100" in both
    assert "no list has a price of any" in found(prices=(), budget=Quantity(1.0, "KRW")).lacking


def test_where_no_rig_holds_the_members_that_is_said(job, clock, terms):
    tiny = replace(devices()["Tesla P4"], memory_gb=0.5)
    found = search(job, clock, terms, Bounds(), (Rig(name="tiny", devices=(tiny,)),))
    assert found.points == () and found.lacking.startswith("No rig holds the members.")


def test_what_was_looked_at_is_said(job, clock, terms):
    notes = search(job, clock, terms, Bounds(), FEW).notes
    assert notes[0].startswith("Looked at 12 rigs of 4 cards")
    notes = search(job, clock, terms, Bounds(), (read_rig("2x V100 SXM2 16GB nvlink"),)).notes
    assert "carrier board" in notes[-1]


def test_no_rig_at_all_is_no_front():
    assert undominated(np.empty((0, 3))).shape == (0,)
    assert pytest.approx(0) == undominated(np.empty((0, 3))).sum()


def test_cards_that_sextet_cannot_train_on_are_left_out_and_named(job, clock, terms):
    found = search(job, clock, terms, Bounds(), (*FEW, read_rig("2x Tesla M40 24GB"), read_rig("RTX 5090")))
    assert len(found.points) == len(FEW)
    assert any(note.startswith("2 cards are left out, since sextet cannot train on them: Tesla M40 24GB, RTX 5090") for
               note in found.notes)  # fmt: skip
