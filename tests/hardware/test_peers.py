"""Links between cards, as NVML answers."""

from __future__ import annotations

from typing import Any

import pynvml

from sextet.hardware import nvml
from sextet.hardware.peers import links

from ..doctor.described import DescribedNvml


class Linked:
    """NVML with the status of pairs: {(one, other): (status of NVLink, status of reading)}."""

    NVMLError = pynvml.NVMLError
    NVML_P2P_STATUS_OK = pynvml.NVML_P2P_STATUS_OK
    NVML_P2P_CAPS_INDEX_NVLINK = pynvml.NVML_P2P_CAPS_INDEX_NVLINK
    NVML_P2P_CAPS_INDEX_READ = pynvml.NVML_P2P_CAPS_INDEX_READ

    def __init__(self, status: dict[tuple[str, str], tuple[int, int]]) -> None:
        self._status = status

    def nvmlDeviceGetP2PStatus(self, one: str, other: str, way: int) -> int:
        if (one, other) not in self._status:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
        return self._status[one, other][way == self.NVML_P2P_CAPS_INDEX_READ]


def test_each_pair_is_told():
    ok, no = pynvml.NVML_P2P_STATUS_OK, pynvml.NVML_P2P_STATUS_CHIPSET_NOT_SUPPORTED
    status = {
        ("a", "b"): (ok, ok),
        ("b", "a"): (ok, ok),
        ("a", "c"): (no, ok),
        ("c", "a"): (no, ok),
        ("b", "c"): (no, no),
    }
    assert links(Linked(status), ["a", "b", "c"]) == [
        ((1, "nvlink"), (2, "pcie")),
        ((0, "nvlink"), (2, "none")),
        ((0, "pcie"),),
    ]


def test_a_card_that_does_not_answer_has_no_links():
    ok = pynvml.NVML_P2P_STATUS_OK
    assert links(Linked({("a", "c"): (ok, ok), ("c", "a"): (ok, ok)}), ["a", None, "c"]) == [
        ((2, "nvlink"),),
        (),
        ((0, "nvlink"),),
    ]


def test_an_older_library_tells_nothing():
    cards: list[dict[str, Any]] = [{"name": "Tesla P40"}, {"name": "Tesla P40"}]
    told = nvml.read(DescribedNvml({"driver": "580.82.07", "cuda": 13000, "card": cards}))
    assert [gpu.links for gpu in told.gpus] == [(), ()]
    assert told.gpus[0].link_to(told.gpus[1]) is None
