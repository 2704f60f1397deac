"""The leaderboard: one row of scores for the ensemble, each member and each baseline.

Scores are kept as sums (`Tally`), so that a test of any length can be scored batch by batch in bounded memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import ConfigError
from sextet.core.quantiles import LEVELS, interval, read_quantiles
from sextet.metrics.quantile import pinball_by_point

Reals = NDArray[np.floating]
Row = dict[str, str | float | int]

_CHUNK = 1 << 18  # points scored at a time
_PLAIN = 7  # sums of a tally that are not of an interval


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Sums over scored points; tallies of disjoint points add up with `+`.

    Attributes:
        points: number of observed points.
        absolute, squared, pinball: sums of |error|, error², mean pinball over the levels.
        truth: sum of |target|.
        scaled, scaled_points: sum of |error| / scale, and the number of points with a usable scale.
        percents: interval levels in percent.
        inside, width: per interval level, number of points inside and sum of widths.
    """

    points: int
    absolute: float
    squared: float
    pinball: float
    truth: float
    scaled: float
    scaled_points: int
    percents: tuple[float, ...]
    inside: tuple[float, ...]
    width: tuple[float, ...]

    @classmethod
    def of(cls, sums: Reals, percents: Sequence[float]) -> Tally:
        """Make a tally of sums `[K]` of `point_sums`."""
        first = _PLAIN + len(percents)
        return cls(
            points=round(float(sums[0])),
            absolute=float(sums[1]),
            squared=float(sums[2]),
            pinball=float(sums[3]),
            truth=float(sums[4]),
            scaled=float(sums[5]),
            scaled_points=round(float(sums[6])),
            percents=tuple(percents),
            inside=tuple(float(value) for value in sums[_PLAIN:first]),
            width=tuple(float(value) for value in sums[first:]),
        )

    def __add__(self, other: Tally) -> Tally:
        """Return the tally of both sets of points.

        Raises:
            ConfigError: the two tally different interval levels.
        """
        if self.percents != other.percents:
            raise ConfigError(f"Tallies of interval levels {self.percents} and {other.percents} cannot be added.")
        return Tally(
            points=self.points + other.points,
            absolute=self.absolute + other.absolute,
            squared=self.squared + other.squared,
            pinball=self.pinball + other.pinball,
            truth=self.truth + other.truth,
            scaled=self.scaled + other.scaled,
            scaled_points=self.scaled_points + other.scaled_points,
            percents=self.percents,
            inside=tuple(a + b for a, b in zip(self.inside, other.inside, strict=True)),
            width=tuple(a + b for a, b in zip(self.width, other.width, strict=True)),
        )

    def scores(self) -> dict[str, float]:
        """Return mae, rmse, wape, accuracy_percent, mase, pinball, coverage_P and width_P, n; NaN where undefined."""
        wape = _share(self.absolute, self.truth)
        out = {
            "mae": _share(self.absolute, self.points),
            "rmse": float(np.sqrt(_share(self.squared, self.points))),
            "wape": wape,
            "accuracy_percent": 100.0 * (1.0 - wape),
            "mase": _share(self.scaled, self.scaled_points),
            "pinball": _share(self.pinball, self.points),
        }
        for percent, inside, width in zip(self.percents, self.inside, self.width, strict=True):
            out[f"coverage_{percent:g}"] = _share(inside, self.points)
            out[f"width_{percent:g}"] = _share(width, self.points)
        out["n"] = self.points
        return out


def tally(
    target: Reals,
    quantiles: Reals,
    levels: Sequence[float] = LEVELS,
    scale: Reals | None = None,
    percents: Sequence[float] = (80.0, 95.0),
) -> Tally:
    """Sum the scores of quantile forecasts.

    Args:
        target: `[W, H]` in the unit of the data; NaN where missing (left out).
        quantiles: `[W, H, Q]`, same unit; the point scored is the quantile at 0.5.
        levels: `[Q]` quantile levels.
        scale: `[W]` MASE denominators (`metrics.point.seasonal_scale` of each window's series), or None.
        percents: central intervals to score, in percent.
    """
    windows, horizon = target.shape
    chunk = max(1, _CHUNK // max(horizon, 1))
    total = np.zeros(_PLAIN + 2 * len(percents))
    for start in range(0, windows, chunk):
        part = slice(start, start + chunk)
        some = None if scale is None else scale[part]
        total += point_sums(target[part], quantiles[part], levels, some, percents).sum(axis=(0, 1))
    return Tally.of(total, percents)


def score(
    target: Reals,
    quantiles: Reals,
    levels: Sequence[float] = LEVELS,
    scale: Reals | None = None,
    percents: Sequence[float] = (80.0, 95.0),
) -> dict[str, float]:
    """Return the scores of quantile forecasts by name; arguments as of `tally`."""
    return tally(target, quantiles, levels, scale, percents).scores()


def leaderboard(tallies: Mapping[str, Tally], reference: str = "seasonal-naive") -> list[Row]:
    """Return one row a model, best MAE first, each with `skill` = 1 - MAE / MAE of the reference.

    Args:
        tallies: name -> sums over the test points; all of the same points.
        reference: the model that skill is measured against; skill is NaN where it is not among the tallies.

    Raises:
        ConfigError: the tallies are of different numbers of points, so that their rows cannot be compared.
    """
    counts = {name: one.points for name, one in tallies.items()}
    if len(set(counts.values())) > 1:
        raise ConfigError(f"A leaderboard compares models on the same points; got numbers of points {counts}.")
    base = tallies[reference].scores()["mae"] if reference in tallies else float("nan")
    rows: list[Row] = []
    for name, one in tallies.items():
        scores = one.scores()
        skill = 1.0 - scores["mae"] / base if base > 0 else float("nan")
        rows.append({"model": name, **scores, "n": one.points, "skill": skill})
    return sorted(rows, key=_mae_of)


def _mae_of(row: Row) -> float:
    value = float(row["mae"])
    return value if np.isfinite(value) else np.inf


def point_sums(
    target: Reals, quantiles: Reals, levels: Sequence[float], scale: Reals | None, percents: Sequence[float]
) -> NDArray[np.float64]:
    """What each point adds to a tally: `[W, H, K]`, zero where the target is missing; arguments as of `tally`.

    Summed over any points it is what `Tally.of` takes.
    """
    truth = np.asarray(target, dtype=np.float64)
    seen = ~np.isnan(truth)
    error = np.abs(truth - read_quantiles(quantiles, (0.5,), levels)[..., 0])
    if scale is None:
        usable = np.full(truth.shape, np.nan)
    else:
        usable = np.broadcast_to(np.where(np.asarray(scale) > 0, scale, np.nan)[:, None], truth.shape)
    columns = [seen, error, error**2, pinball_by_point(truth, quantiles, levels), np.abs(truth)]
    columns += [np.where(np.isnan(usable), 0.0, error / usable), ~np.isnan(usable)]
    bounds = [read_quantiles(quantiles, interval(percent), levels) for percent in percents]
    columns += [(truth >= bound[..., 0]) & (truth <= bound[..., 1]) for bound in bounds]
    columns += [bound[..., 1] - bound[..., 0] for bound in bounds]
    out = np.empty((*truth.shape, len(columns)))
    for k, column in enumerate(columns):
        out[..., k] = np.where(seen, column, 0.0)
    return out


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")
