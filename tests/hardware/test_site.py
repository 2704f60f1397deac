"""What a training can use, from machines as they are described."""

from __future__ import annotations

import pytest

from sextet.hardware.precision import FLOAT32
from sextet.hardware.site import LOGICAL, best_precision, survey

from ..doctor.described import DescribedHost, described
from ..rigs import P40, machine


def _of(*cards, **environ):
    return survey(DescribedHost(machine(*cards, **environ)))


def test_three_p40s_with_their_memory_and_links():
    site = _of(P40, P40, P40)
    assert site.title == "3x Tesla P40" and site.devices == 3
    card = site.accelerators[1]
    assert (card.visible, card.memory, card.device.name) == ("GPU-1", 24576 * 2**20, "Tesla P40")
    assert card.link_gbs == pytest.approx(15.75, rel=0.01)  # the most that card and slot can, not what it rests at
    assert site.memory == 32_000_000 * 1024
    assert best_precision(site).policy == FLOAT32
    assert site.first(2).title == "2x Tesla P40"


@pytest.mark.parametrize(
    ("visible", "seen"),
    [("1", ["GPU-1"]), ("2,0", ["GPU-2", "GPU-0"]), ("GPU-2", ["GPU-2"]), ("0,7,1", ["GPU-0"]), ("1,1", ["GPU-1"])],
)
def test_cuda_shows_what_it_is_told_to(visible, seen):
    site = _of(P40, P40, P40, CUDA_VISIBLE_DEVICES=visible)
    assert [one.visible for one in site.accelerators] == seen


@pytest.mark.parametrize("visible", ["", "-1", "9"])
def test_hidden_gpus_are_said_to_be_hidden(visible):
    site = _of(P40, CUDA_VISIBLE_DEVICES=visible)
    assert not site.accelerators and "CUDA_VISIBLE_DEVICES" in site.why


def test_without_a_gpu_nvml_is_not_asked():
    host = described("laptop")
    host.nvml = None  # would be the real one
    site = survey(host)
    assert not site.accelerators and site.title.startswith("processor, ")
    assert site.why == "There is no NVIDIA GPU here."


def test_the_cpu_may_be_chosen_and_be_divided():
    host = DescribedHost(machine(P40))
    assert survey(host, "cpu").accelerators == ()
    site = _of(**{LOGICAL: "3"})
    assert (site.devices, site.stand_ins) == (3, 3) and site.title.startswith("3 logical devices")


def test_a_driver_that_fails_is_said():
    broken = {**machine(P40), "nvml": {"init": 12}}
    site = survey(DescribedHost(broken))
    assert not site.accelerators and "sextet doctor" in site.why


def test_a_limit_of_the_group_counts():
    limited = machine()
    limited["files"]["/sys/fs/cgroup/memory.max"] = "4000000000\n"
    assert survey(DescribedHost(limited)).memory == 4_000_000_000
