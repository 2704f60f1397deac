"""Every rig of equal cards of the catalogue, and which of them nothing else beats in time, price and energy alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sextet.hardware.catalogue import devices
from sextet.hardware.rig import Rig
from sextet.planner.clock import Clock
from sextet.planner.comparison import FrontPoint
from sextet.planner.estimate import Estimate, estimate
from sextet.planner.job import Job
from sextet.planner.options import options_of
from sextet.planner.terms import Terms
from sextet.planner.trainable import cannot_train
from sextet.planner.training import placement_text
from sextet.planner.wording import digits_up

MOST_EQUAL = 8
"""Most equal cards of a rig that is looked at."""

ALIKE = 0.01
"""Logarithm of a ratio below which two figures count as alike on the front."""


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What a rig has to keep to; the budget and the deadline are the terms'.

    Attributes:
        watts: most watts that all cards may be built for together.
    """

    watts: float | None = None


@dataclass(frozen=True, kw_only=True)
class Searched:
    """What a search found.

    Attributes:
        points: rigs that keep to the limits, soonest first.
        notes: what to know of those that were left out.
        lacking: why none of them is on the front, and what the nearest rig would need; empty where one is.
    """

    points: tuple[FrontPoint, ...]
    notes: tuple[str, ...]
    lacking: str = ""


def every_rig(most: int = MOST_EQUAL) -> tuple[Rig, ...]:
    """Return every rig of 1 to `most` equal cards of the catalogue; modules of a board are linked by NVLink."""
    return tuple(
        Rig(name=f"{count}x {one}", devices=(one,) * count, nvlink=one.nvlink == "board" and count > 1)
        for one in devices().values()
        for count in range(1, most + 1)
    )


def search(job: Job, clock: Clock, terms: Terms, bounds: Bounds, rigs: Sequence[Rig] | None = None) -> Searched:
    """Return the rigs that keep to the limits, and what to know of those that were left out.

    Args:
        job: what is trained.
        clock: step times.
        terms: prices, limits of time and money.
        bounds: further limits.
        rigs: to look at; None: `every_rig()`. Those that sextet cannot train on are left out.

    Raises:
        HardwareError: a card is older than the time model knows.
    """
    asked = every_rig() if rigs is None else rigs
    useless = {rig.name for rig in asked if cannot_train(rig, clock)}
    looked = [rig for rig in asked if rig.name not in useless]
    lost = dict.fromkeys(str(one) for rig in asked if rig.name in useless for one in rig.kinds)
    options = options_of([(rig, job) for rig in looked], clock, terms)
    found = [estimate(rig, job, clock, terms, options=one) for rig, one in zip(looked, options, strict=True)]
    fitting = [one for one in found if one.best.fits]
    kept = [one for one in fitting if _keeps(one, terms, bounds)]
    points = front([front_point(one, terms) for one in kept])
    return Searched(
        points=tuple(sorted(points, key=lambda one: one.seconds.value)),
        notes=(*_notes(found, fitting, kept, terms), *_left_out(tuple(lost))),
        lacking="" if any(one.front for one in points) else _lacking(fitting, kept, terms, bounds),
    )


def _keeps(one: Estimate, terms: Terms, bounds: Bounds) -> bool:
    return all(needed <= limit for needed, limit in _limits(one, terms, bounds).values())


def _limits(one: Estimate, terms: Terms, bounds: Bounds) -> dict[str, tuple[float, float]]:
    """Return by option what a rig needs and what was allowed; an unknown price is beyond every budget."""
    found: dict[str, tuple[float, float]] = {}
    if terms.budget is not None:
        price = one.price.quantity.value if one.price else math.inf
        found["--budget"] = price, terms.told(terms.budget).value
    if terms.hours_limit is not None:
        found["--deadline"] = one.best.seconds.value / 3600, terms.hours_limit
    if bounds.watts is not None:
        found["--power"] = one.rig.tdp_w, bounds.watts
    return found


