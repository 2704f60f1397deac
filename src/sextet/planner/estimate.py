"""What one rig comes to: the best way to train on it, its price, energy and cost, before anything is put in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from sextet.hardware import precision as trained
from sextet.hardware.catalogue import Device
from sextet.hardware.rig import Rig
from sextet.hardware.support import support
from sextet.planner.choice import CLEARLY
from sextet.planner.clock import Clock
from sextet.planner.cost import READ, power
from sextet.planner.figures import Prediction, Quoted
from sextet.planner.job import Job
from sextet.planner.memory import usable
from sextet.planner.prices import RigPrice, rig_price
from sextet.planner.score import Facts
from sextet.planner.terms import Terms
from sextet.planner.this_machine import is_processor
from sextet.planner.trainable import cannot_train
from sextet.planner.training import OVER, OWN, Placed, Placement, Run, placed

Option: TypeAlias = tuple[Placement, str]
"""A placement and a precision."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A rig's figures.

    Attributes:
        rig: the rig.
        options: the training by placement and precision, every one that was considered.
        best: the one to use.
        price: of the cards in the currency told, None where a card has none; listed: as the lists have it.
        watts: while it trains; energy: kWh of a training; energy_cost: its price.
        cost: of a training with its share of the purchase; None without a price.
        headroom: least memory that a card has over memory it needs, over members and cards.
        supported: years until software no longer serves a card, infinite where no end is known.
        cannot_train: a sentence for each kind of card that sextet cannot train on.
    """

    rig: Rig
    options: Mapping[Option, Placed]
    best: Placed
    price: Quoted | None
    listed: RigPrice
    watts: Prediction
    energy: Prediction
    energy_cost: Prediction
    cost: Prediction | None
    headroom: float
    supported: float
    cannot_train: tuple[str, ...] = ()

    @property
    def serves(self) -> bool:
        """Whether the training can be done there: sextet trains on its cards, and every member fits."""
        return self.best.fits and not self.cannot_train

    def facts(self) -> Facts:
        """Return what the score reads."""
        return Facts(
            name=self.rig.name,
            seconds=self.best.seconds.value,
            cost=self.cost.value if self.cost else None,
            kwh=self.energy.value,
            headroom=self.headroom,
            supported_years=self.supported,
            serves=self.serves,
        )


def trained_in(rig: Rig) -> trained.Precision:
    """Return the precision that `sextet train` takes on a rig unless it is told one, as Keras' policy, and why."""
    return trained.best((one.name, one.capability) for one in rig.kinds if not is_processor(one))


def half_of(rig: Rig) -> str:
    """Return the half precision that a rig would train in: BF16 where every card knows it, else FP16."""
    mixed = trained_in(rig).policy != trained.FLOAT32
    brain = trained_in(rig).policy == trained.BFLOAT16 if mixed else all(one.tensor_bf16_tflops for one in rig.devices)
    return "bfloat16" if brain else "float16"


def precisions_of(rig: Rig, precision: str, *, every: bool = False) -> tuple[str, ...]:
    """Return the precisions that are predicted for a rig: the one asked for, or that which a training takes there.

    With `every` and "auto" also the other of FP32 and half precision, to say what it would be.
    """
    if precision != "auto":
        return (precision,)
    if every:
        return ("float32", half_of(rig))
    return ("float32",) if trained_in(rig).policy == trained.FLOAT32 else (half_of(rig),)


def estimate(
    rig: Rig,
    job: Job,
    clock: Clock,
    terms: Terms,
    *,
    options: Mapping[Option, Placed] | None = None,
    every: bool = False,
) -> Estimate:
    """Return what a rig comes to.

    Args:
        rig: the rig.
        job: what is trained.
        clock: step times.
        terms: prices and use.
        options: the same job's on the rig, where they are known already.
        every: as of `precisions_of`.

    Raises:
        HardwareError: a card is older than the time model knows.
    """
    if options is None:
        options = {
            (placement, precision): placed(rig, job, clock, placement, precision)
            for precision in precisions_of(rig, terms.precision, every=every)
            for placement in (OWN, OVER)
        }
    best = options[best_option(rig, options)]
    watts, kwh = _energy(best, job, rig, terms)
    energy_cost = kwh.scaled(terms.electricity.quantity.value, terms.currency)
    listed = rig_price(rig, terms.prices, terms.won_per_dollar.quantity)
    price, lacking = _price(listed, terms), cannot_train(rig, clock)
    return Estimate(
        rig=rig,
        options=options,
        best=best,
        price=price,
        listed=listed,
        watts=watts,
        energy=kwh,
        energy_cost=energy_cost,
        cost=_cost(price, best.seconds, energy_cost, terms),
        headroom=min((headroom(run, rig, clock, best.precision) for run in best.runs), default=math.inf),
        supported=0.0 if lacking else min(supported_years(one) for one in rig.kinds),
        cannot_train=lacking,
    )


