"""Standardised covariates: fitted on training rows, aligned to other panels by column name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import DataError, nearest
from sextet.core.panel import Panel
from sextet.data.calendar import repeated_cycles

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

_KINDS = ("past", "future", "static")


@dataclass(frozen=True, kw_only=True)
class CovariateScaler:
    """Mean and population standard deviation of each covariate over all training rows.

    Attributes:
        past_names, future_names, static_names: columns in the order of the channels.
        past, future, static: `[2, P]`, `[2, F]`, `[2, K]`: location and scale of each column.
        cycles: the calendar's cycles that the training rows go through at least twice; only they become features.
    """

    past_names: tuple[str, ...]
    future_names: tuple[str, ...]
    static_names: tuple[str, ...]
    past: Array
    future: Array
    static: Array
    cycles: tuple[str, ...]

    @classmethod
    def fit(cls, panel: Panel, train_rows: NDArray[np.integer]) -> CovariateScaler:
        """Fit on the first `train_rows [S]` rows of each series; a column without a value gets (0, 1)."""
        mask: NDArray[np.bool_] | None = None
        if panel.past_names or panel.future_names:
            mask = np.zeros(len(panel.y), dtype=bool)
            for s in range(panel.series):
                start = int(panel.offsets[s])
                mask[start : start + int(train_rows[s])] = True
        span = int((panel.first + train_rows).max() - panel.first.min()) if panel.series else 0
        return cls(
            cycles=repeated_cycles(panel.frequency, span),
            past_names=panel.past_names,
            future_names=panel.future_names,
            static_names=panel.static_names,
            past=_moments(panel.past, mask),
            future=_moments(panel.future, mask),
            static=_moments(panel.static, None),
        )

    def apply(self, panel: Panel) -> tuple[Floats, Floats, Floats]:
        """Return past `[N, P]`, future `[N, F]` and static `[S, K]`, standardised and filled.

        A gap takes the series' last value before it; before the first, and in static columns, the mean (0).

        Raises:
            DataError: a column that the model was trained with is not in the panel.
        """
        past = _standardise(_pick(panel.past, panel.past_names, self.past_names, "past"), self.past)
        future = _standardise(_pick(panel.future, panel.future_names, self.future_names, "future"), self.future)
        static = _standardise(_pick_static(panel, self.static_names), self.static)
        for s in range(panel.series):
            rows = panel.rows(s)
            for block in (past, future):
                for k in range(block.shape[1]):
                    block[rows, k] = forward_fill(block[rows, k], np.isfinite(block[rows, k]))
        return past, future, np.nan_to_num(static, nan=0.0)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Plain arrays, none of dtype object, for an npz file without pickle."""
        out: dict[str, NDArray[Any]] = {"cycles": np.array(self.cycles, dtype=np.str_)}
        for kind in _KINDS:
            out[kind] = getattr(self, kind)
            out[f"{kind}_names"] = np.array(getattr(self, f"{kind}_names"), dtype=np.str_)
        return out

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> CovariateScaler:
        """Read what `to_arrays` gave."""
        fields: dict[str, Any] = {"cycles": tuple(str(cycle) for cycle in arrays["cycles"])}
        for kind in _KINDS:
            fields[kind] = np.asarray(arrays[kind], np.float64)
            fields[f"{kind}_names"] = tuple(str(name) for name in arrays[f"{kind}_names"])
        return cls(**fields)


def forward_fill(values: Floats, observed: NDArray[np.bool_], before: float | np.float32 = 0.0) -> Floats:
    """Fill `values [n]` where not `observed` from the last observed one before; `before` ahead of the first."""
    if observed.all():
        return values
    positions = np.flatnonzero(observed)
    if not len(positions):
        return np.full_like(values, before)
    counts = np.diff(positions, append=len(values))
    filled = np.repeat(values[positions], counts)
    return np.concatenate([np.full(positions[0], before, dtype=values.dtype), filled])


def _moments(block: Floats, mask: NDArray[np.bool_] | None) -> Array:
    out = np.array([np.zeros(block.shape[1]), np.ones(block.shape[1])])
    for k in range(block.shape[1]):
        column = block[:, k] if mask is None else block[mask, k]
        column = column[np.isfinite(column)].astype(np.float64)
        if len(column):
            sd = float(column.std())
            out[:, k] = column.mean(), sd if sd > 1e-12 * max(1.0, float(np.abs(column).max())) else 1.0
    return out


def _standardise(block: Floats, moments: Array) -> Floats:
    if not block.shape[1]:
        return block
    out: Floats = ((block - moments[0]) / moments[1]).astype(np.float32)
    return out


def _pick(block: Floats, have: tuple[str, ...], want: tuple[str, ...], kind: str) -> Floats:
    if have == want:
        return block
    for name in want:
        if name not in have:
            raise DataError(
                f"The model was trained with the {kind} covariate {name!r}; the data has "
                f"{', '.join(have) or 'none'}{nearest(name, have) or '.'} Give that column."
            )
    return block[:, [have.index(name) for name in want]]


def _pick_static(panel: Panel, want: tuple[str, ...]) -> Floats:
    """Static columns by name; a text value not in this panel ("kind=red") is a column of zeros."""
    if panel.static_names == want:
        return panel.static
    out = np.zeros((panel.series, len(want)), dtype=np.float32)
    roots = {name.split("=", 1)[0] for name in panel.static_names}
    for k, name in enumerate(want):
        if name in panel.static_names:
            out[:, k] = panel.static[:, panel.static_names.index(name)]
        elif "=" not in name or name.split("=", 1)[0] not in roots:
            raise DataError(
                f"The model was trained with the static column {name.split('=', 1)[0]!r}; the data has "
                f"{', '.join(sorted(roots)) or 'none'}. Give that column."
            )
    return out
