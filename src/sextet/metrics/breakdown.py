"""Scores by group: by series, by step of the horizon, by hour of day, by weekday and by cutoff.

Sums are kept, as in `metrics.leaderboard.Tally`, so that a test of any length is scored chunk by chunk; memory
follows the number of groups.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import ConfigError
from sextet.core.panel import Panel
from sextet.core.quantiles import LEVELS
from sextet.core.weekdays import WEEKDAYS, weekday
from sextet.core.window import WindowIndex
from sextet.data.calendar import cycles_of
from sextet.data.clock import DAY_NS, local_time
from sextet.data.windows import window_ordinals
from sextet.metrics.leaderboard import Tally, point_sums

Reals = NDArray[np.floating]
Ints = NDArray[np.int64]

DIMENSIONS = ("series", "step", "hour", "weekday", "cutoff")

_CHUNK = 1 << 17  # points scored at a time
_HOUR_NS = DAY_NS // 24


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where the targets of W windows lie; the same for every model.

    Attributes:
        series: `[W]` number of the series.
        cutoff: `[W]` grid ordinal of the first target: a time that means the same in every series.
        hour, weekday: `[W, H]` of each target's stamp by the data's clock (weekday 0 is Monday), or None where the
            steps are too long for it to tell anything.
    """

    series: Ints
    cutoff: Ints
    hour: Ints | None
    weekday: Ints | None

    def take(self, part: slice) -> Places:
        """Return the places of some of the windows."""
        return Places(
            series=self.series[part],
            cutoff=self.cutoff[part],
            hour=None if self.hour is None else self.hour[part],
            weekday=None if self.weekday is None else self.weekday[part],
        )


