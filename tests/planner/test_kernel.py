"""Kernels that a calibration measures."""

from __future__ import annotations

import pytest

from sextet.core.errors import ConfigError
from sextet.planner.kernel import KINDS, Kernel, kernels_for, kind_of, update
from sextet.planner.operations import Attention, Elementwise, Gemm, Recurrent
from sextet.planner.standing import BATCH, SHAPE, member_specs
from sextet.planner.work import member_work


@pytest.mark.parametrize("device", ["cpu", "gpu"])
def test_the_first_kernels_are_one_of_each_class_and_none_comes_twice(device):
    kernels = kernels_for(device)
    assert {one.kind for one in kernels[: len(KINDS)]} == set(KINDS)
    assert len(set(kernels)) == len(kernels)
    assert {one.precision for one in kernels} == {"float32", "float16", "bfloat16"}
    assert all(Kernel.of_plain(one.plain(), "here") == one for one in kernels)


def test_a_pass_both_ways_holds_the_backward_pass():
    one = Recurrent("lstm", 8, 8, 4, 5)
    kernel = Kernel(operation=one, passes="both")
    assert [part.direction for part in kernel.operations] == ["forward", "backward inputs", "backward weights"]
    assert sum(part.flops for part in kernel.operations) == 3 * one.flops


def test_attention_is_measured_with_its_projections():
    around = Kernel(operation=Attention(2, 4, 8, 8, 16)).around
    assert around.count(Gemm(16, 64, 64)) == 4 and around.count(Elementwise(16 * 64, 2, 1)) == 4
    assert len(Kernel(operation=Attention(2, 4, 8, 8, 16), passes="both").around) == 20
    assert Kernel(operation=Gemm(1, 1, 1)).around == ()


def test_every_operation_of_every_member_is_of_a_class_that_is_measured():
    for spec in member_specs().values():
        work = member_work(spec, SHAPE, BATCH)
        kinds = [kind_of(one) for one, _ in work.operations]
        assert set(kinds) <= set(KINDS) and "update" in kinds
        assert (
            kind_of(update(5)) == "update"
            and {narrow for _, _, narrow in work.passed} == {False, True}
            and work.drawn > 0
        )
        assert member_work(spec, SHAPE, BATCH, training=False).drawn == 0


def test_a_kernel_whose_sizes_are_of_another_class_is_refused():
    with pytest.raises(ConfigError, match="its sizes are those of the class 'update', not of 'elementwise'"):
        Kernel.of_plain({"class": "elementwise", "values": 8, "reads": 5, "writes": 4}, "kernel 3")
    with pytest.raises(ConfigError, match="kernel 3: passes must be forward or both; got 'back'"):
        Kernel.of_plain({"class": "gemm", "passes": "back", "m": 1, "n": 1, "k": 1}, "kernel 3")
