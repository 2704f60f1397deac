"""PatchTST."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sextet.core.errors import ConfigError
from sextet.specs.check import whole
from sextet.specs.neural import OPEN, NeuralSpec


@dataclass(frozen=True, kw_only=True)
class PatchTSTSpec(NeuralSpec):
    """A transformer over patches of the series (PatchTST, arXiv 2211.14730).

    Attributes:
        patch: steps a patch.
        stride: steps from one patch to the next.
        heads: attention heads; `width` must be a multiple of it.
        layers: transformer layers.
        feed_forward: hidden size of the layers' feed-forward part.
    """

    name: ClassVar[str] = "patchtst"

    patch: int = 16
    stride: int = 8
    heads: int = 4
    layers: int = 3
    feed_forward: int = 64

    def __post_init__(self) -> None:
        """Check every value."""
        super().__post_init__()
        for field in ("patch", "stride", "heads", "layers", "feed_forward"):
            whole(self.name, field, getattr(self, field))
        if self.width is not OPEN and self.width % self.heads:
            raise ConfigError(
                f"{self.name}: width must be a multiple of heads; got width {self.width} and heads {self.heads}."
            )
        if self.stride > self.patch:
            raise ConfigError(
                f"{self.name}: stride must not exceed patch, or steps between patches would go unseen; "
                f"got stride {self.stride} and patch {self.patch}."
            )
