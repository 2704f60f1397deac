"""Quantiles that cannot cross."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import NormalDist
from typing import Any

from sextet.members.backend import PACKAGE, Tensor, keras, layers, ops


def median_index(levels: Sequence[float]) -> int:
    """Position of the median among `levels`, or of the level nearest to it."""
    return min(range(len(levels)), key=lambda i: abs(levels[i] - 0.5))


def with_median_moved(raw: Tensor, by: Tensor, levels: Sequence[float]) -> Tensor:
    """Move the median of raw values `[..., Q]` by `[..., 1]`; every quantile follows, the distances stay."""
    centre = median_index(levels)
    return ops.concatenate([raw[..., :centre], raw[..., centre : centre + 1] + by, raw[..., centre + 1 :]], axis=-1)


@keras.saving.register_keras_serializable(package=PACKAGE)
class MonotoneQuantiles(layers.Layer):  # type: ignore[misc]
    """Raw values `[..., Q]` -> quantiles `[..., Q]`: the median, and positive steps away from it on both sides.

    The median learns from its own loss alone; the gradient of the other levels stops at it, so that tails which
    fit badly do not pull it. Zero input gives the quantiles of a normal distribution with half the window's
    spread, so that training begins near calibration.
    """

    def __init__(self, levels: Sequence[float], **kwargs: Any) -> None:
        """Answer `levels`, increasing."""
        super().__init__(**kwargs)
        self.levels = tuple(levels)
        self.centre = median_index(self.levels)
        scores = [NormalDist().inv_cdf(level) for level in self.levels]
        gaps = [max(right - left, 1e-3) / 2 for left, right in pairwise(scores)]
        self.offsets = [math.log(math.expm1(gap)) for gap in gaps]

    def call(self, raw: Tensor) -> Tensor:
        """Return the quantiles."""
        centre = self.centre
        median = raw[..., centre : centre + 1]
        parts = [median]
        median = ops.stop_gradient(median)
        if centre + 1 < len(self.levels):
            parts.append(median + ops.cumsum(self._steps(raw[..., centre + 1 :], self.offsets[centre:]), axis=-1))
        if centre:
            # the raw values below the median count from it outwards: sums of positive terms, so that rounding
            # cannot make two levels change places
            down = ops.cumsum(self._steps(raw[..., :centre], self.offsets[:centre][::-1]), axis=-1)
            parts = [median - down[..., i : i + 1] for i in reversed(range(centre))] + parts
        return ops.concatenate(parts, axis=-1)

    @staticmethod
    def _steps(raw: Tensor, offsets: Sequence[float]) -> Tensor:
        return ops.softplus(raw + ops.convert_to_tensor(offsets, dtype=raw.dtype))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the input."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Return what makes the layer anew."""
        return {**super().get_config(), "levels": list(self.levels)}
