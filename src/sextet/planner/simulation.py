"""How often each rig wins when everything the planner is unsure of is drawn again and again.

Each class of kernels has an error of its own on each product of card, part of which is common to all cards: the formula
misses a shape alike everywhere. How much is common follows from the errors on left-out cards: where errors of two
cards are correlated by r, the ratio of their times is off by sqrt(2 (1 - r)) times what one time is off by. What the
host does is common to all rigs, since any of them may stand in the same machine.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sextet.hardware.catalogue import Device
from sextet.planner.comparison import Chances
from sextet.planner.estimate import Estimate
from sextet.planner.host import FACTOR
from sextet.planner.job import Job
from sextet.planner.score import drawn_totals
from sextet.planner.terms import Terms
from sextet.planner.timing.kernels import together
from sextet.planner.timing.many import StepTime
from sextet.planner.timing.prediction import DISPATCH_FACTOR
from sextet.planner.timing.scaling import (
    EFFICIENCY_HIGH,
    EFFICIENCY_LOW,
    HIDDEN,
    STRAGGLING,
    all_reduce_seconds,
)
from sextet.planner.training import OWN, Run

Draws = NDArray[np.float64]

EDGE = 1.2816
"""Standard deviations from the middle to the end of an 80 % interval of a normal distribution."""

ERRORS: Mapping[str, tuple[float, float]] = {
    "gemm": (0.178, 0.223),
    "convolution": (0.167, 0.172),
    "recurrent": (0.123, 0.103),
    "elementwise": (0.179, 0.210),
    "normalisation": (0.179, 0.217),
}
"""Median error of a time on a card that was left out, and of its ratio to another card: docs/planner-model.md."""

HALF = 0.5
"""Share of the variance of power and of the efficiency of several cards that is common to all rigs; assumed."""

ASSUMPTIONS = (
    "Errors of a class of kernels are partly common to all cards: "
    + ", ".join(f"{name} {1 - (ratio / time) ** 2 / 2:.2f}" for name, (time, ratio) in ERRORS.items())
    + " of their variance, from errors on left-out cards (docs/planner-model.md).",
    f"What the host does (start-up, networks built, batches gathered, calls handed over) is common to all rigs, within "
    f"a factor of {FACTOR:g} either way for 80 % of machines.",
    "Half of the variance of power and of the efficiency of several cards is common to all rigs; assumed.",
    "A price that is quoted as a range is drawn evenly from it; one quoted as a figure is taken as it is.",
    "Placement, precision and assignment of members stay as the plan chose them.",
)


def common_share(name: str) -> float:
    """Return the correlation of the errors of two cards in a class of kernels."""
    time, ratio = ERRORS[name]
    return min(max(1 - (ratio / time) ** 2 / 2, 0.0), 1.0)


@dataclass
class _World:
    """One drawing of everything, an array of draws each; what belongs to a card is drawn when it is first asked for."""

    rng: np.random.Generator
    draws: int

    def __post_init__(self) -> None:
        self.common = {name: self.normal() for name in ERRORS}
        self.host, self.dispatch, self.gap = (self.normal() for _ in range(3))
        self.power, self.together = self.normal(), self.normal()
        self._own: dict[tuple[str, Device], Draws] = {}

    def normal(self) -> Draws:
        return self.rng.standard_normal(self.draws)

    def kernels(self, name: str, device: Device) -> Draws:
        """Standard normal error of a class on a product."""
        if (name, device) not in self._own:
            self._own[name, device] = self.normal()
        share = common_share(name)
        return math.sqrt(share) * self.common[name] + math.sqrt(1 - share) * self._own[name, device]

    def mixed(self, common: Draws) -> Draws:
        """Standard normal error of a rig, half of whose variance is common to all."""
        return math.sqrt(HALF) * common + math.sqrt(1 - HALF) * self.normal()


def spread(error: Draws, value: float, low: float, high: float) -> Draws:
    """Return draws of a positive figure whose 80 % interval is given, from standard normal errors."""
    up, down = (math.log(high / value), math.log(value / low)) if low > 0 else (math.log(high / value), 0.0)
    return value * np.exp(error / EDGE * np.where(error > 0, up, down))


def simulate(estimates: Sequence[Estimate], job: Job, terms: Terms) -> Chances:
    """Return how often each rig wins; the same seed gives the same answer.

    Args:
        estimates: of the rigs, each of another name.
        job: what is trained.
        terms: weights, draws and seed.
    """
    world = _World(np.random.default_rng(terms.seed), terms.draws)
    seconds = np.array([_seconds(one, job, world, terms) for one in estimates])
    watts = np.array(
        [spread(world.mixed(world.power), one.watts.value, one.watts.low, one.watts.high) for one in estimates]
    )
    kwh = watts * seconds / 3.6e6
    prices = [_price(one, world) for one in estimates]
    cost = None
    if all(price is not None for price in prices):
        bought = np.array(prices)
        cost = bought * seconds / terms.life_seconds + kwh * terms.electricity.quantity.value
    totals = drawn_totals(seconds, cost, kwh, [one.facts() for one in estimates], terms.weights)
    names = [one.rig.name for one in estimates]
    wins = {"time": _wins(names, -seconds), "score": _wins(names, totals)}
    if cost is not None:
        wins["cost"] = _wins(names, -cost)
    return Chances(
        draws=terms.draws,
        seed=terms.seed,
        wins=wins,
        ratios={name: _ends(row / seconds[0]) for name, row in zip(names[1:], seconds[1:], strict=True)},
        seconds={name: _ends(row) for name, row in zip(names, seconds, strict=True)},
        assumptions=ASSUMPTIONS,
    )


def _ends(drawn: Draws) -> tuple[float, float, float]:
    """Return the 10 %, 50 % and 90 % quantiles."""
    low, middle, high = np.quantile(drawn, (0.1, 0.5, 0.9))
    return float(low), float(middle), float(high)


def _wins(names: Sequence[str], values: Draws) -> dict[str, float]:
    """Return the share of draws in which each has the most; a draw that several share is divided among them."""
    most = values >= values.max(axis=0) * (1 - 1e-12 * np.sign(values.max(axis=0)))
    share = most / most.sum(axis=0)
    return {name: float(row.mean()) for name, row in zip(names, share, strict=True)}


def _price(one: Estimate, world: _World) -> Draws | None:
    if one.price is None or one.price.low is None or one.price.high is None:
        return None
    return world.rng.uniform(one.price.low.value, one.price.high.value, world.draws)


def _seconds(one: Estimate, job: Job, world: _World, terms: Terms) -> Draws:
    """Return draws of a rig's training, placed as its plan says."""
    placed = one.best
    host = np.exp(world.host / EDGE * math.log(FACTOR))
    scaling = world.mixed(world.together)
    runs = [_run(run, job, world, host, scaling, terms) for run in placed.runs]
    start, rules = placed.start.value * host, placed.rules.value * host if placed.rules else 0.0 * host
    if placed.placement != OWN:
        return start + rules + sum(runs, np.zeros(world.draws))
    cards = [
        start + sum((mine for mine, run in zip(runs, placed.runs, strict=True) if card in run.cards), np.zeros(1))
        for card in placed.ends
    ]
    done: Draws = np.max([start + rules, *cards], axis=0)
    return done


