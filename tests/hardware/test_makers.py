"""Cards of AMD and Intel are named as such, and no card of NVIDIA is."""

from __future__ import annotations

import pytest

from sextet.core.errors import ConfigError
from sextet.hardware.cards import card, cards
from sextet.hardware.catalogue import devices, look_up
from sextet.hardware.makers import maker_of

AMD = (
    "MI50",
    "2x MI250X",
    "AMD Instinct MI300A",
    "RX 7900 XTX",
    "RX580",
    "Radeon VII",
    "FirePro W8100",
    "W7900",
    "R9 390X",
)
INTEL = ("Arc A770", "Intel Arc B580", "A770", "Flex 170", "Data Center GPU Max 1550", "Gaudi 2")
SLIPS = ("RX 3090", "RX 2080 Ti", "RX 5090", "M4O", "A10O", "W100", "Max-Q", "V10O")


@pytest.mark.parametrize(("names", "maker"), [(AMD, "AMD"), (INTEL, "Intel"), (SLIPS, "")])
def test_makers_are_told_by_plain_names(names, maker):
    assert [maker_of(name) for name in names] == [maker] * len(names)


def test_no_known_card_is_of_another_maker():
    known = [*cards(), *devices(), *(alias for one in devices().values() for alias in one.aliases)]
    assert [name for name in known if maker_of(name)] == []


@pytest.mark.parametrize("find", [card, look_up])
def test_planner_and_doctor_say_that_they_are_not_for_cuda(find):
    for name, maker in (("MI50", "AMD"), ("RX 7900 XTX", "AMD"), ("Arc A770", "Intel")):
        with pytest.raises(
            ConfigError, match=f"got '{name}', which is {maker}'s: sextet trains with TensorFlow on CUDA"
        ):
            find(name)
    with pytest.raises(ConfigError, match="Tesla P40") as caught:
        find("RX 3090")
    assert "AMD" not in str(caught.value)
