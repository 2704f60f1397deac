"""Time of one kernel from its shape and the card: the formulas, without coefficients.

All terms fall, or stay, as bandwidth, rate, multiprocessors, clock or power rise, whatever the coefficients are; so
no fit can make a better card slower. The roofline is that of Williams, Waterman and Patterson (CACM 52(4), 2009);
tiles and waves follow NVIDIA's Matrix Multiplication Background User's Guide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sextet.planner.timing.device import Column, Traits

Coefficients: TypeAlias = Mapping[str, Any]
Shapes: TypeAlias = Mapping[str, Column]

# Tiles of the result that one block computes, and into how many parts the sums may be cut (CUTLASS, split-K).
_TILES = ((128, 128), (128, 64), (64, 128), (64, 64), (128, 32), (32, 128), (32, 32))
_SPLITS = (1, 4, 16, 64)
_TILE = np.array([(m, n, split) for m, n in _TILES for split in _SPLITS], dtype=float)
_SHARPNESS = 3.0


def together(*terms: Column) -> Column:
    """Time of things that overlap but for the corners: the 3-norm, between the longest and the sum."""
    return sum(np.power(term, _SHARPNESS) for term in terms) ** (1 / _SHARPNESS)


def _across(values: Column) -> NDArray[np.float64]:
    """Values of operations with an axis for the tiles."""
    return np.asarray(values, dtype=float)[..., np.newaxis]


def product(shape: Shapes, card: Traits, fitted: Coefficients) -> Column:
    """Seconds of batched matrix products, without launch.

    Args:
        shape: m, n, k, batch; optionally gain, by which an algorithm needs fewer FLOPs than the product, and moved,
            values read and written where they are not those of the product.
        card: the card.
        fitted: efficiency [architectures], tensor_efficiency [architectures], library [libraries], watt (FLOP/s per
            W that a card sustains), small_tile (exponent of efficiency in the area of a tile), prologue (steps of k
            that a tile costs beside its sums), quantised (0 to 1: how much of a last wave is lost), memory
            [architectures], shared (bytes per clock and SM from the second-level cache).
    """
    m, n, k, batch = (_across(shape[name]) for name in ("m", "n", "k", "batch"))
    at = card.architecture
    tensor = np.asarray(card.tensor)
    unit = np.where(tensor == 1, fitted["tensor_efficiency"][at], fitted["efficiency"][at])
    gain = unit * fitted["library"][card.library] * shape.get("gain", 1.0)
    gain = gain * card.converted
    tile_m, tile_n, split = _TILE.T
    small = _across(np.where(tensor == 1, fitted["tensor_small_tile"], fitted["small_tile"]))
    gain = _across(gain) * (tile_m * tile_n / 16384) ** small
    prologue = _across(np.where(tensor == 1, fitted["tensor_prologue"], fitted["prologue"]))
    sms, sm_rate, rate, power = (_across(value) for value in (card.sms, card.sm_rate, card.rate, card.power))
    tiles = np.ceil(m / tile_m) * np.ceil(n / tile_n) * batch * split
    length = np.ceil(k / split) + prologue
    waves = tiles / sms
    lost = fitted["quantised"]
    waves = (1 - lost) * np.maximum(1.0, waves) + lost * np.ceil(waves)
    one = 2 * tile_m * tile_n * length / gain
    watt = _across(np.where(tensor == 1, fitted["tensor_watt"], fitted["watt"])) * 1e9
    sustained = (1 / rate**4 + 1 / (power * watt) ** 4) ** -0.25
    compute = np.maximum(waves * one / sm_rate, tiles * one / sustained)
    size, clock, bandwidth = (_across(value) for value in (card.size, card.clock, card.bandwidth))
    cache = tiles * (tile_m + tile_n) * np.ceil(k / split) * size / (fitted["shared"] * sms * clock)
    arrays = _across(shape["moved"]) if "moved" in shape else batch * (m * k + k * n + m * n)
    moved = size * arrays + (split > 1) * 8.0 * batch * m * n * split
    share = _across(fitted["memory"][at] * fitted["library_memory"][card.library])
    memory = moved / (bandwidth * share)
    return together(compute, cache, memory).min(axis=-1)


def stream(moved: Column, flops: Column, card: Traits, fitted: Coefficients) -> Column:
    """Seconds of a kernel that reads and writes arrays once, without launch.

    Args:
        moved: bytes.
        flops: arithmetic.
        card: the card.
        fitted: memory [architectures], share of the bandwidth; arithmetic, share of the rate.
    """
    share = fitted["memory"][card.architecture] * fitted["library_memory"][card.library]
    memory = moved / (card.bandwidth * share)
    return together(memory, flops / (card.rate * fitted["arithmetic"]))


def convolution(shape: Shapes, card: Traits, fitted: Coefficients) -> Column:
    """Seconds of one pass of a convolution, without launch: the product it amounts to, over its own arrays.

    Args:
        shape: m, n, k, batch of the implicit product; moved, values of input, weights and result; winograd,
            pointwise, large, strided, thin, inputs, weights: 1 where the kernel is 3 x 3 with stride 1, 1 x 1, larger
            than 3, strided, has at most 4 channels, and where the pass is one of the backward ones.
        card: the card.
        fitted: as for `product`; the gains of each of these; winograd_moved, how many times more values its transforms
            move.
    """
    cores = np.asarray(card.tensor) == 1
    gain = np.where(cores, 1.0, fitted["winograd"] ** shape["winograd"])
    for name in ("pointwise", "large", "strided", "thin", "inputs", "weights"):
        gain = gain * fitted[name] ** shape[name]
    moved = shape["moved"] * np.where(cores, 1.0, fitted["winograd_moved"] ** shape["winograd"])
    return product({**shape, "gain": gain, "moved": moved}, card, fitted)


def recurrent(shape: Shapes, card: Traits, fitted: Coefficients) -> Column:
    """Seconds of one pass of a recurrent layer, without launch.

    The products with the input are one for all steps; those with the state wait for each other, and each step costs a
    latency besides (launches and barriers of its kernels). The gradients of the weights are one product. Appleyard,
    Kocisky and Blunsom (2016), Optimizing Performance of Recurrent Neural Networks on GPUs.

    Args:
        shape: gates, inputs, hidden, batch, steps; backward, 1 in the pass of the inputs; weights, 1 in that of the
            weights.
        card: the card.
        fitted: as for `product`; step [architectures], seconds of latency per step; step_library [libraries] and
            step_backward, factors of it; bulk, gain of the products outside the steps; inputs, weights, gains.
    """
    wide, batch, steps = shape["gates"] * shape["hidden"], shape["batch"], shape["steps"]
    ones = np.ones_like(np.asarray(wide, dtype=float))
    bulk = {"m": wide, "n": batch * steps, "k": shape["inputs"], "batch": ones, "gain": fitted["bulk"]}
    back = np.asarray(shape["backward"]) == 1
    gain = np.where(back, fitted["inputs"], 1.0)
    one = {"m": np.where(back, shape["hidden"], wide), "k": np.where(back, wide, shape["hidden"])}
    step = product({**one, "n": batch, "batch": ones, "gain": gain}, card, fitted)
    latency = fitted["step"][card.architecture] * fitted["step_library"][card.library]
    latency = latency * np.where(back, fitted["step_backward"], 1.0)
    latency = latency * np.where(np.asarray(card.tensor) == 1, fitted["step_tensor"], 1.0)
    kept = stream(4.0 * batch * steps * wide * card.size, 0.0, card, fitted)
    through = product(bulk, card, fitted) + steps * together(step, latency * ones) + kept
    gradient = {"m": wide, "n": shape["inputs"] + shape["hidden"], "k": batch * steps, "batch": ones}
    return np.where(
        np.asarray(shape["weights"]) == 1, product({**gradient, "gain": fitted["weights"]}, card, fitted), through
    )


def elementwise(shape: Shapes, card: Traits, fitted: Coefficients) -> Column:
    """Seconds of an element-wise kernel, without launch.

    Args:
        shape: moved, bytes per byte of a value; flops.
        card: the card.
        fitted: as for `stream`.
    """
    return stream(shape["moved"] * card.size, shape["flops"], card, fitted)


def normalisation(shape: Shapes, card: Traits, fitted: Coefficients) -> Column:
    """Seconds of a softmax, layer or batch normalisation, without launch.

    Args:
        shape: moved and flops as for `elementwise`; softmax, layer and batch, 1 for the kind.
        card: the card.
        fitted: as for `stream`, and for each kind the factor of its bytes.
    """
    factor = 1.0
    for kind in ("softmax", "layer", "batch"):
        factor = factor * fitted[kind] ** shape[kind]
    return stream(shape["moved"] * card.size * factor, shape["flops"], card, fitted)


SECONDS: dict[str, Callable[[Shapes, Traits, Coefficients], Column]] = {
    "gemm": product,
    "convolution": convolution,
    "recurrent": recurrent,
    "elementwise": elementwise,
    "normalisation": normalisation,
}
"""Formula of each class of operations."""


def alone(name: str, shape: Shapes, card: Traits, fitted: Coefficients) -> Column:
    """Seconds of operations of the class `name`, each timed alone: with its launch by the framework."""
    return SECONDS[name](shape, card, fitted) + fitted["floor"][card.framework]
