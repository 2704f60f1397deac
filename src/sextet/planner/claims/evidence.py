"""What others measured or said of cards, as evidence.toml holds it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from sextet.hardware.capability import Capability
from sextet.planner.figures import Measured, Quantity


@dataclass(frozen=True, kw_only=True)
class Mixed:
    """Throughput of one card in FP32 and in mixed precision."""

    model: str
    card: str
    fp32: float
    mixed: float
    unit: str
    source: str
    date: str

    @property
    def gain(self) -> Measured:
        """How many times more mixed precision did."""
        return Measured(quantity=Quantity(self.mixed / self.fp32, "times"), source=self.source, date=self.date)


@dataclass(frozen=True, kw_only=True)
class Network:
    """What a network was trained on."""

    name: str
    year: int
    cards: str
    capability: Capability
    source: str
    date: str


@dataclass(frozen=True, kw_only=True)
class Rented:
    """The cards of a rented machine."""

    machine: str
    cards: int
    card: str
    said: str
    source: str
    date: str


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Every table."""

    mixed: tuple[Mixed, ...]
    networks: tuple[Network, ...]
    rented: tuple[Rented, ...]


@cache
def evidence() -> Evidence:
    """Read evidence.toml."""
    text = resources.files("sextet.planner.claims").joinpath("evidence.toml").read_text(encoding="utf-8")
    tables = {name: [{**row, "date": str(row["date"])} for row in rows] for name, rows in tomllib.loads(text).items()}
    return Evidence(
        mixed=tuple(Mixed(**row) for row in tables["mixed"]),
        networks=tuple(Network(**{**row, "capability": Capability.of(row["capability"])}) for row in tables["network"]),
        rented=tuple(Rented(**row) for row in tables["rented"]),
    )
