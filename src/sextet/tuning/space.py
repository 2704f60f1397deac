"""What may be changed about a member and about training, as short ordered lists of choices around a starting point.

A choice is counted by its place in its list, so that a sampler knows which choices are neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import numpy as np

from sextet.specs.neural import NORMALISATIONS, NeuralSpec
from sextet.specs.patchtst import PatchTSTSpec
from sextet.specs.train_config import TrainConfig

T = TypeVar("T", bound=NeuralSpec | TrainConfig)

LONGEST = 1440
"""Most steps of history a search tries."""

_FACTORS = {
    "lookback": (0.5, 0.67, 1.0, 1.5, 2.0),
    "segment": (0.5, 1.0, 2.0),
    "width": (0.5, 1.0, 1.5),
    "filters": (0.5, 1.0, 2.0),
    "feed_forward": (0.5, 1.0, 2.0),
}
_VALUES: dict[str, tuple[Any, ...]] = {
    "dropout": (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
    "kernel": (3, 5, 7),
    "normalisation": NORMALISATIONS,
}
_PATCHES = (0.5, 1.0, 1.5, 2.0)
# The number of epochs and steps stays as it is, and a batch never grows: what is found costs no more training.
_TRAINING = {
    "learning_rate": (0.35, 0.5, 0.7, 1.0, 1.4, 2.0),
    "batch": (0.5, 1.0),
    "weight_decay": (0.1, 1.0, 10.0, 100.0),
    "emphasis": (0.5, 1.0, 2.0),
}


@dataclass(frozen=True, kw_only=True)
class Space:
    """Choices around a starting point.

    Attributes:
        options: name -> its choices in order, each the fields it sets.
        start: name -> place of the starting point in its choices.
    """

    options: Mapping[str, tuple[Mapping[str, Any], ...]]
    start: Mapping[str, int]

    @property
    def size(self) -> int:
        """Number of different settings."""
        return int(np.prod([len(choices) for choices in self.options.values()], dtype=object))

    def apply(self, base: T, places: Mapping[str, int]) -> T:
        """Return `base` with the choices at `places`."""
        changes: dict[str, Any] = {}
        for name, place in places.items():
            changes |= self.options[name][place]
        return replace(base, **changes)

    def neighbour(self, random: np.random.Generator, of: Mapping[str, int] | None = None) -> dict[str, int]:
        """Return places near the start, or near `of`: about two of them moved by one step, at least one."""
        places = dict(self.start if of is None else of)
        movable = [name for name, choices in self.options.items() if len(choices) > 1]
        moved = [name for name in movable if random.random() < 2 / max(len(movable), 2)]
        for name in moved or [movable[int(random.integers(len(movable)))]]:
            last = len(self.options[name]) - 1
            step = 1 if places[name] == 0 else -1 if places[name] == last else int(random.choice([-1, 1]))
            places[name] += step
        return places


def member_space(spec: NeuralSpec, longest: int, fixed: frozenset[str] = frozenset()) -> Space:
    """Return the choices around a member's spec.

    Args:
        spec: every field chosen.
        longest: most steps of history that the data bear.
        fixed: fields to leave as they are.
    """
    options: dict[str, list[dict[str, Any]]] = {}
    for field in fields(spec):
        choices = _choices(spec, field.name, longest)
        if field.name not in fixed and len(choices) > 1:
            options[field.name] = [{field.name: value} for value in choices]
    if isinstance(spec, PatchTSTSpec):
        options["patch"] = _patches(spec)
    return _space(options, spec)


def training_space(config: TrainConfig) -> Space:
    """Return the choices around what all members are trained with; the length of the training is none of them."""
    options: dict[str, list[dict[str, Any]]] = {}
    for name, factors in _TRAINING.items():
        value = getattr(config, name)
        scaled = {round(factor * value, 12) for factor in factors} | {value}
        if name == "batch":
            scaled = {max(round(number), 1) for number in scaled}
        if len(scaled) > 1:
            options[name] = [{name: number} for number in sorted(scaled)]
    return _space(options, config)


def _choices(spec: NeuralSpec, name: str, longest: int) -> list[Any]:
    value = getattr(spec, name)
    if isinstance(value, bool):
        return [False, True]
    if name == "layers":
        return [number for number in (value - 1, value, value + 1) if number >= 1]
    if name in _VALUES:
        known = _VALUES[name]
        return list(known) if value in known else sorted([*known, value])
    if name not in _FACTORS:
        return []
    grain = _grain(spec, name, value)
    scaled = {max(round(factor * value / grain) * grain, grain) for factor in _FACTORS[name]}
    if name == "lookback":
        scaled = {steps for steps in scaled if steps <= min(longest, LONGEST)}
    return sorted(scaled | {value})


def _grain(spec: NeuralSpec, name: str, value: int) -> int:
    """What a field is a multiple of: a lookback of its segments, as the starting point is; a width of the heads."""
    if name == "lookback":
        segment = getattr(spec, "segment", 1)
        return int(segment) if value % segment == 0 else 1
    if name == "width":
        return int(getattr(spec, "heads", 1))
    return 1


def _patches(spec: PatchTSTSpec) -> list[dict[str, Any]]:
    sizes = {(max(round(f * spec.patch), 2), max(round(f * spec.stride), 1)) for f in _PATCHES}
    sizes = {(patch, min(stride, patch)) for patch, stride in sizes} | {(spec.patch, spec.stride)}
    return [{"patch": patch, "stride": stride} for patch, stride in sorted(sizes)]


def _space(options: Mapping[str, list[dict[str, Any]]], base: NeuralSpec | TrainConfig) -> Space:
    start = {
        name: next(i for i, one in enumerate(choices) if all(getattr(base, key) == one[key] for key in one))
        for name, choices in options.items()
    }
    return Space(options={name: tuple(choices) for name, choices in options.items()}, start=start)