def _run(run: Run, job: Job, world: _World, host: Draws, scaling: Draws, terms: Terms) -> Draws:
    step = _step(run.one, run.device, world)
    if run.link is not None:
        step = _together(step, run, scaling, terms)
    judge = _step(run.judge, run.device, world)
    steps = np.maximum(step, run.input.value * host) * job.config.steps
    waits = (judge + run.judging.value * host) * job.judge_calls
    found: Draws = run.build.value * host + job.config.epochs * (steps + waits)
    return found


def _step(one: StepTime, device: Device, world: _World) -> Draws:
    """Return draws of a call on a card."""
    busy = sum((spread(world.kernels(name, device), *part) for name, part in one.busy.items()), np.zeros(world.draws))
    gaps = one.gaps * np.exp(world.gap / EDGE * math.log(DISPATCH_FACTOR))
    calls = one.host * np.exp(world.dispatch / EDGE * math.log(DISPATCH_FACTOR))
    found: Draws = together(busy + gaps, calls)
    return found


def _together(step: Draws, run: Run, scaling: Draws, terms: Terms) -> Draws:
    """Return draws of a step on several cards: `scaling.on_cards` with its efficiency drawn."""
    cards, link = len(run.cards), run.link
    exchange = all_reduce_seconds(run.exchanged, cards, link) if link else 0.0
    straggling = STRAGGLING[terms.software.framework] * math.log2(cards)
    whole = np.hypot(HIDDEN * step, exchange) + step * (1 - HIDDEN + straggling)
    error = scaling / EDGE * np.where(scaling > 0, EFFICIENCY_HIGH, -EFFICIENCY_LOW)
    found: Draws = step / np.clip(step / whole + error, 0.05, 1.0)
    return found
