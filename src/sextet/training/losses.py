"""Losses of a batch of windows: masked means over the steps whose target is known.

The pinball loss over quantile levels is Koenker and Bassett, "Regression Quantiles", Econometrica 46 (1978);
its mean over levels approximates half the continuous ranked probability score.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sextet.core.quantiles import LEVELS
from sextet.members.backend import Tensor, ops
from sextet.members.layers.quantile_head import median_index

SPIKE_WEIGHT = 0.05
"""Share of the cross-entropy of spike probabilities in the Spike Detector's loss."""

SIZE_WEIGHT = 0.02
"""Share of the Huber loss of spike sizes in the Spike Detector's loss."""


TOTALS = 3
"""Sums that the losses of a whole batch are divided by; see `totals`."""


def totals(truth: dict[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return the sums of the weights `[3]` of a batch: of its targets, of its known labels, of its spikes."""
    weight, label = truth["weight"].astype(np.float64), truth["label"]
    known = weight * (label >= 0)
    return np.array([weight.sum(), known.sum(), (known * np.maximum(label, 0.0)).sum()], dtype=np.float32)


def masked_mean(loss: Tensor, weight: Tensor, total: Tensor | None = None) -> Tensor:
    """Mean of `loss [B, H]` weighted by `weight [B, H]`; 0 where every weight is 0.

    Where the two are a part of a batch, `total` is the sum of the weights of all of it, and what is returned is the
    part's share of the mean: the shares add up to it.
    """
    total = ops.sum(weight) if total is None else total
    return ops.sum(loss * weight) / ops.maximum(total, 1e-6)


def level_weights(levels: Sequence[float], emphasis: float) -> list[float]:
    """Weights of the levels in the loss, summing to one: the median's is raised by `emphasis` times all the others."""
    weights = [1.0] * len(levels)
    weights[median_index(levels)] += emphasis * len(levels)
    return [weight / sum(weights) for weight in weights]


def pinball(target: Tensor, quantiles: Tensor, levels: Sequence[float], emphasis: float = 0.0) -> Tensor:
    """Pinball loss, weighted mean over the levels: `target [B, H]`, `quantiles [B, H, Q]` -> `[B, H]`."""
    q = ops.convert_to_tensor(levels, dtype=quantiles.dtype)
    weights = ops.convert_to_tensor(level_weights(levels, emphasis), dtype=quantiles.dtype)
    error = target[..., None] - quantiles
    return ops.sum(weights * ops.maximum(q * error, (q - 1.0) * error), axis=-1)


def cross_entropy(label: Tensor, probability: Tensor) -> Tensor:
    """Binary cross-entropy of each step: `[B, H]`, `[B, H]` -> `[B, H]`."""
    p = ops.clip(probability, 1e-6, 1.0 - 1e-6)
    return -(label * ops.log(p) + (1.0 - label) * ops.log(1.0 - p))


def huber(target: Tensor, value: Tensor) -> Tensor:
    """Huber loss of each step, quadratic up to an error of 1: `[B, H]`, `[B, H]` -> `[B, H]`."""
    error = ops.abs(target - value)
    near = ops.minimum(error, 1.0)
    return near * error - 0.5 * ops.square(near)


def forecast_loss(
    truth: dict[str, Tensor], answer: dict[str, Tensor], levels: Sequence[float], emphasis: float
) -> Tensor:
    """Scalar loss of a member that answers quantiles.

    Args:
        truth: `target`, `weight` and `label`, each `[B, H]`; where they are a part of a batch also `totals [B, 3]`, in
            every row the sums of all of it.
        answer: the network's outputs.
        levels: the Q quantile levels.
        emphasis: extra weight of the median; see `TrainConfig`.
    """
    loss = pinball(truth["target"], answer["quantiles"], levels, emphasis)
    return masked_mean(loss, truth["weight"], _total(truth, 0))


def _total(truth: dict[str, Tensor], which: int) -> Tensor | None:
    return truth["totals"][0, which] if "totals" in truth else None


def spike_loss(truth: dict[str, Tensor], answer: dict[str, Tensor], levels: Sequence[float], emphasis: float) -> Tensor:
    """Scalar loss of a member that also warns: pinball + cross-entropy + Huber loss of the size of spikes.

    A label of -1 is unknown and teaches neither probability nor size.

    The size is taught on labelled steps alone, as the target's height above the level forecast without the
    spike; that level is held constant here, so that the size follows the level and not the other way round.
    Arguments as for `forecast_loss`.
    """
    probability, size = answer["spike_probability"], answer["spike_size"]
    weight, label = truth["weight"], ops.maximum(truth["label"], 0.0)
    known = weight * ops.cast(ops.greater_equal(truth["label"], 0.0), weight.dtype)
    median = answer["quantiles"][..., median_index(levels)]
    level = ops.stop_gradient(median - probability * size)
    height = ops.maximum(truth["target"] - level, 0.0)
    return (
        forecast_loss(truth, answer, levels, emphasis)
        + SPIKE_WEIGHT * masked_mean(cross_entropy(label, probability), known, _total(truth, 1))
        + SIZE_WEIGHT * masked_mean(huber(height, size), known * label, _total(truth, 2))
    )


def score(
    target: NDArray[np.float32], quantiles: NDArray[np.float32], levels: Sequence[float] = LEVELS
) -> NDArray[np.float64]:
    """Pinball loss of each step in numpy, mean over the levels: `[W, H]`, `[W, H, Q]` -> `[W, H]`."""
    q = np.asarray(levels, dtype=np.float64)
    error = target[..., None].astype(np.float64) - quantiles
    return np.asarray(np.maximum(q * error, (q - 1.0) * error).mean(axis=-1))
