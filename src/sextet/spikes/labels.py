"""What counts as a spike: learned by peaks over threshold, given as a level, or given as a column of labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import DataError
from sextet.core.panel import Panel
from sextet.core.quantiles import LEVELS
from sextet.core.window import WindowIndex
from sextet.metrics.exceedance import score_above
from sextet.spikes.residual import Layout, Levels, residuals, row_ranges, seasonal_profile
from sextet.spikes.threshold import Tail, fit_tail

Reals = NDArray[np.float64]
Kind = Literal["learned", "level", "column"]

RISK = 0.01
"""Default share of rows that are spikes where the level is learned."""

_POOL = 1_000_000
_ROBUST = 3.5  # scales of the median absolute deviation: the outlier rule of Iglewicz and Hoaglin (1993)


@dataclass(frozen=True, kw_only=True)
class SpikeModel:
    """What a spike is for each series. A spike is upward: the target lies above `profile + level + threshold`.

    The profile and the threshold are fitted on train rows; the level of a row reads only rows before it. So
    a label depends on its own row and earlier ones.

    Attributes:
        kind: "learned"; "level": above the fixed level `limit`; "column": as the user labelled.
        limit: the user's level in the unit of the target; NaN for the other kinds.
        risk: share of rows meant to be spikes.
        layout: seasons and blocks.
        ids: `[S]` series names.
        profile: `[S, bins]` seasonal profile.
        location: `[S]` median of the target on train rows: the level where nothing was observed before.
        scale: `[S]` robust scale of the residual, 1.4826 x its median absolute value.
        threshold: `[S]` residual above which the target is a spike; infinite for a series that never departs.
        typical: `[S]` usual size of a spike: median residual of those on train rows.
        pooled, pooled_typical: threshold and typical size in scales, for series too short for their own.
        own: `[S]` whether the threshold is the series' own.
    """

    kind: Kind
    limit: float
    risk: float
    layout: Layout
    ids: tuple[str, ...]
    profile: Reals
    location: Reals
    scale: Reals
    threshold: Reals
    typical: Reals
    pooled: float
    pooled_typical: float
    own: NDArray[np.bool_]

    def label(self, panel: Panel) -> NDArray[np.int8]:
        """Label every row of a panel, `[N]`: 1 spike, 0 none or not observed.

        Raises:
            DataError: labels come from a column that the panel lacks.
        """
        if self.kind == "column":
            if panel.label is None:
                raise DataError(
                    "Spikes were labelled by a column in training (--spike-label); the data given has no such column. "
                    "Name it with --spike-label, or train without it."
                )
            return np.where(np.isnan(panel.y), 0, panel.label > 0).astype(np.int8)
        if self.kind == "level":
            return (panel.y > self.limit).astype(np.int8)
        model = self.for_panel(panel)
        levels = Levels(panel, self.layout, model.profile)
        out = np.zeros(len(panel.y), dtype=np.int8)
        for rows in row_ranges(0, len(out)):
            series = np.searchsorted(panel.offsets, np.arange(rows.start, rows.stop), side="right") - 1
            found = residuals(panel, self.layout, model.profile, levels, rows)
            out[rows] = found > model.threshold[series]  # NaN compares as False
        return out

    def spike_level(self, panel: Panel, index: WindowIndex, horizon: int) -> Reals:
        """The value above which each step of the windows counts as a spike, `[W, H]`, in the unit of the target.

        What is known at the cutoff: the level of late, the profile of the step and the threshold. This is the
        level that an upper quantile must exceed to raise the obvious alarm.
        """
        if self.kind == "level":
            return np.full((len(index), horizon), self.limit)
        usual = self.usual(panel, index, horizon)
        return np.asarray(usual + self.for_panel(panel).threshold[index.series][:, None])

    def quantile_score(
        self,
        panel: Panel,
        index: WindowIndex,
        quantiles: NDArray[np.floating],
        levels: Sequence[float] = LEVELS,
    ) -> Reals:
        """The obvious alternative to a member that warns: the mass of a forecast above the spike level, `[W, H]`.

        Args:
            panel: the data.
            index: W windows of it.
            quantiles: `[W, H, Q]` forecast of these windows in the unit of the target.
            levels: `[Q]`.

        Returns:
            The mass as a normal score; `metrics.exceedance.mass_of` makes a probability of it.
        """
        return score_above(quantiles, self.spike_level(panel, index, quantiles.shape[1]), levels)

    def usual(self, panel: Panel, index: WindowIndex, horizon: int) -> Reals:
        """Level of late plus profile for each step of the windows, `[W, H]`, in the unit of the target."""
        model = self.for_panel(panel)
        levels = Levels(panel, self.layout, model.profile).at(index.series, index.row)
        levels = np.where(np.isnan(levels), model.location[index.series], levels)
        ordinals = (panel.first[index.series] + index.row - panel.offsets[index.series])[:, None] + np.arange(horizon)
        return np.asarray(levels[:, None] + model.profile[index.series[:, None], self.layout.bin_of(ordinals)])

    def typical_sizes(self, panel: Panel) -> dict[str, float]:
        """Series name -> usual size of its spikes above the level, in the unit of the target."""
        return dict(zip(panel.ids, self.for_panel(panel).typical.tolist(), strict=True))

    def for_panel(self, panel: Panel) -> SpikeModel:
        """Align to another panel by name; an unseen series is measured on its own history, its threshold pooled."""
        if panel.ids == self.ids:
            return self
        at = {name: s for s, name in enumerate(self.ids)}
        known = np.array([at.get(name, -1) for name in panel.ids], dtype=np.int64)
        fresh = _measure(panel, self.layout, panel.known)
        pick = np.maximum(known, 0)
        seen = known >= 0

        def merged(ours: NDArray[Any], theirs: NDArray[Any]) -> NDArray[Any]:
            return np.where(seen.reshape(-1, *[1] * (ours.ndim - 1)), ours[pick], theirs)

        return replace(
            self,
            ids=panel.ids,
            profile=merged(self.profile, fresh.profile),
            location=merged(self.location, fresh.location),
            scale=merged(self.scale, fresh.scale),
            threshold=merged(self.threshold, _scaled(self.pooled, fresh.scale)),
            typical=merged(self.typical, _scaled(self.pooled_typical, fresh.scale)),
            own=merged(self.own, np.zeros(panel.series, dtype=bool)),
        )

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the model as plain arrays, none of dtype object."""
        layout = self.layout
        return {
            "kind": np.array(self.kind),
            "numbers": np.array([self.limit, self.risk, self.pooled, self.pooled_typical]),
            "layout": np.array([layout.season, layout.bin_width, layout.block, layout.span], dtype=np.int64),
            "ids": np.array(self.ids, dtype=np.str_),
            "profile": self.profile,
            "location": self.location,
            "scale": self.scale,
            "threshold": self.threshold,
            "typical": self.typical,
            "own": self.own,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> SpikeModel:
        """Make the model again from `to_arrays`."""
        limit, risk, pooled, pooled_typical = (float(v) for v in arrays["numbers"])
        season, bin_width, block, span = (int(v) for v in arrays["layout"])
        kind: Any = str(arrays["kind"])
        return cls(
            kind=kind,
            limit=limit,
            risk=risk,
            layout=Layout(season=season, bin_width=bin_width, block=block, span=span),
            ids=tuple(str(name) for name in arrays["ids"]),
            profile=arrays["profile"],
            location=arrays["location"],
            scale=arrays["scale"],
            threshold=arrays["threshold"],
            typical=arrays["typical"],
            pooled=pooled,
            pooled_typical=pooled_typical,
            own=arrays["own"],
        )


def fit_spikes(
    panel: Panel, train_rows: NDArray[np.integer], *, threshold: float | None = None, risk: float = RISK
) -> SpikeModel:
    """Learn what a spike is from the first `train_rows [S]` rows of each series.

    Args:
        panel: the data; where it has `label`, spikes are what that column says.
        train_rows: rows of each series that may be learned from.
        threshold: a fixed level in the unit of the target; overrides the column and what would be learned.
        risk: share of rows meant to be spikes where the level is learned.
    """
    kind: Kind = "level" if threshold is not None else "column" if panel.label is not None else "learned"
    layout = Layout.of(panel.frequency, int(np.median(train_rows)) if panel.series else 0)
    found = _measure(panel, layout, train_rows)
    levels, typical = np.full(panel.series, np.nan), np.full(panel.series, np.nan)
    share = max(1, _POOL // max(panel.series, 1))
    pool = []
    for s in range(panel.series):
        sample = found.sample(panel, s)
        levels[s], typical[s] = _own_threshold(sample, risk)
        if found.scale[s] > 0:
            pool.append(sample[:: max(1, len(sample) // share)] / found.scale[s])
    pooled, pooled_typical = _pooled_threshold(np.concatenate(pool) if pool else np.zeros(0), risk)
    own = np.isfinite(levels)
    return SpikeModel(
        kind=kind,
        limit=float("nan") if threshold is None else float(threshold),
        risk=risk,
        layout=layout,
        ids=panel.ids,
        profile=found.profile,
        location=found.location,
        scale=found.scale,
        threshold=np.where(own, levels, _scaled(pooled, found.scale)),
        typical=np.where(own, typical, _scaled(pooled_typical, found.scale)),
        pooled=pooled,
        pooled_typical=pooled_typical,
        own=own,
    )


@dataclass(frozen=True, kw_only=True)
class _Measured:
    """Profile `[S, bins]`, location `[S]` and scale `[S]` of each series, and its residuals on the first rows."""

    layout: Layout
    train_rows: NDArray[np.integer]
    profile: Reals
    levels: Levels
    location: Reals
    scale: Reals

    def sample(self, panel: Panel, series: int) -> Reals:
        return _sample(panel, self.layout, self.profile, self.levels, self.train_rows, series)


def _measure(panel: Panel, layout: Layout, rows: NDArray[np.integer]) -> _Measured:
    profile = seasonal_profile(panel, layout, rows)
    levels = Levels(panel, layout, profile)
    location, scale = np.zeros(panel.series), np.zeros(panel.series)
    for s in range(panel.series):
        start = int(panel.offsets[s])
        y = panel.y[start : start + int(rows[s])]
        y = y[~np.isnan(y)]
        location[s] = np.median(y) if len(y) else 0.0
        scale[s] = _robust_scale(_sample(panel, layout, profile, levels, rows, s))
    return _Measured(layout=layout, train_rows=rows, profile=profile, levels=levels, location=location, scale=scale)


def _sample(
    panel: Panel, layout: Layout, profile: Reals, levels: Levels, rows: NDArray[np.integer], series: int
) -> Reals:
    """Known residuals of the first rows of one series."""
    start = int(panel.offsets[series])
    parts = [residuals(panel, layout, profile, levels, part) for part in row_ranges(start, start + int(rows[series]))]
    joined = np.concatenate(parts) if parts else np.zeros(0)
    return joined[~np.isnan(joined)]


def _robust_scale(sample: Reals) -> float:
    if not len(sample):
        return 0.0
    scale = 1.4826 * float(np.median(np.abs(sample)))
    return scale if scale > 0 else float(sample.std())  # more than half the residuals zero: intermittent demand


def _own_threshold(sample: Reals, risk: float) -> tuple[float, float]:
    tail = fit_tail(sample)
    if tail is None:
        return float("nan"), float("nan")
    level = tail.level(risk)
    return level, _typical(sample, level, tail)


def _pooled_threshold(sample: Reals, risk: float) -> tuple[float, float]:
    tail = fit_tail(sample)
    if tail is None:
        return _ROBUST, 1.5 * _ROBUST
    level = tail.level(risk)
    return level, _typical(sample, level, tail)


def _typical(sample: Reals, level: float, tail: Tail) -> float:
    above = sample[sample > level]
    return float(np.median(above)) if len(above) else level + tail.scale


def _scaled(value: float, scale: Reals) -> Reals:
    return np.where(scale > 0, value * np.maximum(scale, np.finfo(np.float64).tiny), np.inf)
