"""A score out of 10 from sub-scores and weights that are declared and the user's to change."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import ConfigError, nearest

Array = NDArray[np.float64]

WEIGHTS: dict[str, float] = {"time": 3.0, "cost": 3.0, "memory": 2.0, "energy": 1.0, "software": 1.0}
"""Declared weights: a choice, not a finding. Time and cost decide most, since people ask how long and how much."""

TENFOLD = 10.0
"""What is so many times worse than the best scores 0; what lies between falls with the logarithm of the ratio."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a rig; None: not known.

    Attributes:
        name: of the rig.
        seconds: of a training; cost: of a training, in one currency for all rigs; kwh: of a training.
        headroom: memory that a card has over memory that it needs; below 1 it does not fit.
        supported_years: years until software no longer serves the oldest card; infinite: no end is known.
        serves: whether the training can be done there; one where it cannot scores 0, and no other is held against it.
        within: whether it keeps to the limits; of one that does not no other is held against it either.
    """

    name: str
    seconds: float | None = None
    cost: float | None = None
    kwh: float | None = None
    headroom: float | None = None
    supported_years: float | None = None
    serves: bool = True
    within: bool = True

    @property
    def counts(self) -> bool:
        """Whether the training can be done there and every member fits."""
        return self.serves and (self.headroom is None or self.headroom >= 1)

    @property
    def chosen_from(self) -> bool:
        """Whether it can be the answer, so that others are measured against it."""
        return self.counts and self.within


@dataclass(frozen=True, kw_only=True)
class Score:
    """A rig's score.

    Attributes:
        name: of the rig.
        total: 0 to 10, the weighted mean of the sub-scores that are known; None where none is, or one that counts is
            not known of a rig beyond the limits; 0 where it does not fit or does not serve.
        parts: sub-scores of 0 to 10; None: not known, and left out of the total.
        weights: what they were weighed by.
        notes: what was left out and why.
    """

    name: str
    total: float | None
    parts: dict[str, float | None]
    weights: dict[str, float] = field(default_factory=lambda: dict(WEIGHTS))
    notes: tuple[str, ...] = ()


def scores(rigs: Sequence[Facts], weights: Mapping[str, float] | None = None) -> tuple[Score, ...]:
    """Return a score for each rig, in the order given.

    Time, cost and energy are measured against the best of the rigs that serve and keep to the limits: 10 for the best,
    0 for `TENFOLD` times as much. A sub-score that is not known of every one of them counts for none, or what is
    unknown would decide. What lies beyond the limits is measured against them likewise, no part above 10.

    Args:
        rigs: what is known of each.
        weights: by name of the sub-score, at least 0; those left out are as declared.

    Raises:
        ConfigError: a weight is not known, below 0, or all are 0; or a fact is out of its range.
    """
    used = _weights(weights or {})
    for rig in rigs:
        _check(rig)
    counting = next(
        (some for some in ([rig.chosen_from for rig in rigs], [rig.counts for rig in rigs]) if any(some)),
        [True] * len(rigs),
    )
    parts = {
        "time": _against_best([rig.seconds for rig in rigs], counting),
        "cost": _against_best([rig.cost for rig in rigs], counting),
        "energy": _against_best([rig.kwh for rig in rigs], counting),
        "memory": [_headroom(rig.headroom) for rig in rigs],
        "software": [_support(rig.supported_years) for rig in rigs],
    }
    unknown = [name for name in used if any(value is None for value in itertools.compress(parts[name], counting))]
    counted = {name: weight for name, weight in used.items() if name not in unknown and weight > 0}
    notes = tuple(f"{name} is not known of every rig and counts for none." for name in unknown if used[name] > 0)
    return tuple(
        Score(
            name=rig.name,
            total=_total({name: parts[name][place] for name in counted}, counted) if rig.counts else 0.0,
            parts={name: parts[name][place] for name in used},
            weights=used,
            notes=notes,
        )
        for place, rig in enumerate(rigs)
    )


def drawn_totals(
    seconds: Array, cost: Array | None, kwh: Array, rigs: Sequence[Facts], weights: Mapping[str, float]
) -> Array:
    """Return totals of many draws at once, [rigs, draws]; memory and software are as the rigs' facts say.

    Args:
        seconds: of a training, [rigs, draws].
        cost: likewise; None where it is not known of every rig.
        kwh: likewise.
        rigs: their facts, of which headroom and support are read.
        weights: as of `scores`.

    Raises:
        ConfigError: a weight is refused.
    """
    used = _weights(weights)
    drawn = {"time": seconds, "cost": cost, "energy": kwh}
    parts = {
        name: np.clip(10 * (1 - np.log(values / values.min(axis=0)) / math.log(TENFOLD)), 0.0, 10.0)
        for name, values in drawn.items()
        if values is not None
    }
    fixed = {
        "memory": [_headroom(rig.headroom) for rig in rigs],
        "software": [_support(rig.supported_years) for rig in rigs],
    }
    for name, row in fixed.items():
        if None not in row:
            parts[name] = np.repeat(np.array(row, dtype=float)[:, None], seconds.shape[1], axis=1)
    counted = {name: weight for name, weight in used.items() if name in parts and weight > 0}
    total = np.zeros(seconds.shape)
    for name, weight in counted.items():
        total += weight * parts[name]
    holds = np.array([rig.counts for rig in rigs])
    found: Array = np.where(holds[:, None], total / max(sum(counted.values()), 1e-12), 0.0)
    return found


def _weights(own: Mapping[str, float]) -> dict[str, float]:
    for name, weight in own.items():
        if name not in WEIGHTS:
            hint = nearest(name, WEIGHTS) or "."
            raise ConfigError(f"There is no sub-score {name!r}{hint} Known are {', '.join(WEIGHTS)}.")
        if not 0 <= weight < math.inf:
            raise ConfigError(f"A weight is a number of at least 0; got {weight!r} for {name}.")
    used = {**WEIGHTS, **own}
    if not sum(used.values()) > 0:
        raise ConfigError(f"Expected a weight above 0 for one of {', '.join(WEIGHTS)}; all are 0.")
    return used


def _check(rig: Facts) -> None:
    for name in ("seconds", "cost", "kwh", "headroom"):
        value = getattr(rig, name)
        if value is not None and not 0 < value < math.inf:
            raise ConfigError(f"{rig.name}: expected {name} above 0; got {value!r}.")
    if rig.supported_years is not None and not rig.supported_years >= 0:
        raise ConfigError(f"{rig.name}: expected years of support of at least 0; got {rig.supported_years!r}.")


def _against_best(values: Sequence[float | None], counting: Sequence[bool]) -> list[float | None]:
    known = [value for value, counts in zip(values, counting, strict=True) if value is not None and counts]
    best = min(known, default=1.0)
    return [None if value is None else _clipped(1 - math.log(value / best, TENFOLD)) for value in values]


def _headroom(value: float | None) -> float | None:
    """0 where it just fits, 10 where four times the memory is there."""
    return None if value is None else _clipped(math.log(value, 4.0))


def _support(years: float | None) -> float | None:
    """2 points a year, 10 from five years on."""
    return None if years is None else _clipped(years / 5)


def _clipped(share: float) -> float:
    return 10 * min(max(share, 0.0), 1.0)


def _total(parts: Mapping[str, float | None], weights: Mapping[str, float]) -> float | None:
    known = {name: value for name, value in parts.items() if value is not None}
    if not parts or len(known) < len(parts):
        return None
    return sum(weights[name] * value for name, value in known.items()) / sum(weights.values())
