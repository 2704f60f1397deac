"""What each member said and weighed for a forecast, and what else shaped it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sextet.combine.spread import LevelGrid
from sextet.core.forecast import Forecast
from sextet.core.percent import percent
from sextet.data.local_stamps import iso_texts
from sextet.metrics.events import period

ADJUSTMENT = "calibration and rules"


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """One row for each window, step and member, as columns of equal length.

    For each window and step the contributions add up to the point forecast: what weights leave over (a
    transform, a rule that acted) is a row of its own, named `ADJUSTMENT`, where there is any.

    Attributes:
        unique_id: series names.
        ds: stamps; UTC where there is a zone.
        member: member names.
        said: the member's median, in the unit of the target; NaN for the adjustment.
        weight: its weight, 0..1; NaN for the adjustment.
        contribution: weight x said, in the unit of the target.
        rules: names of the user's rules that touched the forecast at that step, ", " between them; empty without.
        notes: spikes expected, alerts and rules, one sentence each.
        tz: time zone of the data, or None: `ds` is on the data's own clock.
    """

    unique_id: NDArray[np.str_]
    ds: NDArray[np.datetime64]
    member: NDArray[np.str_]
    said: NDArray[np.float64]
    weight: NDArray[np.float64]
    contribution: NDArray[np.float64]
    rules: NDArray[np.str_]
    notes: tuple[str, ...]
    tz: str | None = None

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """Return the columns by name, for a data frame."""
        return {
            "unique_id": self.unique_id,
            "ds": self.ds,
            "member": self.member,
            "said": self.said,
            "weight": self.weight,
            "contribution": self.contribution,
            "rules": self.rules,
        }

    def rows(self) -> list[dict[str, object]]:
        """Return the rows as plain values; `ds` as ISO text, with the offset of its zone; NaN as None."""
        lists = {name: column.tolist() for name, column in self.columns().items() if name != "ds"}
        stamps = iso_texts(self.ds, self.tz)
        out = []
        for i, stamp in enumerate(stamps):
            row: dict[str, object] = {"unique_id": lists["unique_id"][i], "ds": stamp}
            for name in ("member", "said", "weight", "contribution", "rules"):
                value = lists[name][i]
                row[name] = None if isinstance(value, float) and np.isnan(value) else value
            out.append(row)
        return out


def explain(forecast: Forecast, spike_note: float = 0.5) -> Explanation:
    """Explain `forecast`; a spike probability of at least `spike_note` is worth a note."""
    median = LevelGrid.of(forecast.levels).median
    point = forecast.quantiles[..., median]
    names = [name for name in forecast.members if name in forecast.weights]
    said = [forecast.members[name][..., median] for name in names]
    weight = [forecast.weights[name] for name in names]
    contribution = [w * s for w, s in zip(weight, said, strict=True)]
    if names:
        rest = point - np.sum(contribution, axis=0)
        scale = 1e-4 * np.maximum(np.abs(point), np.ptp(np.stack(said), axis=0)) + 1e-9
        if bool(np.any(np.abs(rest) > scale)):
            names = [*names, ADJUSTMENT]
            said = [*said, np.full(point.shape, np.nan)]
            weight = [*weight, np.full(point.shape, np.nan)]
            contribution = [*contribution, rest]
    steps, count = point.shape[1], len(names)
    return Explanation(
        unique_id=np.repeat(np.array(forecast.ids, dtype=np.str_), steps * count),
        ds=np.repeat(forecast.stamps.reshape(-1), count),
        member=np.tile(np.array(names, dtype=np.str_), point.size),
        said=_column(said),
        weight=_column(weight),
        contribution=_column(contribution),
        rules=np.repeat(_touching(forecast).reshape(-1), count),
        notes=(*_spike_notes(forecast, spike_note), *(a.reason for a in forecast.alerts), *forecast.notes),
        tz=forecast.tz,
    )


def touched_by(forecast: Forecast, window: int) -> tuple[str, ...]:
    """Say which of the user's rules touched the forecast of a window, and at how many steps."""
    steps = {name: int(where[window].sum()) for name, where in forecast.rules.items()}
    count = forecast.stamps.shape[1]
    return tuple(f"{name!r} at {touched} of {count} steps" for name, touched in steps.items() if touched)


def _touching(forecast: Forecast) -> NDArray[np.str_]:
    """Names of the rules that touched each step `[W, H]`."""
    names = list(forecast.rules)
    out = np.full(forecast.stamps.shape, "", dtype=object)
    touched = sum(forecast.rules.values(), np.zeros(out.shape, dtype=np.int64))
    for window, step in np.argwhere(touched):
        out[window, step] = ", ".join(name for name in names if forecast.rules[name][window, step])
    return out.astype(np.str_)


def _column(parts: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.stack(parts, axis=-1).reshape(-1).astype(np.float64) if parts else np.zeros(0)


def _spike_notes(forecast: Forecast, least: float) -> list[str]:
    """Say for each window where a spike is likeliest, if it is likely at all."""
    if forecast.spike_probability is None:
        return []
    notes = []
    for window in np.flatnonzero(forecast.spike_probability.max(axis=1) >= least):
        step = int(forecast.spike_probability[window].argmax())
        when = period(forecast.stamps[window, step], forecast.stamps[window, step], forecast.tz)
        chance = float(forecast.spike_probability[window, step])
        size = "" if forecast.spike_size is None else f", about {forecast.spike_size[window, step]:.4g} above the level"
        notes.append(f"{forecast.ids[window]}: a spike is likely ({percent(chance)}) {when}{size}.")
    return notes