def _lacking(fitting: Sequence[Estimate], kept: Sequence[Estimate], terms: Terms, bounds: Bounds) -> str:
    """Say why nothing is on the front; the nearest rig is that whose worst excess, as a ratio, is the least."""
    if kept:
        return (
            "No list has a price of a rig that keeps to the limits, so that none is best. --prices names other lists."
        )
    if not fitting:
        return "No rig holds the members. Lower --batch, --lookback or --wider, or leave members out."

    def excess(one: Estimate) -> float:
        return max(needed / limit if limit else math.inf for needed, limit in _limits(one, terms, bounds).values())

    nearest = min(fitting, key=excess)
    if math.isinf(excess(nearest)):
        return "No rig keeps to the limits: no list has a price of any. --prices names other lists."
    units = {"--budget": terms.currency, "--deadline": "h a round", "--power": "W"}
    needs = [
        f"{option} of {digits_up(needed)} {units[option]} instead of {limit:,.15g}"
        for option, (needed, limit) in _limits(nearest, terms, bounds).items()
        if needed > limit
    ]
    return f"No rig keeps to the limits. The nearest is {nearest.rig.name}: it needs {' and '.join(needs)}."


def _notes(
    found: Sequence[Estimate], fitting: Sequence[Estimate], kept: Sequence[Estimate], terms: Terms
) -> tuple[str, ...]:
    names = sorted({name for one in fitting if one.price is None for name in one.listed.missing})
    said = [
        f"Looked at {len(found)} rigs of {len({one.rig.devices[0] for one in found})} cards: the members fit on "
        f"{len(fitting)}, of which {len(kept)} keep to the limits."
    ]
    if names:
        left = "are left out, since a budget was named" if terms.budget else "cannot be on the front"
        said.append(f"No list has a price of {len(names)} cards, which {left}: {', '.join(names)}.")
    if any(one.rig.devices[0].form != "PCIe" for one in kept):
        said.append("SXM modules need a carrier board or a server of their own; its price is not in that of the cards.")
    return tuple(said)


def _left_out(cards: Sequence[str]) -> tuple[str, ...]:
    if not cards:
        return ()
    return (
        f"{len(cards)} cards are left out, since sextet cannot train on them: {', '.join(cards)}. No TensorFlow "
        "that it trains with has machine code for these.",
    )


def front_point(one: Estimate, terms: Terms) -> FrontPoint:
    """Return a rig as a point of the search."""
    return FrontPoint(
        rig=str(one.rig),
        card=", ".join(str(kind) for kind in one.rig.kinds),
        count=len(one.rig.devices),
        seconds=one.best.seconds,
        placement=placement_text(one.best.placement, len(one.rig.devices)),
        precision=one.best.precision,
        price=one.price.quantity.value if one.price else None,
        unit=terms.currency if one.price else None,
        kwh=one.energy.value,
        watts=one.watts.value,
        tdp_w=one.rig.tdp_w,
        fits=one.best.fits,
        trains=not one.cannot_train,
        front=False,
    )


def front(points: Sequence[FrontPoint]) -> tuple[FrontPoint, ...]:
    """Return the points with those marked that no other is at least as good as in time, price and energy alike.

    Figures that lie within a percent of each other count as alike, far below what is known of them. A rig whose
    price is not known, that does not hold the members, or that sextet cannot train on, is never on the front.
    """
    known = [place for place, one in enumerate(points) if one.price is not None and one.fits and one.trains]
    values = np.array([[points[at].seconds.value, points[at].price or 0.0, points[at].kwh] for at in known])
    logs = np.log(np.maximum(values.reshape(len(known), 3), 1e-300))
    best = {known[row] for row in np.flatnonzero(undominated(logs, ALIKE))}
    return tuple(replace(one, front=place in best) for place, one in enumerate(points))


def undominated(values: NDArray[np.float64], alike: float = 0.0) -> NDArray[np.bool_]:
    """Return for each row of `values [points, criteria]`, less being better, whether no other row beats it.

    A row beats another where it is worse in no criterion by more than `alike`, better in one by more than that, and
    less in their sum, so that rows cannot beat each other in a ring. What is beaten by a row that is itself beaten
    stays, unless one that stays beats it.
    """
    less = values[:, None, :] - values[None, :, :]
    sums = values.sum(axis=1)
    beats = (less <= alike).all(axis=2) & (less < -alike).any(axis=2) & (sums[:, None] < sums[None, :])
    stays = np.zeros(len(values), dtype=bool)
    for row in np.argsort(sums, kind="stable"):
        stays[row] = not (beats[:, row] & stays).any()
    return stays
