"""Time of work on a card: `predict_time`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from sextet.planner.figures import Prediction
from sextet.planner.operations import Attention, Operation, Recurrent, Work
from sextet.planner.profile import Profile
from sextet.planner.timing.correction import Array
from sextet.planner.timing.device import Device, Software, Traits, traits
from sextet.planner.timing.fitted import fitted
from sextet.planner.timing.kernels import SECONDS, together
from sextet.planner.timing.sequence_lengths import lengths_seconds
from sextet.planner.timing.shapes import Columns, class_of, columns, kernels_of, places

# Narrowest recurrent layer measured (DeepBench), and how near a shape must lie to count as measured.
NARROWEST_MEASURED = 256
FAR = 0.1
# Seconds that the host needs to hand over one call, kernels queued ahead of the card: 5 us is the cost of a CUDA
# launch, the rest is the framework's. TensorFlow's is that of seven training steps of members on one host, 16 to 31 us
# (benchmarks/planner_card.py). Not in the kernels' measurements, so each may be off by the factor below.
DISPATCH_S = {"library": 5e-6, "pytorch": 10e-6, "tensorflow": 25e-6}
DISPATCH_FACTOR = 2.0
# Seconds between kernels on the card although the next one is queued.
GAP_S = 2e-6


@dataclass(frozen=True, kw_only=True)
class TimePrediction(Prediction):
    """A predicted time.

    Attributes:
        source: what the prediction rests on.
        extrapolation: why this is one, or `None`.
        limited_by: what takes most that could be less: arithmetic, memory, sequential steps, launches or
            sequence lengths.
    """

    kind: ClassVar[str] = "predicted"
    source: str
    extrapolation: str | None
    limited_by: str


@dataclass(frozen=True)
class Kernels:
    """Kernels of one class on a card.

    Attributes:
        name: the class.
        seconds: of each, [kernels].
        low, high: ends of their intervals, [kernels].
        near: how near measured shapes lie, [kernels].
        counts: how often each runs, [kernels].
        limits: seconds that each limit would save if it were gone, by limit.
    """

    name: str
    seconds: Array
    low: Array
    high: Array
    near: Array
    counts: Array
    limits: dict[str, float]


def predict_time(
    work: Work | Operation,
    device: Device,
    software: Software | None = None,
    precision: str = "float32",
    profile: Profile | None = None,
) -> TimePrediction:
    """Predict how long `work` takes on one card, with an interval that should hold 80 % of measurements.

    A single operation is a kernel timed alone, with its launch, as benchmarks of kernels do. Work of several is a
    queue: the host hands over calls while the card computes, and the slower of the two decides. Errors of one class
    are taken as common to all its kernels, those of different classes as independent.

    Args:
        work: a training step, a forward pass or one operation.
        device: a card of the catalogue, or anything with the same fields.
        software: framework and cuDNN; by default what sextet installs.
        precision: float32, tfloat32, float16 or bfloat16. FP32 uses TF32 where software and card do.
        profile: what was measured on the device, which then goes before what was fitted.

    Raises:
        ConfigError: the precision is not known, or the profile is of another device or lacks the precision.
        HardwareError: the card is older than compute capability 3.7.
    """
    software = software or Software()
    if profile is not None:
        from sextet.planner.timing.measured import predict_measured

        return predict_measured(work, device, software, precision, profile)
    card = traits(device, software, precision)
    if not isinstance(work, Work):
        work = Work("one operation", ((work, 1),))
    alone = sum(count for _, count in work.operations) + work.launches == 1
    classes = [_kernels(name, rows, card, alone) for name, rows in kernels_of(work.operations).items()]
    calls = float(sum(part.counts.sum() for part in classes) + work.launches)
    host = calls * DISPATCH_S[software.framework]
    lengths = lengths_seconds(work.operations, software.framework)
    gaps = calls * GAP_S + lengths
    if alone:
        host, gaps, lengths = 0.0, 0.0, 0.0
    totals = [(part.seconds @ part.counts, part.low @ part.counts, part.high @ part.counts) for part in classes]
    busy = math.fsum(total[0] for total in totals)
    below = math.hypot(*(total[0] - total[1] for total in totals))
    above = math.hypot(*(total[2] - total[0] for total in totals))
    value = float(together(busy + gaps, host))
    far = _extrapolation(work, classes)
    return TimePrediction(
        value=value,
        low=min(value, float(together(busy - below + gaps / DISPATCH_FACTOR, host / DISPATCH_FACTOR))),
        high=max(value, float(together(busy + above + gaps * DISPATCH_FACTOR, host * DISPATCH_FACTOR))),
        unit="s",
        extrapolated=far is not None,
        notes=() if far is None else (far,),
        source="formulas fitted to DeepBench and NeuSight kernels; docs/planner-model.md",
        extrapolation=far,
        limited_by=_limit(classes, host, busy + gaps, lengths),
    )


def kernel_seconds(operations: Sequence[Operation], card: Traits) -> Array:
    """Return the seconds of operations by the formulas, without launches, [operations]; attention is its parts."""
    parts = [
        (place, part)
        for place, one in enumerate(operations)
        for part in (one.parts if isinstance(one, Attention) else (one,))
    ]
    found = np.zeros(len(operations))
    for name in sorted({class_of(part) for _, part in parts}):
        rows = [(place, part) for place, part in parts if class_of(part) == name]
        seconds = _kernels(name, [(part, 1) for _, part in rows], card, False).seconds
        np.add.at(found, [place for place, _ in rows], seconds)
    return found


def _kernels(name: str, rows: Sequence[tuple[Operation, int]], card: Traits, alone: bool) -> Kernels:
    """Seconds and intervals of the kernels of one class; with the launch where the kernel is timed alone."""
    known = fitted(name)
    shapes = columns([operation for operation, _ in rows])
    formula, free, quick = _with_more(name, shapes, card, len(rows))
    where = places(name, shapes, card)
    factor = np.exp(known.correction(where, np.full(len(rows), float(card.architecture))))
    launch = float(known.coefficients["floor"][card.framework]) if alone else 0.0
    seconds, near = (formula + launch) * factor, known.correction.near(where)
    low, high = known.spread.at(near)
    counts = np.array([count for _, count in rows], dtype=float)
    saved = {"memory": float((formula - free) @ counts), "arithmetic": float((formula - quick) @ counts)}
    steps = float(formula @ counts) / 2 - sum(saved.values())
    saved["sequential steps"] = max(0.0, steps) if name == "recurrent" else 0.0
    return Kernels(name, seconds, seconds * np.exp(low), seconds * np.exp(high), near, counts, saved)


def _with_more(name: str, shapes: Columns, card: Traits, count: int) -> Array:
    """Seconds by the formula on the card, with twice its bandwidth, and with twice its rates, [3, kernels]."""
    memory, rate = (np.repeat(factors, count) for factors in ((1.0, 2.0, 1.0), (1.0, 1.0, 2.0)))
    three = replace(
        card,
        bandwidth=card.bandwidth * memory,
        rate=card.rate * rate,
        sm_rate=card.sm_rate * rate,
        power=card.power * rate,
    )
    tripled = {key: np.tile(values, 3) for key, values in shapes.items()}
    found: Array = SECONDS[name](tripled, three, fitted(name).coefficients).reshape(3, count)
    return found


def _limit(classes: Sequence[Kernels], host: float, busy: float, lengths: float) -> str:
    saved = {"launches": 0.0, "sequence lengths": lengths}
    for part in classes:
        for limit, seconds in part.limits.items():
            saved[limit] = saved.get(limit, 0.0) + seconds
    if host > busy or busy > 4 * sum(saved.values()):
        return "launches"
    return max(saved, key=lambda limit: saved[limit])


def _extrapolation(work: Work, classes: Sequence[Kernels]) -> str | None:
    """Say why the prediction reaches beyond what was measured, where a fifth of its time does."""
    narrow = [
        one.hidden for one, _ in work.operations if isinstance(one, Recurrent) and one.hidden < NARROWEST_MEASURED
    ]
    if narrow:
        return f"recurrent layers of width {min(narrow)}: the narrowest measured one has {NARROWEST_MEASURED}"
    busy = math.fsum(float(part.seconds @ part.counts) for part in classes)
    away = {part.name: float(part.seconds @ (part.counts * (part.near < FAR))) for part in classes}
    if sum(away.values()) > 0.2 * busy:
        return f"{max(away, key=lambda name: away[name])} of shapes unlike any measured"
    return None
