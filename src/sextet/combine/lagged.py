"""Draws a member's forecast towards what it said at the cutoffs just before: a lagged average forecast.

Far ahead a network's answer hangs on where its lookback happens to begin and end; what it said of the same steps one
to four rows earlier differs by that alone, and the mean of both has less of it (Hoffman & Kalnay, "Lagged average
forecasting, an alternative to Monte Carlo forecasting", Tellus 35A, 1983). It costs answers, no training.

Medians are averaged, and the quantiles move with them: how far they spread is what the last cutoff says. Earlier ones
saw less and spread further, while their mean errs less.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.core.answer import Answer
from sextet.core.panel import Panel
from sextet.core.quantiles import MEDIAN
from sextet.core.window import WindowIndex
from sextet.metrics.quantile import pinball

Ints = NDArray[np.int64]

EARLIER = 4
"""Cutoffs before a window's own that are averaged with it, a row apart."""

SHARES = tuple(np.linspace(0.0, 1.0, 5, dtype=np.float32))
"""How far a member may be drawn at a step: not at all to all the way."""

WORTH = 0.002
"""Share of a member's loss that drawing it must save in an octave of steps to be done there."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The windows that must be answered for W windows to have their lagged averages.

    Attributes:
        index: U windows, each once.
        place: `[W, 1 + EARLIER]` where the window itself and those before it are in `index`; -1 where there is none.
    """

    index: WindowIndex
    place: Ints

    @classmethod
    def of(cls, panel: Panel, index: WindowIndex) -> Asked:
        """Return what to ask for `index`; a cutoff before the second row of its series is none."""
        row = index.row[:, None] - np.arange(EARLIER + 1)
        there = row > panel.offsets[index.series][:, None]
        there[:, 0] = True
        unique, place = np.unique(row[there], return_inverse=True)  # a row lies in one series alone
        places = np.full(row.shape, -1, dtype=np.int64)
        places[there] = place.reshape(-1)
        series = np.empty(len(unique), dtype=index.series.dtype)
        series[places[there]] = np.broadcast_to(index.series[:, None], row.shape)[there]
        return cls(index=WindowIndex(series=series, row=unique), place=places)


@dataclass(frozen=True, kw_only=True)
class LaggedAverage:
    """How far members are drawn towards the mean of their last answers.

    Attributes:
        shares: name -> `[H]` weight of the mean at each step, 0..1; a member without any is not among them.
    """

    shares: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The members that are drawn."""
        return tuple(self.shares)

    @property
    def reach(self) -> int:
        """Rows before a window's lookback that are read."""
        return EARLIER if self.shares else 0

    def drawn(self, name: str, said: Answer, place: Ints) -> Answer:
        """Return a member's answer for W windows from what it said of all that were asked.

        Args:
            name: of the member.
            said: its answer for `Asked.index`.
            place: of `Asked`. Spike probabilities and sizes stay those of the window itself.
        """
        own = said.part(place[:, 0])
        return replace(own, quantiles=moved(own.quantiles, lagged_shift(said.quantiles, place), self.shares[name]))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return plain arrays for an npz without pickle."""
        shares = list(self.shares.values())
        return {"names": np.array(json.dumps(self.names)), "shares": np.array(shares, dtype=np.float32)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> LaggedAverage:
        """Read what `to_arrays` gave; nothing, as in runs of before, draws no member."""
        if not arrays:
            return cls()
        return cls(shares=dict(zip(json.loads(str(arrays["names"])), arrays["shares"], strict=True)))


def moved(
    own: NDArray[np.float32], shift: NDArray[np.float32], shares: NDArray[np.float32] | np.float32
) -> NDArray[np.float32]:
    """Return `[W, H, Q]` what was said, moved by the share `[H]`, or one for all steps, of `shift [W, H]`."""
    return own + (np.asarray(shares, dtype=np.float32) * shift)[..., None]


def lagged_shift(quantiles: NDArray[np.float32], place: Ints) -> NDArray[np.float32]:
    """Return `[W, H]` how far the mean of the medians of a step lies from the window's own.

    Args:
        quantiles: `[U, H, Q]` of the windows that were asked.
        place: `[W, 1 + EARLIER]` of `Asked`. The mean is over the window's own cutoff and those before it.
    """
    median, horizon = quantiles[..., MEDIAN], quantiles.shape[1]
    own = median[place[:, 0]]
    total, count = own.copy(), np.ones((len(place), horizon), dtype=np.float32)
    for lag in range(1, min(place.shape[1], horizon)):
        there = np.flatnonzero(place[:, lag] >= 0)
        total[there, : horizon - lag] += median[place[there, lag], lag:]
        count[there, : horizon - lag] += 1
    return np.asarray(total / count - own, dtype=np.float32)


def learn_shares(
    own: NDArray[np.float32], shift: NDArray[np.float32], target: NDArray[np.floating], levels: Sequence[float]
) -> NDArray[np.float32]:
    """Return the `[H]` share of the shift at each step that has the least pinball loss, one for each octave of steps.

    Args:
        own: `[W, H, Q]` what a member said.
        shift: `[W, H]` of `lagged_shift`.
        target: `[W, H]`, NaN where missing.
        levels: `[Q]`.
    """
    shares = np.zeros(own.shape[1], dtype=np.float32)
    for steps in octaves(own.shape[1]):
        losses = [pinball(target[:, steps], moved(own[:, steps], shift[:, steps], one), levels) for one in SHARES]
        best = int(np.argmin(losses))
        if losses[best] < losses[0] * (1 - WORTH):
            shares[steps] = SHARES[best]
    return shares


def octaves(horizon: int) -> list[slice]:
    """Return the steps 1, 2 to 3, 4 to 7, and so on up to the horizon."""
    ends = [min(2**k - 1, horizon) for k in range(1, horizon.bit_length() + 1)]
    return [slice(start, end) for start, end in zip([0, *ends[:-1]], ends, strict=True)]
