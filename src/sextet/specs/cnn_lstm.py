"""CNN-LSTM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sextet.core.errors import ConfigError
from sextet.specs.check import whole
from sextet.specs.neural import OPEN, NeuralSpec


@dataclass(frozen=True, kw_only=True)
class CNNLSTMSpec(NeuralSpec):
    """Dilated causal convolutions, folded into segments, then an LSTM.

    Attributes:
        segment: steps folded into a token, so that the phase of the day survives (a mean would destroy it).
        filters: channels of each convolution.
        kernel: steps each convolution sees, before dilation.
        dilations: one convolution for each.
    """

    name: ClassVar[str] = "cnn-lstm"

    segment: int = OPEN
    filters: int = 16
    kernel: int = 3
    dilations: tuple[int, ...] = (1, 2, 4)

    def __post_init__(self) -> None:
        """Check every value."""
        super().__post_init__()
        for field in ("segment", "filters", "kernel"):
            whole(self.name, field, getattr(self, field))
        if not self.dilations:
            raise ConfigError(f"{self.name}: dilations must hold at least one number; got none.")
        for dilation in self.dilations:
            whole(self.name, "dilations", dilation)
