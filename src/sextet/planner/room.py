"""The largest batch that fits on one card, and how a PatchTST grows; the largest is what `describe.room_view` says."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from sextet.core.window import WindowShape
from sextet.hardware.catalogue import Device
from sextet.planner.memory import fits
from sextet.planner.operations import Work
from sextet.planner.timing.device import Software
from sextet.specs.patchtst import PatchTSTSpec


def largest(fitting: Callable[[int], bool], most: int = 2**20) -> int:
    """Return the largest whole number up to `most` for which `fitting` holds, 0 where not even 1 does.

    Args:
        fitting: holds for every number below one that it holds for, as memory makes it.
        most: where to stop.
    """
    if not fitting(1):
        return 0
    low, high = 1, 2
    while high <= most and fitting(high):
        low, high = high, 2 * high
    high = min(high, most + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fitting(middle) else (low, middle)
    return low


def largest_near(need: Callable[[int], float], can: float, guess: int, most: int = 2**20) -> int:
    """Return the largest whole number up to `most` that needs at most `can`, 0 where not even 1 does.

    As `largest`, but it looks where the growth between what it has seen leads, which takes a third of the tries.

    Args:
        need: grows with the number.
        can: what there is.
        guess: where to begin.
        most: where to stop.
    """
    low, high = 0, most + 1
    seen: list[tuple[int, float]] = []
    guess = min(max(guess, 1), most)
    while high - low > 1:
        short = can - need(guess)
        low, high = (guess, high) if short >= 0 else (low, guess)
        seen.append((guess, short))
        guess = min(max(_next_guess(seen, low, high), low + 1), high - 1)
    return low


def _next_guess(seen: Sequence[tuple[int, float]], low: int, high: int) -> int:
    """Return where the line through the last two tries meets what there is; every third time the middle."""
    if len(seen) > 1 and len(seen) % 3:
        (first, before), (last, after) = seen[-2:]
        if before != after:
            return last + math.floor(after * (last - first) / (before - after))
    return 2 * low if high > 2 * low > 0 else (low + high) // 2


def largest_batch(
    work_of: Callable[[int], Work], device: Device, software: Software, precision: str = "float32"
) -> int:
    """Return the largest batch that fits on one card, 0 where not even one sample does.

    Args:
        work_of: the work of one card by its batch.
        device: the card.
        software: the framework.
        precision: of arithmetic and activations.
    """
    return largest(lambda batch: fits(work_of(batch), device, software, precision))


def widened(spec: PatchTSTSpec, multiple: int) -> PatchTSTSpec:
    """Return a PatchTST `multiple` times as wide as it has heads, its feed-forward part four times that."""
    width = multiple * spec.heads
    return replace(spec, width=width, feed_forward=4 * width)


def lengthened(spec: PatchTSTSpec, shape: WindowShape, patches: int) -> tuple[PatchTSTSpec, WindowShape]:
    """Return a PatchTST that looks at so many patches, one stride apart, and windows that hold them."""
    steps = spec.patch + (patches - 1) * spec.stride
    return replace(spec, lookback=steps), replace(shape, lookback=steps)
