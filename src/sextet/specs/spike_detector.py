"""Spike Detector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sextet.specs.check import whole
from sextet.specs.neural import OPEN, NeuralSpec


@dataclass(frozen=True, kw_only=True)
class SpikeDetectorSpec(NeuralSpec):
    """Level, spike probability and spike size for each step of the horizon, from a segment GRU.

    Attributes:
        segment: steps a token.
    """

    name: ClassVar[str] = "spike-detector"

    segment: int = OPEN

    def __post_init__(self) -> None:
        """Check every value."""
        super().__post_init__()
        whole(self.name, "segment", self.segment)
