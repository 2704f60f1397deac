"""Measures each window in its own level and spread, and puts answers back (RevIN without learned scale)."""

from __future__ import annotations

from typing import Any

from sextet.members.backend import PACKAGE, Tensor, keras, layers, ops
from sextet.specs.neural import Normalisation

FLOOR = 0.05
"""Least spread of a window, in standard deviations of its series: a flat window is not blown up to noise."""


@keras.saving.register_keras_serializable(package=PACKAGE)
class WindowNorm(layers.Layer):  # type: ignore[misc]
    """Past `[B, L, C]` -> normalised past `[B, L, C]`, level `[B, 1]`, spread `[B, 1]`.

    After Kim et al., "Reversible Instance Normalization", ICLR 2022, over the observed steps alone. A constant
    window has the floor as its spread; a window with nothing observed has level 0 (the series' own level) and
    spread 1, so nothing here becomes infinite or NaN.
    """

    def __init__(self, anchor: Normalisation = "mean", floor: float = FLOOR, **kwargs: Any) -> None:
        """Measure as `anchor` says; see `specs.neural.Normalisation`."""
        super().__init__(**kwargs)
        self.anchor = anchor
        self.floor = floor

    def call(self, past: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the normalised past, the level and the spread."""
        value, mask = past[..., 0], past[..., 1]
        count = ops.sum(mask, axis=1, keepdims=True)
        safe = ops.maximum(count, 1.0)
        mean = ops.sum(value * mask, axis=1, keepdims=True) / safe
        variance = ops.sum(ops.square(value - mean) * mask, axis=1, keepdims=True) / safe
        empty = ops.cast(ops.equal(count, 0.0), value.dtype)
        spread = ops.sqrt(variance + self.floor**2) * (1.0 - empty) + empty
        if self.anchor == "shift":
            spread = ops.ones_like(spread)
        # gaps are filled forward, so the last row holds the last observed value
        level = mean if self.anchor == "mean" else value[:, -1:] * (1.0 - empty)
        # rows before the first observed step hold no information: they become the level, and the mask says so
        begun = ops.cast(ops.greater(ops.cumsum(mask, axis=1), 0.0), value.dtype)
        normal = (value - level) / spread * begun
        return (ops.concatenate([normal[..., None], past[..., 1:]], axis=-1), level, spread)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> Any:
        """Return the shapes of the three outputs."""
        return tuple(input_shape), (input_shape[0], 1), (input_shape[0], 1)

    def get_config(self) -> dict[str, Any]:
        """Return what makes the layer anew."""
        return {**super().get_config(), "anchor": self.anchor, "floor": self.floor}


@keras.saving.register_keras_serializable(package=PACKAGE)
class Restore(layers.Layer):  # type: ignore[misc]
    """Answer `[B, H, Q]` of a normalised window -> the space of the window, by its level and spread `[B, 1]`."""

    def call(self, answer: Tensor, level: Tensor, spread: Tensor) -> Tensor:
        """Return `answer * spread + level`."""
        return answer * spread[..., None] + level[..., None]
