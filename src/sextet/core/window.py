"""Windows: an index of (series, cutoff) pairs, and the arrays gathered for a batch of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class WindowShape:
    """The sizes every member is built for.

    Attributes:
        lookback: L, steps of history in `past` (the longest any member uses; each crops its own).
        horizon: H, steps forecast.
        past_channels: C of `past`: scaled target, observed mask, then covariates and calendar.
        future_channels: F of `future`: known covariates and calendar.
        static_features: K of `static`; 0 means that models have no such input.
        levels: Q quantile levels of the answer.
    """

    lookback: int
    horizon: int
    past_channels: int
    future_channels: int
    static_features: int
    levels: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class WindowIndex:
    """W windows as indices into a panel; no data is copied.

    Attributes:
        series: `[W]` int32 series number.
        row: `[W]` int64 position, in the panel's rows, of the first target step: the cutoff lies before it.
    """

    series: NDArray[np.int32]
    row: NDArray[np.int64]

    def __len__(self) -> int:
        """Number of windows."""
        return len(self.row)

    def take(self, which: NDArray[np.integer] | NDArray[np.bool_] | slice) -> WindowIndex:
        """Return the windows at positions `which` (indices, a mask or a slice)."""
        return WindowIndex(series=self.series[which], row=self.row[which])

    @classmethod
    def joined(cls, parts: Sequence[WindowIndex]) -> WindowIndex:
        """Return the windows of all parts, one part after the other."""
        return cls(
            series=np.concatenate([part.series for part in parts]), row=np.concatenate([part.row for part in parts])
        )


@dataclass(frozen=True, kw_only=True)
class WindowBatch:
    """The arrays of B windows.

    Attributes:
        past: `[B, L, C]`; channel 0 the scaled target, gaps filled from the past only; channel 1 is 1 where
            observed, 0 where missing or before the series began; then past covariates, future covariates
            and calendar features of the past rows.
        future: `[B, H, F]` future covariates and calendar features of the horizon.
        static: `[B, K]`.
        target: `[B, H]` scaled target; 0 where missing.
        weight: `[B, H]` loss weight: 0 where the target is missing, else the sample weight (1 without one).
        label: `[B, H]` 1 where the target is a spike.
        index: which windows these are.
    """

    past: Floats
    future: Floats
    static: Floats
    target: Floats
    weight: Floats
    label: Floats
    index: WindowIndex

    def inputs(self) -> dict[str, Floats]:
        """Return the model inputs by name; `static` only where there is one."""
        named = {"past": self.past, "future": self.future}
        if self.static.shape[1]:
            named["static"] = self.static
        return named
