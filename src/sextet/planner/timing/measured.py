"""`predict_time` with a profile: what a machine that was measured takes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from sextet.core.errors import ConfigError
from sextet.planner.operations import Operation, Work
from sextet.planner.profile import THIS_MACHINE, Profile
from sextet.planner.timing.device import Device, Software, traits
from sextet.planner.timing.kernels import together
from sextet.planner.timing.own import Array, by_kind
from sextet.planner.timing.prediction import TimePrediction, kernel_seconds
from sextet.planner.timing.profiled import NORMAL_90, STEP_NOISE, Base, Fit, Parts, check_measured, fitted_profile

JOINED = 3.0
"""Times as fast as its kernels alone a step may be that XLA compiles: PatchTST's on an H200 was 2.6 times so."""


def predict_measured(
    work: Work | Operation, device: Device | None, software: Software, precision: str, profile: Profile
) -> TimePrediction:
    """Predict how long work takes on the machine that a profile was measured on.

    Raises:
        ConfigError: the profile is of another device or framework, or does not hold the precision.
    """
    fit = fit_for(profile, device, software)
    if precision == "tfloat32" and fit.overlapped and software.tf32:
        precision = "float32"  # that is what FP32 was measured with
    check_measured(fit, precision)
    if isinstance(work, Work) and sum(count for _, count in work.operations) + work.launches > 1:
        return _step(fit, work, precision)
    return _kernel(fit, work.operations[0][0] if isinstance(work, Work) else work, precision)


def fit_for(profile: Profile, device: Device | None, software: Software) -> Fit:
    """Return what a profile says of a device.

    Raises:
        ConfigError: the profile is of another device or framework.
    """
    machine = profile.machine
    if device is not None and not profile.describes(device):
        raise ConfigError(
            f"Expected a profile of {device.name}; this one was measured on {machine.card or machine.name}. "
            f"Leave it out, or plan for {machine.card or repr(THIS_MACHINE)}."
        )
    if software.framework != machine.framework:
        raise ConfigError(
            f"Expected a profile measured with {software.framework}; this one was with {machine.framework}. "
            "Leave it out for another framework."
        )
    card = profile.device()
    return fitted_profile(profile, None if card is None else _base(card, software))


@lru_cache(maxsize=32)
def _base(card: Device, software: Software) -> Base:
    """Return the catalogue's formulas for a card; the same function for the same card and software."""
    read = traits(card, software, "float32")
    known: dict[Operation, float] = {}

    def base(operations: Sequence[Operation]) -> Array:
        new = list(dict.fromkeys(one for one in operations if one not in known))
        if new:
            known.update(zip(new, kernel_seconds(new, read).tolist(), strict=True))
        return np.array([known[one] for one in operations])

    return base


def _kernel(fit: Fit, operation: Operation, precision: str) -> TimePrediction:
    """Return the time of one kernel as it was measured: in a graph, one after the other."""
    (kind,) = by_kind([(operation, 1)])
    found = fit.classes[kind]
    seconds = found.seconds([operation]) * fit.factor(kind, precision)
    host = fit.dispatch if fit.overlapped else 0.0
    value = max(float(together(seconds, host)), 1e-12)
    limits = dict(found.saved([operation], np.ones(1), seconds))
    limits["launches"] = limits.get("launches", 0.0) + host
    return TimePrediction(
        value=value,
        low=value * math.exp(found.low),
        high=value * math.exp(found.high),
        unit="s",
        source=fit.profile.source,
        extrapolation=None,
        limited_by=max(limits, key=lambda limit: limits[limit]),
    )


def _step(fit: Fit, work: Work, precision: str) -> TimePrediction:
    """Return the time of a step, with an interval from the classes' errors and from what steps said of them."""
    parts = fit.parts(work, precision)
    joined = fit.joined if work.compiled else 1.0  # None: no step that XLA compiles was measured
    value = fit.total(parts) * (joined or 1.0)
    slope = fit.slope(parts)
    below, above = (_classes(fit, parts, slope, high) for high in (False, True))
    steps = NORMAL_90**2 * (float(slope @ fit.spread @ slope) + STEP_NOISE**2)
    return TimePrediction(
        value=value,
        low=value * math.exp(-math.sqrt(below + steps)) / (JOINED if joined is None else 1.0),
        high=value * math.exp(math.sqrt(above + steps)),
        unit="s",
        source=fit.profile.source + (f", with {len(fit.profile.steps)} whole steps" if fit.profile.steps else ""),
        extrapolation=None,
        limited_by=max(parts.limits, key=lambda limit: parts.limits[limit]),
    )


def _classes(fit: Fit, parts: Parts, slope: np.ndarray, high: bool) -> float:
    """Return the squared log error that the classes' kernels bring; measured steps have seen it already."""
    if fit.profile.steps:
        return 0.0
    shares = dict(zip(fit.names, slope.tolist(), strict=True))
    errors = {kind: (fit.classes[kind].high if high else fit.classes[kind].low) for kind in fit.classes}
    return math.fsum((shares[kind] * errors.get(kind, 0.0)) ** 2 for kind in parts.classes)
