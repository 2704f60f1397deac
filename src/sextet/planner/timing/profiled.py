"""Time of work on a machine that was measured: what `predict_time` does with a profile.

Kernels. On a card of the catalogue a class of kernels takes what the formulas say, times a factor that follows the
measured kernels over their predicted length; it never turns the order of two kernels round, so what is more work by the
formulas stays so. On a processor, and on a card outside the catalogue, the classes have a roofline of their own
(`planner.timing.own`).

Steps. A step is its kernels, its launches and the random numbers of its dropout. Whole steps, where the profile holds
some, correct the classes: the logarithm of each class's factor is a Gaussian with a part common to all classes, and
measured steps are observations of their weighted sum (the linearised posterior, a Kalman update). So the intervals of
steps alike those that were measured shrink, and others keep theirs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from sextet.core.errors import ConfigError
from sextet.planner.kernel import Kernel
from sextet.planner.operations import Elementwise, Operation, Work, check_precision
from sextet.planner.profile import KernelTime, Profile, measured_precisions
from sextet.planner.standing import activation_work, frame_work
from sextet.planner.timing import own
from sextet.planner.timing.kernels import together
from sextet.planner.timing.own import Array, by_kind
from sextet.planner.work import STEP_LAUNCHES, step_work

COMMON_SD, OWN_SD, STEP_NOISE = 0.5, 0.1, 0.1
"""Standard deviations of the logarithm: of what all classes of a step share, of a class alone, of a measured step.
Chosen of eight sets by the errors of `benchmarks/calibration_halves.py` on one machine; docs/calibration.md."""

NORMAL_90 = 1.2816
"""Quantile of 90 % of the normal distribution: 80 % lie between both."""

FEW, FEW_SPREAD = 4, math.log(2)
"""Fewer kernels of a class tell nothing of its error; it is then taken as a factor of two."""

PRODUCTS = ("gemm", "convolution", "recurrent", "attention")


@dataclass(frozen=True)
class Curve:
    """Log factor of predicted kernels over the logarithm of their predicted seconds; constant outside."""

    places: Array
    logs: Array

    def __call__(self, seconds: Array) -> Array:
        """Return seconds with the factor."""
        found: Array = seconds * np.exp(np.interp(np.log(seconds), self.places, self.logs))
        return found


@dataclass(frozen=True)
class ClassFit:
    """One class of kernels on a machine.

    Attributes:
        each: seconds of operations in FP32, [operations].
        limits: seconds of operations, each so many times, by what more of would save them; None: arithmetic.
        low, high: 10 % and 90 % quantiles of the logarithm of measured over predicted, each kernel left out.
    """

    each: Callable[[Sequence[Operation]], Array]
    limits: Callable[[Sequence[Operation], Array], Mapping[str, float]] | None
    low: float
    high: float

    def seconds(self, operations: Sequence[Operation]) -> float:
        """Return the seconds of operations one after the other."""
        return float(self.each(operations).sum())

    def saved(self, operations: Sequence[Operation], counts: Array, seconds: float) -> Mapping[str, float]:
        """Return seconds of operations, each so many times, by what more of would save them."""
        return {"arithmetic": seconds} if self.limits is None else self.limits(operations, counts)


Base = Callable[[Sequence[Operation]], Array]
"""Seconds of operations by the catalogue's formulas, [operations]."""


@dataclass(frozen=True)
class Parts:
    """Seconds of a work, part by part.

    Attributes:
        classes: of kernels by class, and "random" for what dropout draws.
        limits: of all of them by what more of would save them.
        host: seconds of launches and of the call.
    """

    classes: dict[str, float]
    limits: dict[str, float]
    host: float


def smoothed(predicted: Array, measured: Array) -> Curve:
    """Return the factor that follows measured over predicted kernels, and never turns their order round."""
    places, left = np.log(predicted), np.log(measured / predicted)
    nodes = np.linspace(places.min(), places.max(), 24) if len(places) > 1 else places
    near = np.exp(-0.5 * (nodes[:, None] - places) ** 2)
    logs = near @ left / near.sum(axis=1)
    return Curve(nodes, np.maximum.accumulate(nodes + logs) - nodes)


def constant(predicted: Array, measured: Array) -> Curve:
    """Return one factor for all kernels of a class."""
    return Curve(np.zeros(1), np.array([float(np.median(np.log(measured / predicted)))]))


