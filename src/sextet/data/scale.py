"""The scaled space: target -> transformed -> z, per series, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import ConfigError, DataError
from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.data.local_stamps import stamp_text
from sextet.data.pieces import pieces
from sextet.data.short_history import enough, filled_up, usual_share

Transform = Literal["none", "log1p", "boxcox", "asinh"]
TRANSFORMS: tuple[Transform, ...] = ("none", "log1p", "boxcox", "asinh")
Array = NDArray[np.float64]

_EXP_LIMIT = 700.0  # exp of more overflows a float64


def _none() -> Array:
    return np.zeros(0)


@dataclass(frozen=True, kw_only=True)
class _Numbers:
    """What is fitted for one series."""

    lam: float = 1.0
    centre: float = 0.0
    width: float = 1.0
    location: float = 0.0
    scale: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Scaler:
    """`z = (transform(y) - location) / scale`, with one location and scale a series, and the transform's parameters.

    Attributes:
        transform: "none", "log1p" (ln(1 + y), mirrored below 0), "boxcox" ((y^lambda - 1) / lambda, Box and Cox 1964)
            or "asinh" (arsinh((y - centre) / width), which takes any value and draws in both tails; Uniejewski, Weron
            and Ziel, "Variance stabilizing transformations for electricity spot price forecasting", IEEE Trans. Power
            Systems 33 (2018)).
        lambdas: `[S]` Box-Cox parameter in 0..1; 1 where the transform has none.
        location: `[S]` mean of the transformed target over the observed training rows.
        scale: `[S]` population standard deviation of the same; 1 where it is zero.
        ids: `[S]` series names.
        nonnegative: `from_z` never returns less than 0.
        unseen: names of series whose numbers come from their own history, not from training.
        centre, width: `[S]` median and 1.4826 times the median absolute deviation of the target over the observed
            training rows, for "asinh"; 0 and 1 for other transforms.
    """

    transform: Transform
    lambdas: Array
    location: Array
    scale: Array
    ids: tuple[str, ...]
    nonnegative: bool = False
    unseen: tuple[str, ...] = ()
    centre: Array = field(default_factory=_none)
    width: Array = field(default_factory=_none)

    def __post_init__(self) -> None:
        """Fill in the parameters that the transform does not use."""
        if len(self.centre) != len(self.lambdas):
            object.__setattr__(self, "centre", np.zeros(len(self.lambdas)))
            object.__setattr__(self, "width", np.ones(len(self.lambdas)))

    @classmethod
    def fit(
        cls,
        panel: Panel,
        train_rows: NDArray[np.integer],
        *,
        transform: Transform = "none",
        nonnegative: bool = False,
    ) -> Scaler:
        """Fit on the first `train_rows [S]` rows of each series.

        Raises:
            DataError: a target lies where the transform is not defined, or a series has no training value.
            ConfigError: there is no such transform.
        """
        if transform not in TRANSFORMS:
            raise ConfigError(f"Expected a transform of {', '.join(TRANSFORMS)}; got {transform!r}.")
        check_domain(panel, transform)
        numbers = []
        for s, name in enumerate(panel.ids):
            start = int(panel.offsets[s])
            y = panel.y[start : start + int(train_rows[s])]
            y = y[np.isfinite(y)]
            if not len(y):
                raise DataError(
                    f"Series {name!r} has no observed target in its first {int(train_rows[s])} rows, which are for "
                    "training. Leave the series out, or train on a longer history."
                )
            numbers.append(_fit_one(y, transform))
        return cls(transform=transform, ids=panel.ids, nonnegative=nonnegative, **_columns(numbers))

    def to_z(self, y: NDArray[np.floating], series: NDArray[np.integer] | int) -> Array:
        """Scale `y [W, ...]` in the unit of the target; `series` is `[W]` or one number. NaN stays NaN."""
        values = np.asarray(y, dtype=np.float64)
        lambdas, centre, width, location, scale = (self._broadcast(p, series, values.ndim) for p in self._parts())
        out: Array = (_forward((values - centre) / width, self.transform, lambdas) - location) / scale
        return out

    def from_z(self, z: NDArray[np.floating], series: NDArray[np.integer] | int) -> Array:
        """Turn `z [W, ...]` back into the unit of the target; monotone, so quantiles stay quantiles."""
        values = np.asarray(z, dtype=np.float64)
        lambdas, centre, width, location, scale = (self._broadcast(p, series, values.ndim) for p in self._parts())
        out = _backward(values * scale + location, self.transform, lambdas) * width + centre
        return np.maximum(out, 0.0) if self.nonnegative else out

    def for_panel(self, panel: Panel) -> Scaler:
        """Align to the series of another panel by name; an unseen series is fitted on its own history.

        Raises:
            DataError: a target of the panel lies where the transform is not defined, or an unseen series has no value.
        """
        check_domain(panel, self.transform)
        if panel.ids == self.ids:
            return self
        known = {name: s for s, name in enumerate(self.ids)}
        numbers, unseen = [], []
        for s, name in enumerate(panel.ids):
            if name in known:
                numbers.append(self._numbers(known[name]))
                continue
            unseen.append(name)
            start = int(panel.offsets[s])
            y = panel.y[start : start + int(panel.known[s])]
            y = y[np.isfinite(y)]
            if not len(y):
                raise DataError(
                    f"Series {name!r} was not seen in training and has no observed target to scale by. "
                    "Give some of its history, or leave it out."
                )
            numbers.append(_fit_one(self._filled_up(y, panel.frequency), self.transform))
        return Scaler(
            transform=self.transform,
            ids=panel.ids,
            nonnegative=self.nonnegative,
            unseen=tuple(unseen),
            **_columns(numbers),
        )

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Plain arrays, none of dtype object, for an npz file without pickle."""
        return {
            "transform": np.array(self.transform),
            "lambdas": self.lambdas,
            "centre": self.centre,
            "width": self.width,
            "location": self.location,
            "scale": self.scale,
            "ids": np.array(self.ids, dtype=np.str_),
            "nonnegative": np.array(self.nonnegative),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Scaler:
        """Read what `to_arrays` gave."""
        transform: Any = str(arrays["transform"])
        return cls(
            transform=transform,
            lambdas=np.asarray(arrays["lambdas"], np.float64),
            # runs of 0.1 have no such arrays
            centre=np.asarray(arrays.get("centre", _none()), np.float64),
            width=np.asarray(arrays.get("width", _none()), np.float64),
            location=np.asarray(arrays["location"], np.float64),
            scale=np.asarray(arrays["scale"], np.float64),
            ids=tuple(str(name) for name in arrays["ids"]),
            nonnegative=bool(arrays["nonnegative"]),
        )

    def _parts(self) -> tuple[Array, ...]:
        return self.lambdas, self.centre, self.width, self.location, self.scale

    def _filled_up(self, y: Array, frequency: Frequency) -> Array:
        """Readings of an unseen series, filled up where they are few."""
        wanted = enough(frequency)
        if len(y) >= wanted or not len(self.ids):
            return y
        whole = replace(self, nonnegative=False)
        series = np.arange(len(self.ids))
        low, level, high = (whole.from_z(np.full(len(series), z), series) for z in (-1.0, 0.0, 1.0))
        varied = self.scale != 1.0  # of one that was constant in training the scale is none
        some = varied if varied.any() else np.ones_like(varied)
        usual = usual_share(level[some], (high - low)[some] / 2)
        return filled_up(y, wanted, usual, positive=self.transform == "boxcox")

    def _numbers(self, s: int) -> _Numbers:
        lam, centre, width, location, scale = (float(part[s]) for part in self._parts())
        return _Numbers(lam=lam, centre=centre, width=width, location=location, scale=scale)

    @staticmethod
    def _broadcast(part: Array, series: NDArray[np.integer] | int, ndim: int) -> Array:
        picked = np.asarray(part[series])
        return picked.reshape(picked.shape + (1,) * (ndim - picked.ndim))


def check_domain(panel: Panel, transform: Transform) -> None:
    """Refuse a panel whose targets lie where the transform is not defined.

    Raises:
        DataError: a target is at or below 0 (boxcox).
    """
    if transform != "boxcox" or not len(panel.y):
        return
    for s, name in enumerate(panel.ids):
        y = panel.y[panel.rows(s)]
        bad = np.flatnonzero(y <= 0)
        if len(bad):
            stamp = stamp_text(panel.stamps(s)[bad[0]], panel.tz)
            raise DataError(
                f"The transform {transform} needs targets above 0; series {name!r} has {y[bad[0]]:g} at {stamp} "
                f"({len(bad)} such rows). Use --transform none, log1p or asinh."
            )


def _columns(numbers: list[_Numbers]) -> dict[str, Any]:
    names = {"lambdas": "lam", "centre": "centre", "width": "width", "location": "location", "scale": "scale"}
    return {field: np.array([getattr(one, name) for one in numbers], dtype=float) for field, name in names.items()}


def _fit_one(y: Array, transform: Transform) -> _Numbers:
    lam = _boxcox_lambda(y) if transform == "boxcox" else 1.0
    centre, width = _middle(y) if transform == "asinh" else (0.0, 1.0)
    parts = [(y[part] - centre) / width for part in pieces(y)]
    mean = sum(float(_forward(part, transform, np.float64(lam)).sum()) for part in parts) / len(y)
    squares = sum(float(((_forward(part, transform, np.float64(lam)) - mean) ** 2).sum()) for part in parts)
    sd = float(np.sqrt(squares / len(y)))
    # a constant series: rounding may leave a tiny spread that must not blow z up
    scale = sd if sd > 1e-12 * max(1.0, abs(mean)) else 1.0
    return _Numbers(lam=lam, centre=centre, width=width, location=mean, scale=scale)


def _middle(y: Array) -> tuple[float, float]:
    """Median and spread that outliers do not move; where more than half of the values are equal, their deviation."""
    centre = float(np.median(y))
    width = 1.4826 * float(np.median(np.abs(y - centre))) or float(y.std())
    return centre, width if width > 1e-12 * max(1.0, abs(centre)) else 1.0


def _boxcox_lambda(y: Array) -> float:
    """Maximum-likelihood lambda in 0..1: outside, the inverse explodes or saturates within a usual forecast."""
    from scipy.optimize import minimize_scalar
    from scipy.stats import boxcox_llf

    sample = y if len(y) <= 20_000 else y[:: len(y) // 20_000 + 1]
    if float(sample.min()) == float(sample.max()):
        return 1.0
    found = minimize_scalar(lambda lam: -float(boxcox_llf(lam, sample)), bounds=(0.0, 1.0), method="bounded")
    lam = float(np.clip(found.x, 0.0, 1.0))
    return 0.0 if lam < 1e-3 else lam


def _forward(y: Array, transform: Transform, lambdas: Array | np.float64) -> Array:
    if transform == "none":
        return y
    if transform == "asinh":
        return np.arcsinh(y)
    with np.errstate(divide="ignore", invalid="ignore"):
        if transform == "log1p":
            return np.copysign(np.log1p(np.abs(y)), y)
        safe = np.where(lambdas == 0, 1.0, lambdas)
        log = np.log(y)
        return np.where(lambdas == 0, log, np.expm1(safe * log) / safe)


def _backward(t: Array, transform: Transform, lambdas: Array) -> Array:
    if transform == "none":
        return t
    if transform == "asinh":
        return np.sinh(np.clip(t, -_EXP_LIMIT, _EXP_LIMIT))
    if transform == "log1p":
        return np.copysign(np.expm1(np.minimum(np.abs(t), _EXP_LIMIT)), t)
    safe = np.where(lambdas == 0, 1.0, lambdas)
    with np.errstate(divide="ignore"):
        power = np.log(np.maximum(safe * t + 1.0, 0.0)) / safe
    return np.exp(np.minimum(np.where(lambdas == 0, t, power), _EXP_LIMIT))
