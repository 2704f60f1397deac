"""Hints at a GPU from files alone."""

from __future__ import annotations

import pytest

from sextet.hardware.present import hinted, on_pci

from ..doctor.described import DescribedHost, described

BARE = {"platform": {"python": "3.11", "system": "Linux", "machine": "x86_64"}}


def test_a_card_on_the_bus():
    host = described("p40")
    assert on_pci(host) == ("0000:03:00.0",) and hinted(host)


def test_a_laptop_hints_at_nothing():
    assert not hinted(described("laptop"))


@pytest.mark.parametrize("path", ["/dev/nvidiactl", "/dev/dxg", "/proc/driver/nvidia/version"])
def test_files_that_hint(path):
    assert not hinted(DescribedHost(BARE))
    assert hinted(DescribedHost({**BARE, "paths": [path]}))


def test_windows_is_asked_for_the_library_of_its_driver():
    windows = {"platform": {"python": "3.11", "system": "Windows", "machine": "AMD64"}}
    assert not hinted(DescribedHost(windows))