def left_out(fit: Callable[[list[int]], Callable[[int], float]], measured: Array) -> Array:
    """Return the logarithms of measured over predicted, each kernel predicted from the others."""
    everything = range(len(measured))
    return np.array(
        [math.log(measured[one] / fit([other for other in everything if other != one])(one)) for one in everything]
    )


def _quantiles(errors: Array) -> tuple[float, float]:
    if len(errors) < FEW:
        return -FEW_SPREAD, FEW_SPREAD
    low, high = np.quantile(errors, [0.1, 0.9])
    return min(float(low), -0.03), max(float(high), 0.03)


def fit_own(kind: str, rows: Sequence[Sequence[Operation]], measured: Array) -> ClassFit:
    """Fit the roofline of a class to measured rows."""
    found = own.fit(kind, rows, measured.tolist())

    def without(kept: list[int]) -> Callable[[int], float]:
        part = own.fit(kind, [rows[one] for one in kept], measured[kept].tolist())
        return lambda one: max(float(part.each(rows[one]).sum()), 1e-9)

    errors = left_out(without, measured) if len(rows) >= FEW else np.zeros(0)
    return ClassFit(found.each, found.limits, *_quantiles(errors))


def fit_catalogue(base: Base, rows: Sequence[Sequence[Operation]], measured: Array) -> ClassFit:
    """Fit the factor of a class over the catalogue's formulas: the kind of curve that errs less on left-out kernels."""
    predicted = np.array([float(base(row).sum()) for row in rows])
    tried = []
    for make in (constant, smoothed):

        def without(kept: list[int], make: Callable[[Array, Array], Curve] = make) -> Callable[[int], float]:
            curve = make(predicted[kept], measured[kept])
            return lambda one: float(curve(predicted[one : one + 1])[0])

        errors = left_out(without, measured) if len(rows) > 1 else np.zeros(1)
        tried.append((float(np.abs(errors).mean()), make, errors))
    _, make, errors = min(tried, key=lambda one: one[0])
    curve = make(predicted, measured)

    def each(operations: Sequence[Operation]) -> Array:
        return curve(base(operations))

    return ClassFit(each, None, *_quantiles(errors))


@dataclass(frozen=True)
class Fit:
    """Everything derived from a profile.

    Attributes:
        profile: it.
        classes: fits by class.
        dispatch, call: seconds of one more launch, and of a call.
        precisions: log factors by (precision, whether it is a class of products).
        narrow: seconds a value of passes over narrow arrays; wide: of those over wide ones, over what an element-wise
            kernel alone takes for its memory.
        overlapped: whether launches overlap with kernels, as on a card.
        means, spread: of the classes' log factors in whole steps, by `names`.
        joined: what steps that XLA compiles take, over what their kernels say; None: none was measured.
    """

    profile: Profile
    classes: Mapping[str, ClassFit]
    dispatch: float
    call: float
    precisions: Mapping[tuple[str, bool], float]
    narrow: float
    wide: float
    overlapped: bool
    names: tuple[str, ...]
    means: Array
    spread: Array
    joined: float | None = None

    def factor(self, kind: str, precision: str) -> float:
        """Return the factor of a class in a precision over FP32."""
        return math.exp(self.precisions[precision, kind in PRODUCTS])

    def parts(self, work: Work, precision: str) -> Parts:
        """Return the seconds of a work part by part."""
        classes: dict[str, float] = {}
        limits: dict[str, float] = {}
        updates = 0
        for kind, rows in by_kind(work.operations).items():
            factor = self.factor(kind, precision)
            operations, counts = [one for one, _ in rows], np.array([float(count) for _, count in rows])
            alone = float(self.classes[kind].each(operations) @ counts)
            classes[kind] = alone * factor
            updates += int(counts.sum()) if kind == "update" else 0
            for limit, seconds in self.classes[kind].saved(operations, counts, alone).items():
                limits[limit] = limits.get(limit, 0.0) + seconds * factor
        launches = work.launches
        if not self.overlapped:  # what was measured of an update holds its launches; passes of launches move memory
            launches = max(0, launches - STEP_LAUNCHES * updates)
            self._beside(work, classes, limits, precision)
        else:
            launches += sum(count for _, count in work.operations)
        host = launches * self.dispatch + self.call
        limits["launches"] = limits.get("launches", 0.0) + host
        return Parts(classes, limits, host)

    def _beside(self, work: Work, classes: dict[str, float], limits: dict[str, float], precision: str) -> None:
        """Add what the launches beyond operations move, and what dropout draws."""
        if work.passed:
            wide = self._wide([(values, count) for values, count, narrow in work.passed if not narrow])
            moved = (self.wide * wide + narrow_values(work) * self.narrow) * self.factor("elementwise", precision)
            classes["elementwise"] = classes.get("elementwise", 0.0) + moved
            limits["memory"] = limits.get("memory", 0.0) + moved
        if work.drawn and "random" in self.profile.figures:
            drawn = work.drawn / self.profile.figures["random"].value
            classes["random"] = drawn
            limits["arithmetic"] = limits.get("arithmetic", 0.0) + drawn

    def _wide(self, passes: Sequence[tuple[int, int]]) -> float:
        """Return what launches over wide arrays take beyond their dispatch."""
        if not passes:
            return 0.0
        arrays = [Elementwise(values, 1, 1, 0) for values, _ in passes]
        counts = np.array([float(count) for _, count in passes])
        return self.classes["elementwise"].saved(arrays, counts, 0.0).get("memory", 0.0)

    def total(self, parts: Parts, logs: Array | None = None) -> float:
        """Return the seconds of a step with log factors by `names`; those that were learned unless given."""
        logs = self.means if logs is None else logs
        factors = dict(zip(self.names, np.exp(logs).tolist(), strict=True))
        busy = math.fsum(seconds * factors[kind] for kind, seconds in parts.classes.items())
        host = parts.host * factors["launches"]
        return float(together(busy, host)) if self.overlapped else busy + host

    def slope(self, parts: Parts, logs: Array | None = None) -> Array:
        """Return how the logarithm of a step follows each log factor."""
        logs = self.means if logs is None else logs
        nudges = 1e-4 * np.eye(len(self.names))
        ups, downs = (np.array([math.log(self.total(parts, logs + sign * one)) for one in nudges]) for sign in (1, -1))
        found: Array = (ups - downs) / 2e-4
        return found


