"""The fitted coefficients, read once: formulas, corrections and the spread of errors on what was left out."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from sextet.planner.timing.correction import Array, Correction


@dataclass(frozen=True)
class Spread:
    """Errors on left-out measurements, as logarithms of measured over predicted time.

    Attributes:
        low, high: quantiles of 10 % and 90 % where shapes like it were measured.
        far: by how much both grow where none is near: a factor of 1 + far.
    """

    low: float
    high: float
    far: float

    def at(self, near: Array) -> tuple[Array, Array]:
        """Return both quantiles for shapes as near as `near`, [operations]."""
        wider = 1.0 + self.far * (1.0 - near)
        return self.low * wider, self.high * wider


@dataclass(frozen=True)
class Fitted:
    """What is known of a class of operations."""

    coefficients: Mapping[str, Any]
    correction: Correction
    spread: Spread


@cache
def fitted(name: str) -> Fitted:
    """Return what was fitted for the class `name`; `benchmarks/planner_fit.py` makes both files."""
    folder = resources.files("sextet.planner.timing")
    table = tomllib.loads((folder / "coefficients.toml").read_text(encoding="utf-8"))[name]
    with resources.as_file(folder / "corrections.npz") as path, np.load(path) as arrays:
        parts = {part: arrays[f"{name}_{part}"].astype(np.float64) for part in ("centres", "architecture", "weights")}
    spread = table.pop("spread")
    found = {key: np.array(value) if isinstance(value, list) else value for key, value in table.items()}
    return Fitted(found, Correction(**parts), Spread(**spread))
