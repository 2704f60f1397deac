"""Described machines for the doctor's tests."""

from __future__ import annotations

import pytest

from .described import DescribedHost, described


@pytest.fixture
def p40() -> DescribedHost:
    """A machine with one P40, on which everything is as it should be."""
    return described("p40")