def narrow_values(work: Work) -> float:
    """Return the values that launches over narrow arrays read and write."""
    return 2.0 * sum(values * count for values, count, narrow in work.passed if narrow)


def _with_wide(fit: Fit) -> Fit:
    """Return a fit that knows what passes over wide arrays take: grappler joins some, and some stay in a cache."""
    measured = fit.profile.figures.get("activation")
    if fit.overlapped or measured is None:
        return fit
    work = activation_work()
    rest = fit.total(fit.parts(replace(work, passed=()), "float32"))
    passes = fit.total(fit.parts(work, "float32")) - rest
    return replace(fit, wide=min(max(0.0, measured.value - rest) / passes, 2.0)) if passes > 0 else fit


def _with_narrow(fit: Fit) -> Fit:
    """Return a fit that knows what passes over narrow arrays take, from the frame that holds hardly anything else."""
    frame = fit.profile.figures.get("frame")
    if fit.overlapped or frame is None:
        return fit
    work = frame_work()
    rest = fit.total(fit.parts(work, "float32"))  # with narrow passes taken to cost nothing
    return replace(fit, narrow=max(0.0, frame.value - rest) / narrow_values(work))


def names_of(classes: Mapping[str, object]) -> tuple[str, ...]:
    """Return what has a factor of its own in whole steps."""
    return (*classes, "random", "launches")


@lru_cache(maxsize=32)
def fitted_profile(profile: Profile, base: Base | None = None) -> Fit:
    """Derive everything from a profile.

    Args:
        profile: of a machine.
        base: the catalogue's formulas for the card; None where the machine has a roofline of its own.
    """
    dispatch = profile.figures["dispatch"].value
    rows: dict[str, list[KernelTime]] = {}
    for one in profile.kernels:
        if one.kernel.precision == "float32":
            rows.setdefault(one.kernel.kind, []).append(one)
    classes: dict[str, ClassFit] = {}
    for kind in sorted(rows, key=lambda kind: kind == "attention"):  # attention is what its projections leave
        told = rows[kind] if base is None else _longer_than_launches(rows[kind], dispatch)
        operations = [one.kernel.operations for one in told]
        measured = np.array([_own_seconds(one, classes, base, dispatch) for one in told])
        made = fit_own(kind, operations, measured) if base is None else fit_catalogue(base, operations, measured)
        classes[kind] = made
    names = names_of(classes)
    spread = COMMON_SD**2 * np.ones((len(names), len(names))) + OWN_SD**2 * np.eye(len(names))
    fit = Fit(
        profile=profile,
        classes=classes,
        dispatch=dispatch,
        call=profile.figures["call"].value,
        precisions=_precisions(profile, classes),
        narrow=0.0,
        wide=1.0,
        overlapped=base is not None,
        names=names,
        means=np.zeros(len(names)),
        spread=spread,
    )
    return learned(_with_narrow(_with_wide(fit)))