def places(panel: Panel, index: WindowIndex, horizon: int) -> Places:
    """Return where the targets of `index` lie; hours for steps below a day, weekdays up to a day."""
    ordinals = window_ordinals(panel, index, 0, horizon)
    cycles = cycles_of(panel.frequency)
    local = local_time(panel.frequency.stamps(ordinals).view(np.int64), panel.tz)
    return Places(
        series=index.series.astype(np.int64),
        cutoff=ordinals[:, 0],
        hour=local % DAY_NS // _HOUR_NS if "day" in cycles else None,
        weekday=weekday(local // DAY_NS) if "week" in cycles else None,
    )


@dataclass(frozen=True, kw_only=True)
class Groups:
    """Sums of scores by group.

    Attributes:
        keys: `[G]` the groups, rising.
        sums: `[G, K]`, see `metrics.leaderboard.point_sums`.
    """

    keys: Ints
    sums: NDArray[np.float64]

    @classmethod
    def of(cls, keys: Ints, values: NDArray[np.float64]) -> Groups:
        """Add up `values [N, K]` by `keys [N]`."""
        found, group = np.unique(keys, return_inverse=True)
        sums = np.empty((len(found), values.shape[1]))
        for k in range(values.shape[1]):
            sums[:, k] = np.bincount(group, weights=values[:, k], minlength=len(found))
        return cls(keys=found.astype(np.int64), sums=sums)

    def __add__(self, other: Groups) -> Groups:
        """Return the sums of both sets of points."""
        if np.array_equal(self.keys, other.keys):
            return Groups(keys=self.keys, sums=self.sums + other.sums)
        return Groups.of(np.concatenate([self.keys, other.keys]), np.concatenate([self.sums, other.sums]))


@dataclass(frozen=True, kw_only=True)
class Breakdown:
    """The scores of one model by group; breakdowns of disjoint points add up with `+`.

    Attributes:
        percents: interval levels in percent.
        groups: dimension -> its groups; of `DIMENSIONS` those that the data have.
    """

    percents: tuple[float, ...]
    groups: Mapping[str, Groups]

    def __add__(self, other: Breakdown) -> Breakdown:
        """Return the breakdown of both sets of points.

        Raises:
            ConfigError: the two are of different interval levels or dimensions.
        """
        if self.percents != other.percents or set(self.groups) != set(other.groups):
            raise ConfigError(
                f"Breakdowns of {list(self.groups)} at {self.percents} % and of {list(other.groups)} at "
                f"{other.percents} % cannot be added."
            )
        return Breakdown(percents=self.percents, groups={by: self.groups[by] + other.groups[by] for by in self.groups})

    def total(self) -> Tally:
        """Return the tally of all points, as `metrics.leaderboard.tally` of them would."""
        return Tally.of(self.groups["step"].sums.sum(axis=0), self.percents)

    def tallies(self, by: str) -> dict[int, Tally]:
        """Return the tally of each group of dimension `by` that has an observed point, by key.

        Keys: the number of the series; the step from 1; the hour; the weekday from 0, Monday; the cutoff's ordinal.
        """
        found = self.groups[by]
        return {
            int(key): Tally.of(sums, self.percents)
            for key, sums in zip(found.keys, found.sums, strict=True)
            if sums[0] > 0
        }

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return plain arrays for an npz without pickle."""
        out: dict[str, NDArray[Any]] = {"percents": np.array(self.percents)}
        for by, found in self.groups.items():
            out |= {f"{by}.keys": found.keys, f"{by}.sums": found.sums}
        return out

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Breakdown:
        """Read what `to_arrays` gave."""
        return cls(
            percents=tuple(float(value) for value in arrays["percents"]),
            groups={
                by: Groups(keys=arrays[f"{by}.keys"], sums=arrays[f"{by}.sums"])
                for by in DIMENSIONS
                if f"{by}.keys" in arrays
            },
        )


def breakdown(
    where: Places,
    target: Reals,
    quantiles: Reals,
    levels: Sequence[float] = LEVELS,
    scale: Reals | None = None,
    percents: Sequence[float] = (80.0, 95.0),
) -> Breakdown:
    """Sum the scores of quantile forecasts by group.

    Args:
        where: of the windows; numbers of series must mean the same in all breakdowns that are added.
        target: `[W, H]` in the unit of the data; NaN where missing (left out).
        quantiles: `[W, H, Q]`, same unit; the point scored is the quantile at 0.5.
        levels: `[Q]` quantile levels.
        scale: `[W]` MASE denominators (`metrics.point.seasonal_scale` of each window's series), or None.
        percents: central intervals to score, in percent.
    """
    chunk = max(1, _CHUNK // max(target.shape[1], 1))
    found: Breakdown | None = None
    for start in range(0, max(len(target), 1), chunk):
        part = slice(start, start + chunk)
        some = None if scale is None else scale[part]
        points = point_sums(target[part], quantiles[part], levels, some, percents)
        one = Breakdown(percents=tuple(percents), groups=_grouped(where.take(part), points))
        found = one if found is None else found + one
    return found  # type: ignore[return-value]  # the loop runs at least once


def _grouped(where: Places, points: NDArray[np.float64]) -> dict[str, Groups]:
    windows, horizon, width = points.shape
    whole, flat = points.sum(axis=1), points.reshape(-1, width)
    out = {
        "series": Groups.of(where.series, whole),
        "step": Groups(keys=np.arange(1, horizon + 1), sums=points.sum(axis=0)),
        "cutoff": Groups.of(where.cutoff, whole),
    }
    if where.hour is not None:
        out["hour"] = Groups.of(where.hour.ravel(), flat)
    if where.weekday is not None:
        out["weekday"] = Groups.of(where.weekday.ravel(), flat)
    return out


def to_plain(
    models: Mapping[str, Breakdown], ids: Sequence[str], dimensions: Iterable[str] = DIMENSIONS[:4]
) -> dict[str, Any]:
    """Return the scores by group as plain columns for JSON.

    Args:
        models: name -> breakdown; all of the same points.
        ids: names of the series by number.
        dimensions: which to tell of; those that the data lack are left out.

    Returns:
        `{dimension: {"group": [G], "points": [G], "models": {name: {"mae": [G], ...}}}}` with the scores of
        `Tally.scores` and None where one is undefined. A group is a series' name, a step from 1, an hour or a
        weekday's name; groups without an observed point are left out.

    Raises:
        ConfigError: the models were scored on different points.
    """
    out: dict[str, Any] = {}
    for by in dimensions:
        tallies = {name: one.tallies(by) for name, one in models.items() if by in one.groups}
        counts = {name: {key: one.points for key, one in found.items()} for name, found in tallies.items()}
        if any(count != next(iter(counts.values())) for count in counts.values()):
            raise ConfigError(f"Scores by {by} compare models on the same points; they differ among {list(models)}.")
        shared = next(iter(counts.values()), {})
        if shared:
            out[by] = {
                "group": [_name(by, key, ids) for key in shared],
                "points": list(shared.values()),
                "models": {name: _columns(found.values()) for name, found in tallies.items()},
            }
    return out


def _columns(tallies: Iterable[Tally]) -> dict[str, list[float | None]]:
    rows = [one.scores() for one in tallies]
    return {key: [row[key] if np.isfinite(row[key]) else None for row in rows] for key in rows[0] if key != "n"}


def _name(by: str, key: int, ids: Sequence[str]) -> str | int:
    if by == "series":
        return ids[key]
    return WEEKDAYS[key] if by == "weekday" else key
