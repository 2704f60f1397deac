"""One probability of a spike from two witnesses: the member that warns, and the ensemble's own quantiles.

The Spike Detector learned what comes before a spike; the quantiles know how far the forecast lies from the level
that makes one. A logistic regression of the label on the log odds of the first and the normal score of the second,
fitted on parts that no member was trained on, weighs them and calibrates the result (Platt scaling, 1999, with two
inputs). Spikes come in few episodes, so the slopes are drawn towards trusting the quantiles as they are: the member
has to earn its say. How strongly was chosen on validation parts alone, of glucose and two electricity markets, by the
log likelihood of the tenth of the time that was left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.floating]

LEAST_SPIKES = 10  # spiked steps below which three numbers cannot be learned
_PENALTY = (100.0, 30.0)  # of half the square of each slope's distance from where it is drawn to
_DRAWN = (0.0, 1.7)  # 1.7 x a normal score is about its log odds (Bowling et al. 2009)
_CLIP = 8.0  # log odds and scores beyond say no more
_STEPS = 50


@dataclass(frozen=True, kw_only=True)
class WarningBlend:
    """`p = 1 / (1 + exp(-(intercept + own x log odds + quantile x score)))`.

    Attributes:
        intercept: shifts the whole.
        own: slope of the warning member's log odds; never negative.
        quantile: slope of the normal score of the mass above the spike level; never negative.
    """

    intercept: float = 0.0
    own: float = 1.0
    quantile: float = 0.0

    @classmethod
    def fit(
        cls,
        probability: Reals,
        score: Reals,
        label: NDArray[np.generic],
        valid: NDArray[np.bool_],
        weight: Reals | None = None,
    ) -> WarningBlend:
        """Fit on steps whose label is known; with fewer than ten spikes the member's probability stays as it is.

        Args:
            probability: `[W, H]` of the member that warns, 0..1.
            score: `[W, H]` normal score of the mass above the spike level.
            label: `[W, H]` 1 where a spike came.
            valid: `[W, H]` where that is known.
            weight: `[W]` how much each window counts: less than 1 where its steps lie in others too; None: 1.
        """
        counts = np.broadcast_to(1.0 if weight is None else np.asarray(weight, np.float64)[:, None], valid.shape)[valid]
        truth = np.asarray(label)[valid] > 0
        if truth.sum() < LEAST_SPIKES or truth.all():
            return cls()
        inputs = np.stack([_log_odds(probability)[valid], _clipped(score)[valid]], axis=1)
        used = [0, 1]
        while used:
            found = _logistic(inputs[:, used], truth, counts, used)
            wrong = [place for place, slope in zip(used, found[1:], strict=True) if slope < 0]
            if not wrong:
                slopes = dict(zip(used, found[1:].tolist(), strict=True))
                return cls(intercept=float(found[0]), own=slopes.get(0, 0.0), quantile=slopes.get(1, 0.0))
            used = [place for place in used if place not in wrong]
        return cls()

    def apply(self, probability: Reals, score: Reals) -> NDArray[np.float64]:
        """Return the blended probability `[W, H]`."""
        if self == WarningBlend():
            return np.asarray(probability, dtype=np.float64)
        total = self.intercept + self.own * _log_odds(probability) + self.quantile * _clipped(score)
        return np.asarray(1.0 / (1.0 + np.exp(-total)))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return plain arrays for an npz without pickle."""
        return {name: np.array(value) for name, value in vars(self).items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> WarningBlend:
        """Read what `to_arrays` gave."""
        return cls(**{name: float(arrays[name]) for name in ("intercept", "own", "quantile")})


def _log_odds(probability: Reals) -> NDArray[np.float64]:
    p = np.clip(np.asarray(probability, dtype=np.float64), 1e-6, 1.0 - 1e-6)
    return _clipped(np.log(p) - np.log1p(-p))


def _clipped(values: Reals) -> NDArray[np.float64]:
    return np.clip(
        np.nan_to_num(np.asarray(values, dtype=np.float64), nan=0.0, posinf=_CLIP, neginf=-_CLIP), -_CLIP, _CLIP
    )


def _logistic(inputs: Reals, truth: NDArray[np.bool_], weight: Reals, used: list[int]) -> NDArray[np.float64]:
    """Intercept and slopes by Newton's method, each step halved until the penalised likelihood rises."""
    design = np.concatenate([np.ones((len(inputs), 1)), inputs], axis=1)
    centre = np.array([0.0, *(_DRAWN[place] for place in used)])
    penalty = np.diag([0.0, *(_PENALTY[place] for place in used)])

    def loss(at: NDArray[np.float64]) -> float:
        total = design @ at
        far = at - centre
        return float(weight @ np.logaddexp(0.0, total) - weight[truth] @ total[truth] + far @ penalty @ far / 2)

    found, now = centre, loss(centre)
    for _ in range(_STEPS):
        p = 1.0 / (1.0 + np.exp(-design @ found))
        slope = design.T @ (weight * (p - truth)) + penalty @ (found - centre)
        curve = (design * (weight * p * (1.0 - p))[:, None]).T @ design + penalty + 1e-9 * np.eye(len(found))
        step, size = np.linalg.solve(curve, slope), 1.0
        while size > 1e-6 and loss(found - size * step) > now:
            size /= 2
        found, before = found - size * step, now
        now = loss(found)
        if before - now < 1e-9 * max(1.0, before):
            break
    return found
