"""How gradients are added up, by how the cards are linked."""

from __future__ import annotations

from itertools import permutations

from sextet.hardware.gpu import Gpu
from sextet.hardware.interconnect import HIERARCHICAL, NCCL, ONE, choose


def rig(*names: str, link: str | None = None, except_for: tuple[int, int] | None = None, other: str = "none"):
    """Cards all linked alike, but for one pair."""

    def between(one: int, two: int) -> str | None:
        return other if except_for and set(except_for) == {one, two} else link

    return [
        Gpu(
            index=place,
            name=name,
            links=tuple((to, how) for to in range(len(names)) if to != place and (how := between(place, to))),
        )
        for place, name in enumerate(names)
    ]


def test_by_link():
    p40 = ("Tesla P40",) * 3
    assert choose(rig("V100", "V100", link="nvlink")).way == NCCL
    assert choose(rig(*p40, link="pcie")).way == NCCL
    assert choose(rig(*p40, link="none")).way == HIERARCHICAL
    assert choose(rig(*p40)).way == NCCL
    assert choose(rig("Tesla P40", "GTX 1070", link="pcie")).way == ONE
    assert choose(rig("Tesla P40", "GTX 1070", "GTX 1070", link="pcie")).way == NCCL
    assert choose(rig("Tesla P40")).way == choose([]).way == ""


def test_one_pair_without_access_counts_whichever_it_is():
    for pair in permutations(range(3), 2):
        assert choose(rig(*["Tesla P40"] * 3, link="pcie", except_for=pair)).way == HIERARCHICAL
        assert "PCIe" in choose(rig(*["V100"] * 3, link="nvlink", except_for=pair, other="pcie")).reason


def test_reasons_are_sentences():
    rigs = (
        rig("V100", "V100", link="nvlink"),
        rig("P40", "P40", link="pcie"),
        rig("P40", "P40", link="none"),
        rig("A", "B"),
    )
    reasons = [choose(one).reason for one in rigs]
    assert len(set(reasons)) == len(rigs) and all(reason.endswith(".") for reason in reasons)
