"""What the user's final rules leave of the ensemble's answers, and how likely a spike then is, as a forecast has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sextet.core.window import WindowIndex
from sextet.data.prepare import Prepared
from sextet.rules.scene import Scene
from sextet.rules.user_rules import Mask, UserRules
from sextet.spikes.blend import WarningBlend
from sextet.spikes.labels import SpikeModel

if TYPE_CHECKING:
    from sextet.ensemble.ground import Ground
    from sextet.ensemble.warning import Policies

Reals = NDArray[np.floating]


@dataclass(frozen=True, kw_only=True)
class Left:
    """Answers of W windows that rules have acted on.

    Attributes:
        quantiles: `[W, H, Q]` in the unit of the target.
        acted: rule name -> `[W, H]` where it acted.
        score: `[W, H]` how much of the quantiles lies above the spike level before rules act, as thresholds of alarms
            were chosen; None where no member warns.
        probability: `[W, H]` of a spike, 0 where a rule sets the target; None likewise.
    """

    quantiles: Reals
    acted: Mapping[str, Mask]
    score: Reals | None
    probability: Reals | None


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """How the final rules act on answers to windows of one data set.

    Attributes:
        rules: the user's.
        prepared: the data.
        spikes: what a spike is.
        blend: of what the member that warns says and what the quantiles say.
        levels: `[Q]` of the quantiles.
    """

    rules: UserRules
    prepared: Prepared
    spikes: SpikeModel
    blend: WarningBlend
    levels: tuple[float, ...]

    def left(self, z: Reals, index: WindowIndex, warned: Reals | None) -> Left:
        """Return what rules leave of the ensemble's answers.

        Args:
            z: `[W, H, Q]` calibrated quantiles, in scaled space.
            index: the windows.
            warned: `[W, H]` probability of a spike that a member gives, or None.
        """
        panel, scaler = self.prepared.panel, self.prepared.scaler
        quantiles = scaler.from_z(z, index.series)
        score = probability = None
        if warned is not None:
            score = self.spikes.quantile_score(panel, index, quantiles)
            probability = self.blend.apply(warned, score)
        if not self.rules.final or not len(index):
            return Left(quantiles=quantiles, acted={}, score=score, probability=probability)
        scene = Scene(panel=panel, index=index, quantiles=quantiles, levels=self.levels, spike_probability=probability)
        after, acted = self.rules.in_answer(scene, nonnegative=scaler.nonnegative)
        return Left(quantiles=after.quantiles, acted=acted, score=score, probability=after.spike_probability)


def ruling_of(ground: Ground, rules: UserRules, policies: Policies) -> Ruling:
    """Return how the user's final rules act on answers to windows of the data."""
    return Ruling(
        rules=rules,
        prepared=ground.prepared,
        spikes=ground.spikes,
        blend=policies.blend,
        levels=ground.shape.levels,
    )


def joined(parts: Sequence[Left]) -> Left:
    """Return answers to several lots of windows as those to all of them, in float32; where rules acted is left out."""
    return Left(
        quantiles=np.concatenate([one.quantiles for one in parts], dtype=np.float32),
        acted={},
        score=_column([one.score for one in parts]),
        probability=_column([one.probability for one in parts]),
    )


def _column(parts: Sequence[Reals | None]) -> Reals | None:
    known = [part for part in parts if part is not None]
    return np.concatenate(known, dtype=np.float32) if known else None
