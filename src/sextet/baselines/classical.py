"""Classical point forecasts in the scaled space, each vectorised over windows.

They need no fit. All read history before the first target only, and degrade to the last value where the
history is too short for a season.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.baselines.history import History, chunks, gather
from sextet.baselines.own_autoregression import MOST_ROWS, OwnAutoregression
from sextet.core.frequency import Frequency
from sextet.core.window import WindowIndex

Reals = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class SeasonalNaive:
    """The value one season ago, repeated over the horizon; with `season=1` the last value.

    Attributes:
        season: steps of a season.
    """

    season: int

    @property
    def reach(self) -> int:
        """Rows of history that are read."""
        return self.season

    @property
    def label(self) -> str:
        """What it does, in words."""
        return "last value" if self.season == 1 else f"seasonal naive over {self.season} steps"

    def point(self, history: History, index: WindowIndex, horizon: int) -> Reals:
        """Forecast `[W, H]`."""
        out = np.empty((len(index), horizon))
        offsets = np.arange(horizon) % self.season - self.season
        for part in chunks(index, horizon + 1):
            some = index.take(part)
            long_enough = some.row - history.panel.offsets[some.series] >= self.season
            z, _ = gather(history, some, offsets)
            out[part] = np.where(long_enough[:, None], z, _last(history, some)[:, None])
        return out


@dataclass(frozen=True, kw_only=True)
class DampedDrift:
    """The last value plus the mean slope over `span` steps, which fades by `damping` each step.

    The drift method with the damped trend of Gardner and McKenzie (1985): `z + slope * (d + d^2 + ... + d^h)`.

    Attributes:
        span: steps over which the slope is taken.
        damping: d, 0 (last value) to 1 (straight line).
    """

    span: int
    damping: float

    @property
    def reach(self) -> int:
        """Rows of history that are read."""
        return self.span + 1

    @property
    def label(self) -> str:
        """What it does, in words."""
        return f"drift over {self.span} steps, damped by {self.damping:g} a step"

    def point(self, history: History, index: WindowIndex, horizon: int) -> Reals:
        """Forecast `[W, H]`."""
        z, _ = gather(history, index, np.array([-1 - self.span, -1]))
        slope = (z[:, 1] - z[:, 0]) / self.span
        return z[:, 1, None] + slope[:, None] * np.cumsum(self.damping ** np.arange(1, horizon + 1))


@dataclass(frozen=True, kw_only=True)
class CalendarProfile:
    """The usual value at this point of the season, plus how far the series is from usual now, fading away.

    Usual is the median of the observed values at the same phase of the last `cycles` seasons. The distance
    is the mean of (value - usual) over the last `span` steps; it fades by `persistence` each step.

    Attributes:
        season: steps of a season.
        cycles: seasons the profile is taken over.
        span: last steps whose distance from the profile is averaged.
        persistence: what is left of the distance after each step: 0 plain profile, 1 a lasting shift.
    """

    season: int
    cycles: int
    span: int
    persistence: float

    @property
    def reach(self) -> int:
        """Rows of history that are read."""
        return self.season * self.cycles + self.span

    @property
    def label(self) -> str:
        """What it does, in words."""
        seasons = f"{self.cycles} seasons" if self.cycles > 1 else "season"
        usual = f"the usual value at this point of the last {seasons} of {self.season} steps"
        if not self.persistence:
            return usual
        recent = "the last value lies from what is usual for it"
        if self.span > 1:
            recent = f"the last {self.span} values lie on average from what is usual for them"
        lasting = f", which fades by {100 * (1 - self.persistence):g} % a step" * (self.persistence < 1)
        return f"{usual}, plus how far {recent}{lasting}"

    def point(self, history: History, index: WindowIndex, horizon: int) -> Reals:
        """Forecast `[W, H]`."""
        out = np.empty((len(index), horizon))
        fade = self.persistence ** np.arange(1, horizon + 1)
        for part in chunks(index, (horizon + self.span) * self.cycles):
            some = index.take(part)
            last = _last(history, some)[:, None]
            recent = np.arange(-self.span, 0)
            z, seen = gather(history, some, recent)
            usual = self._usual(history, some, recent)
            distance = np.where(seen & ~np.isnan(usual), z - usual, np.nan)
            known = (~np.isnan(distance)).sum(axis=1)
            shift = np.nansum(distance, axis=1) / np.maximum(known, 1)
            ahead = self._usual(history, some, np.arange(horizon)) + shift[:, None] * fade
            out[part] = np.where(np.isnan(ahead), last, ahead)
        return out

    def _usual(self, history: History, index: WindowIndex, steps: NDArray[np.int64]) -> Reals:
        """Median `[W, len(steps)]` over the cycles before; NaN where none was observed."""
        back = np.maximum(np.ceil((steps + 1) / self.season), 1).astype(np.int64)  # seasons back to reach the past
        offsets = steps[:, None] - (back[:, None] + np.arange(self.cycles)) * self.season
        z, seen = gather(history, index, offsets)
        return median_of_known(np.where(seen, z, np.nan))


Classical = SeasonalNaive | DampedDrift | CalendarProfile | OwnAutoregression

KINDS: dict[str, type[Classical]] = {
    "seasonal-naive": SeasonalNaive,
    "damped-drift": DampedDrift,
    "calendar-profile": CalendarProfile,
    "own-autoregression": OwnAutoregression,
}


def candidates(
    frequency: Frequency, rows: int, *, kinds: Collection[str] = tuple(KINDS), season: int | None = None
) -> tuple[Classical, ...]:
    """Return the settings to choose among for series that have about `rows` rows of history.

    Args:
        frequency: gives the seasons; two of one must lie in the history.
        rows: rows of history.
        kinds: names of the forecasts allowed, see `KINDS`.
        season: the only season to try; None: those of the frequency.

    Returns:
        At least one, the simplest first: the last value where nothing else fits.
    """
    wanted = frequency.seasons if season is None else (season,)
    seasons = [length for length in wanted if 1 < length <= rows // 2]
    found: list[Classical] = [SeasonalNaive(season=length) for length in (1, *seasons)]
    spans = [span for span in (1, 3, 6, 12, 24, 48) if span < rows]
    found += [DampedDrift(span=span, damping=damping) for span in spans for damping in (0.5, 0.8, 0.9, 0.98, 1.0)]
    found += [profile for length in seasons for profile in _profiles(length)]
    own = [OwnAutoregression(season=seasons[0], cycles=cycles) for cycles in (1, 2, 7) if seasons]
    found += [one for one in own if one.need <= MOST_ROWS]
    allowed = tuple(KINDS[kind] for kind in kinds)
    fitting = tuple(one for one in found if _need(one) <= rows and isinstance(one, allowed))
    return fitting or (SeasonalNaive(season=1),)


def _need(one: Classical) -> int:
    """Fewest rows of history that a forecast makes sense with."""
    return one.need if isinstance(one, OwnAutoregression) else one.reach


def _profiles(season: int) -> Iterator[CalendarProfile]:
    for cycles in (1, 2, 4, 8):
        for span in sorted({1, min(season, 288)}):
            kept = (0.0, 0.9, 0.98, 1.0) if span == 1 else (0.98, 0.995, 1.0)
            for persistence in kept:
                yield CalendarProfile(season=season, cycles=cycles, span=span, persistence=persistence)


def to_plain(model: Classical) -> dict[str, Any]:
    """Return kind and settings as plain values for JSON."""
    kind = next(name for name, cls in KINDS.items() if isinstance(model, cls))
    return {"kind": kind, **vars(model)}


def from_plain(plain: Mapping[str, Any]) -> Classical:
    """Make the model again from `to_plain`."""
    settings = {key: value for key, value in plain.items() if key != "kind"}
    return KINDS[plain["kind"]](**settings)


def median_of_known(values: Reals) -> Reals:
    """Median over the last axis, NaN left out: `[..., K]` -> `[...]`, NaN where all are."""
    if values.shape[-1] == 1:
        return values[..., 0]
    ranked = np.sort(values, axis=-1)  # NaN sorts last; np.nanmedian is a hundred times slower on short axes
    count = (~np.isnan(ranked)).sum(axis=-1)
    low = np.maximum(count - 1, 0) // 2
    high = np.minimum(count // 2, values.shape[-1] - 1)
    pair = np.take_along_axis(ranked, np.stack([low, high], axis=-1), axis=-1)
    return np.where(count > 0, pair.mean(axis=-1), np.nan)


def _last(history: History, index: WindowIndex) -> Reals:
    return gather(history, index, np.array([-1]))[0][:, 0]
