"""Streams that tests watch."""

from __future__ import annotations

import math
import random
from datetime import datetime, timedelta

import pytest

START, STEP = datetime(2024, 1, 1), timedelta(minutes=30)


def stamp(row: int) -> str:
    """The stamp of a row of a half-hourly series."""
    return (START + row * STEP).isoformat(sep=" ")


def wave(rows: int, seed: int = 0) -> list[float]:
    """A daily wave with noise."""
    draw = random.Random(seed)
    return [20 + 5 * math.sin(2 * math.pi * row / 48) + draw.gauss(0, 0.5) for row in range(rows)]


@pytest.fixture
def calm() -> list[float]:
    """Forty days of a daily wave with noise."""
    return wave(48 * 40)
