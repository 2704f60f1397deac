"""Many works on many cards at once: the numbers of `predict_time`, a hundred times faster.

An operation that several works share is computed once a card, a correction once an architecture, and the formulas run
over arrays of (operation, card). What the errors of a step are made of stays apart, class by class, so that a
simulation can draw them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sextet.planner.operations import Operation, Recurrent, Work
from sextet.planner.timing.correction import Array
from sextet.planner.timing.device import Device, Software, Traits, traits
from sextet.planner.timing.fitted import Fitted, fitted
from sextet.planner.timing.kernels import SECONDS, together
from sextet.planner.timing.prediction import (
    DISPATCH_FACTOR,
    DISPATCH_S,
    FAR,
    GAP_S,
    NARROWEST_MEASURED,
    TimePrediction,
)
from sextet.planner.timing.sequence_lengths import lengths_seconds
from sextet.planner.timing.shapes import Columns, columns, kernels_of, places

CHUNK = 4096
"""Kernels computed at once: few enough that what lies between stays in the processor's cache."""

SOURCE = "formulas fitted to DeepBench and NeuSight kernels; docs/planner-model.md"


class Variant(NamedTuple):
    """A card that computes in a precision."""

    device: Device
    precision: str


class Busy(NamedTuple):
    """Seconds of the kernels of one class in a call, and the ends of their interval."""

    seconds: float
    low: float
    high: float


@dataclass(frozen=True)
class StepTime:
    """A predicted call and what its error is made of.

    Attributes:
        prediction: as `predict_time` gives it.
        busy: by class of kernels.
        host: seconds that the host needs to hand over its calls; gaps: those in which neither computes, between kernels
            and for the lengths of sequences.
    """

    prediction: TimePrediction
    busy: Mapping[str, Busy]
    host: float
    gaps: float

    def scaled(self, factor: float) -> StepTime:
        """Return a call that takes so many times as long in all its parts."""
        one = self.prediction
        longer = replace(one, value=one.value * factor, low=one.low * factor, high=one.high * factor)
        busy = {name: Busy(*(factor * value for value in part)) for name, part in self.busy.items()}
        return StepTime(longer, busy, factor * self.host, factor * self.gaps)


@dataclass(frozen=True)
class _Class:
    """Totals of one class, [works, variants]; those of the limits are None where they were not asked for."""

    seconds: Array
    low: Array
    high: Array
    away: Array
    saved: Mapping[str, Array]


@dataclass(frozen=True)
class Times:
    """Predicted calls of works on cards; arrays are [works, variants], 0 in them where nobody asked.

    Attributes:
        works: a call each.
        value, low, high: seconds, as `predict_time` gives them.
        host, gaps: [works, 1], seconds as in `StepTime`.
        lengths: [works, 1], those of the gaps that are for the lengths of sequences.
    """

    works: Sequence[Work]
    value: Array
    low: Array
    high: Array
    host: Array
    gaps: Array
    lengths: Array
    _classes: Mapping[str, _Class]

    def step(self, work: int, variant: int) -> StepTime:
        """Return one call in full."""
        at = work, variant
        parts = {
            name: Busy(float(one.seconds[at]), float(one.low[at]), float(one.high[at]))
            for name, one in self._classes.items()
            if one.seconds[at]
        }
        host, gaps = float(self.host[work, 0]), float(self.gaps[work, 0])
        busy = sum(part.seconds for part in parts.values()) + gaps
        away = {name: float(one.away[at]) for name, one in self._classes.items()}
        saved = {"launches": 0.0}
        for one in self._classes.values():
            for limit, amount in one.saved.items():
                saved[limit] = saved.get(limit, 0.0) + float(amount[at])
        if len(saved) > 1:
            saved["sequence lengths"] = float(self.lengths[work, 0])
        far = _far(self.works[work], sum(part.seconds for part in parts.values()), away)
        prediction = TimePrediction(
            value=float(self.value[at]),
            low=float(self.low[at]),
            high=float(self.high[at]),
            unit="s",
            extrapolated=far is not None,
            notes=() if far is None else (far,),
            source=SOURCE,
            extrapolation=far,
            limited_by=_limit(saved, host, busy),
        )
        return StepTime(prediction, parts, host, gaps)


def predict_times(
    works: Sequence[Work],
    variants: Sequence[Variant],
    software: Software,
    *,
    wanted: NDArray[np.bool_] | None = None,
    limits: bool = True,
) -> Times:
    """Return what `predict_time` says of each work on each card.

    Args:
        works: of several calls each; a single kernel timed alone is `predict_time`'s matter.
        variants: cards and precisions.
        software: framework and cuDNN.
        wanted: [works, variants], which are needed; None: all.
        limits: whether to find what limits each; without it `limited_by` is "launches" or empty, and it takes a third
            of the time.

    Raises:
        ConfigError, HardwareError: as of `predict_time`.
    """
    cards = [traits(one.device, software, one.precision) for one in variants]
    mask = np.ones((len(works), len(variants)), dtype=bool) if wanted is None else wanted
    kernels = [kernels_of(work.operations) for work in works]
    classes = _classes(kernels, mask, cards, limits)
    counted = [sum(count for rows in one.values() for _, count in rows) for one in kernels]
    calls = np.array([[count + work.launches] for count, work in zip(counted, works, strict=True)], dtype=float)
    host = calls * DISPATCH_S[software.framework]
    lengths = np.array([[lengths_seconds(work.operations, software.framework)] for work in works])
    gaps = calls * GAP_S + lengths
    busy = sum((one.seconds for one in classes.values()), np.zeros(mask.shape))
    below = np.sqrt(sum((one.seconds - one.low) ** 2 for one in classes.values()))
    above = np.sqrt(sum((one.high - one.seconds) ** 2 for one in classes.values()))
    value = together(busy + gaps, host)
    least = together(busy - below + gaps / DISPATCH_FACTOR, host / DISPATCH_FACTOR)
    most = together(busy + above + gaps * DISPATCH_FACTOR, host * DISPATCH_FACTOR)
    return Times(works, value, np.minimum(value, least), np.maximum(value, most), host, gaps, lengths, classes)