def learned(fit: Fit) -> Fit:
    """Return a fit whose factors follow the measured steps of its profile.

    Steps that XLA compiles do not run the kernels that were measured: they say something of their like alone.
    """
    told = [(step_work(one, fit.profile.machine.device), one.time.value) for one in fit.profile.steps]
    fit = _learned(fit, [one for one in told if not one[0].compiled])
    logs = [math.log(seconds / fit.total(fit.parts(work, "float32"))) for work, seconds in told if work.compiled]
    return replace(fit, joined=math.exp(sum(logs) / len(logs))) if logs else fit


def _learned(fit: Fit, steps: Sequence[tuple[Work, float]]) -> Fit:
    if not steps:
        return fit
    parts = [fit.parts(work, "float32") for work, _ in steps]
    aim = np.log([seconds for _, seconds in steps])
    prior, means = fit.spread, fit.means
    noise = STEP_NOISE**2 * np.eye(len(steps))
    gain, slopes = np.zeros((len(means), len(steps))), np.zeros((len(steps), len(means)))
    for _ in range(8):  # Gauss-Newton: the logarithm of a sum is not linear in the logs of its parts
        slopes = np.array([fit.slope(one, means) for one in parts])
        said = np.log([fit.total(one, means) for one in parts])
        gain = prior @ slopes.T @ np.linalg.inv(slopes @ prior @ slopes.T + noise)
        means = gain @ (aim - said + slopes @ means)
    return replace(fit, means=means, spread=prior - gain @ slopes @ prior)


def _own_seconds(one: KernelTime, classes: Mapping[str, ClassFit], base: Base | None, dispatch: float) -> float:
    """Return what a kernel alone takes of what was measured with it."""
    measured = one.time.value
    for around in one.kernel.around:
        kind = next(iter(by_kind([(around, 1)])))
        if kind in classes:
            measured -= classes[kind].seconds([around])
    measured = max(measured, 0.2 * one.time.value)
    if base is not None:  # the host hands over the next kernel while the card computes
        measured = max(measured**3 - (_launches(one) * dispatch) ** 3, (0.5 * measured) ** 3) ** (1 / 3)
    return measured


def _launches(one: KernelTime) -> int:
    return len(one.kernel.operations) + len(one.kernel.around)


def _longer_than_launches(rows: Sequence[KernelTime], dispatch: float) -> list[KernelTime]:
    """Return the kernels that tell something of the card; the others tell of the host that hands them over."""
    return [one for one in rows if one.time.value > 1.2 * _launches(one) * dispatch] or list(rows)


def _precisions(profile: Profile, classes: Mapping[str, ClassFit]) -> dict[tuple[str, bool], float]:
    """Return log factors over FP32 of products and of the other classes, in the precisions that were measured."""
    found: dict[tuple[str, bool], list[float]] = {("float32", True): [0.0], ("float32", False): [0.0]}
    for one in profile.kernels:
        kernel: Kernel = one.kernel
        if kernel.precision != "float32" and kernel.kind in classes:
            full = classes[kernel.kind].seconds(kernel.operations)
            key = kernel.precision, kernel.kind in PRODUCTS
            found.setdefault(key, []).append(math.log(one.time.value / full))
    return {key: sum(logs) / len(logs) for key, logs in found.items()}


def check_measured(fit: Fit, precision: str) -> None:
    """Refuse a precision that the profile does not hold.

    Raises:
        ConfigError: it is not known, or was not measured.
    """
    check_precision(precision)
    known = measured_precisions(fit.profile)
    if precision not in known:
        raise ConfigError(
            f"Expected a precision that the profile holds, {', '.join(sorted(known))}; got {precision!r}. "
            "Measure it with `sextet calibrate`, or leave the profile out."
        )
