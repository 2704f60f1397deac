"""LSTM and GRU: one form, two cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sextet.specs.check import whole
from sextet.specs.neural import OPEN, NeuralSpec


@dataclass(frozen=True, kw_only=True)
class RecurrentSpec(NeuralSpec):
    """A segment-recurrent network (SegRNN, arXiv 2308.11200): a token a segment, an encoder, parallel decoding.

    Attributes:
        segment: steps a token; 1 gives the classical form, one recurrent step a time step.
        layers: recurrent layers of the encoder.
    """

    segment: int = OPEN
    layers: int = 1

    def __post_init__(self) -> None:
        """Check every value."""
        super().__post_init__()
        whole(self.name, "segment", self.segment)
        whole(self.name, "layers", self.layers)


@dataclass(frozen=True, kw_only=True)
class LSTMSpec(RecurrentSpec):
    """The LSTM member (Hochreiter and Schmidhuber, 1997)."""

    name: ClassVar[str] = "lstm"


@dataclass(frozen=True, kw_only=True)
class GRUSpec(RecurrentSpec):
    """The GRU member (Cho et al., arXiv 1406.1078)."""

    name: ClassVar[str] = "gru"