def _classes(
    kernels: Sequence[Mapping[str, Sequence[tuple[Operation, int]]]],
    wanted: NDArray[np.bool_],
    cards: Sequence[Traits],
    limits: bool,
) -> dict[str, _Class]:
    """Return the totals by class, in the order in which the first work has them."""
    names = dict.fromkeys(name for work in kernels for name in work)
    return {name: _class(name, [work.get(name, ()) for work in kernels], wanted, cards, limits) for name in names}


def _class(
    name: str,
    kernels: Sequence[Sequence[tuple[Operation, int]]],
    wanted: NDArray[np.bool_],
    cards: Sequence[Traits],
    limits: bool,
) -> _Class:
    known = fitted(name)
    place: dict[Operation, int] = {}
    for work in kernels:
        for operation, _ in work:
            place.setdefault(operation, len(place))
    counts = np.zeros((len(kernels), len(place)))
    for at, work in enumerate(kernels):
        for operation, count in work:
            counts[at, place[operation]] = count
    shapes = columns(list(place))
    needed = (counts.T > 0).astype(np.float32) @ wanted.astype(np.float32) > 0  # [operations, variants]
    factor, near = _corrections(name, known, shapes, cards)
    formula = _formula(name, known, shapes, needed, cards, ("",))[0]
    seconds = formula * factor
    low, high = known.spread.at(near)
    saved: dict[str, Array] = {}
    if limits:
        free, quick = _formula(name, known, shapes, needed, cards, ("memory", "arithmetic"))
        saved = {"memory": counts @ (formula - free), "arithmetic": counts @ (formula - quick)}
        steps = counts @ formula / 2 - saved["memory"] - saved["arithmetic"]
        saved["sequential steps"] = np.maximum(0.0, steps) if name == "recurrent" else np.zeros_like(steps)
    return _Class(
        counts @ seconds,
        counts @ (seconds * np.exp(low)),
        counts @ (seconds * np.exp(high)),
        counts @ (seconds * (near < FAR)),
        saved,
    )


def _corrections(name: str, known: Fitted, shapes: Columns, cards: Sequence[Traits]) -> tuple[Array, Array]:
    """Return factors of the time and nearness of measured shapes, [operations, variants]."""
    count = len(next(iter(shapes.values())))
    factor, near = np.empty((count, len(cards))), np.empty((count, len(cards)))
    kinds: dict[tuple[float, float], list[int]] = {}
    for at, card in enumerate(cards):
        kinds.setdefault((card.tensor, card.framework), []).append(at)
    where = {kind: places(name, shapes, cards[members[0]]) for kind, members in kinds.items()}
    first = next(iter(where.values()))
    if all(np.array_equal(one, first) for one in where.values()):  # as element-wise kernels have it
        kinds, where = {(0.0, 0.0): list(range(len(cards)))}, {(0.0, 0.0): first}
    for kind, members in kinds.items():
        architectures = np.array([float(cards[at].architecture) for at in members])
        logs, close = known.correction.of_architectures(where[kind], architectures)
        factor[:, members], near[:, members] = np.exp(logs), close[:, None]
    return factor, near


def _formula(
    name: str,
    known: Fitted,
    shapes: Columns,
    needed: NDArray[np.bool_],
    cards: Sequence[Traits],
    doubled: Sequence[str],
) -> list[Array]:
    """Return seconds by the formula, [operations, variants] for each of `doubled`; 0 where nobody asked."""
    of, on = np.nonzero(needed)
    stacked = {one.name: np.array([getattr(card, one.name) for card in cards]) for one in fields(Traits)}
    found = [np.zeros(needed.shape) for _ in doubled]
    for first in range(0, len(of), CHUNK):
        rows, variants = of[first : first + CHUNK], on[first : first + CHUNK]
        part = {key: values[rows] for key, values in shapes.items()}
        own: dict[str, Any] = {key: values[variants] for key, values in stacked.items()}
        for result, limit in zip(found, doubled, strict=True):
            memory, rate = (2.0 if limit == one else 1.0 for one in ("memory", "arithmetic"))
            more = {key: own[key] * rate for key in ("rate", "sm_rate", "power")}
            card = Traits(**{**own, **more, "bandwidth": own["bandwidth"] * memory})
            result[rows, variants] = SECONDS[name](part, card, known.coefficients)
    return found


def _limit(saved: Mapping[str, float], host: float, busy: float) -> str:
    """Return what limits a call, as `prediction` finds it; empty where it was not looked for."""
    if host > busy:
        return "launches"
    if len(saved) == 1:
        return ""
    return "launches" if busy > 4 * sum(saved.values()) else max(saved, key=lambda limit: saved[limit])


def _far(work: Work, busy: float, away: Mapping[str, float]) -> str | None:
    """Say why a prediction reaches beyond what was measured, as `prediction` says it."""
    narrow = [
        one.hidden for one, _ in work.operations if isinstance(one, Recurrent) and one.hidden < NARROWEST_MEASURED
    ]
    if narrow:
        return f"recurrent layers of width {min(narrow)}: the narrowest measured one has {NARROWEST_MEASURED}"
    if sum(away.values()) > 0.2 * busy:
        return f"{max(away, key=lambda name: away[name])} of shapes unlike any measured"
    return None