def best_option(rig: Rig, options: Mapping[Option, Placed]) -> Option:
    """Return placement and precision as `sextet train` takes them unless it is told.

    The precision is that of `trained_in`, or the only one there is. Of the placements what fits goes first; cards of
    their own must end clearly sooner (`choice.CLEARLY`), and one card trains one member after another.
    """
    asked = {precision for _, precision in options}
    usual = precisions_of(rig, "auto")
    allowed = [key for key in options if key[1] in usual or len(asked) == 1]
    single = len(rig.devices) == 1

    def rank(key: Option) -> tuple[bool, bool, float]:
        weight = 1.0 if key[0] == OVER else 1 / CLEARLY
        return not options[key].fits, single and key[0] == OWN, weight * options[key].seconds.value

    return min(allowed, key=rank)


def headroom(run: Run, rig: Rig, clock: Clock, precision: str) -> float:
    """Return the memory that a member's cards have over what it needs, the least of them."""
    kinds = [rig.devices[card] for card in run.cards]
    return min(usable(one) / clock.need(run.call, one, precision, len(kinds)) for one in kinds)


def supported_years(one: Device) -> float:
    """Return the years from the date of the facts until the last driver of a card is no longer looked after.

    Infinite where every release still serves it, 0 where the last that does is gone already.
    """
    if is_processor(one):
        return math.inf
    found = support(one.capability)
    if found.driver is None:
        return math.inf
    if found.driver_ends is None:
        return 0.0
    (year, month), (now, here) = (map(int, text.split("-")[:2]) for text in (found.driver_ends, READ))
    return max(0.0, year - now + (month - here) / 12)


def product(first: Prediction, second: Prediction, unit: str) -> Prediction:
    """Return the product of two figures whose errors are independent, as logarithms."""

    def end(one: float, other: float, of: float, with_: float) -> float:
        logs = [
            math.log(edge / middle) if edge > 0 and middle > 0 else 0.0 for edge, middle in ((one, of), (other, with_))
        ]
        return math.hypot(*logs)

    value = first.value * second.value
    low, high = (
        end(first.low, second.low, first.value, second.value),
        end(first.high, second.high, first.value, second.value),
    )
    return Prediction(
        value=value,
        low=value * math.exp(-low),
        high=value * math.exp(high),
        unit=unit,
        extrapolated=first.extrapolated or second.extrapolated,
        notes=tuple(dict.fromkeys((*first.notes, *second.notes))),
        source="; ".join(dict.fromkeys(part for part in (first.source, second.source) if part)),
    )


def _energy(best: Placed, job: Job, rig: Rig, terms: Terms) -> tuple[Prediction, Prediction]:
    """Return watts while it trains, and kWh: cards draw most while kernels run, and wait between them.

    The upper end takes cards to be busy for as long as they hold a member.
    """
    total = max(best.seconds.value, 1e-9)
    tdp = rig.tdp_w or 1.0  # a processor's is not known; it is part of the machine around
    kernels, held = (_card_seconds(best, job, rig, whole) / tdp for whole in (False, True))
    load, most = min(1.0, kernels / total), min(1.0, held / total)
    usual, upper = power(rig, load, terms.host_w), power(rig, max(load, most), terms.host_w)
    watts = replace(usual, high=upper.high, source="docs/hardware.md; load: share of time in which kernels run")
    return watts, product(watts, best.seconds, "kWh").scaled(1 / 3.6e6, "kWh")


def _card_seconds(best: Placed, job: Job, rig: Rig, whole: bool) -> float:
    """Return watt-seconds of TDP in which cards run kernels, or (`whole`) hold a member."""
    found = 0.0
    for run in best.runs:
        tdp = math.fsum(rig.devices[card].tdp_w for card in run.cards)
        steps = math.fsum(part.seconds for part in run.one.busy.values()) * job.config.epochs * job.config.steps
        first = rig.devices[run.cards[0]].tdp_w
        judging = math.fsum(part.seconds for part in run.judge.busy.values()) * job.config.epochs * job.judge_calls
        found += tdp * run.seconds.value if whole else tdp * steps + first * judging
    return found


def _price(listed: RigPrice, terms: Terms) -> Quoted | None:
    if listed.low is None or listed.high is None or listed.middle is None:
        return None
    sources = "; ".join(dict.fromkeys(f"{one.source} [{one.origin}]" for one in listed.prices))
    return Quoted(
        quantity=terms.told(listed.middle),
        source=sources,
        date=max(one.date for one in listed.prices),
        low=terms.told(listed.low),
        high=terms.told(listed.high),
    )


def _cost(price: Quoted | None, seconds: Prediction, energy_cost: Prediction, terms: Terms) -> Prediction | None:
    """Return the cost of a training: its share of the purchase over the years of use, and its energy."""
    if price is None or price.low is None or price.high is None:
        return None
    bought = Prediction(value=price.quantity.value, low=price.low.value, high=price.high.value, unit=terms.currency)
    share = product(bought, seconds.scaled(1 / terms.life_seconds, "of a life"), terms.currency)
    return Prediction(
        value=share.value + energy_cost.value,
        low=share.low + energy_cost.low,
        high=share.high + energy_cost.high,
        unit=terms.currency,
        extrapolated=seconds.extrapolated,
        notes=seconds.notes,
        source="share of the purchase over the years of use, and energy",
    )
