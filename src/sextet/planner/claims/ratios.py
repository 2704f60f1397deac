"""How many times longer one rig takes than another, with an interval that knows which errors both share.

The time that the host needs to hand over calls is known within a factor of two, but it is the same for both cards; what
the card needs has an error of its own on each. So each deviation is taken alone, and all of them are added as
independent ones, in logarithms.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from sextet.hardware.catalogue import Device
from sextet.hardware.rig import Rig
from sextet.planner.assignment import assigned
from sextet.planner.claims.setting import Network, Scene
from sextet.planner.clock import HALF_COST, HALVES
from sextet.planner.figures import Prediction
from sextet.planner.operations import Work
from sextet.planner.timing.device import Software
from sextet.planner.timing.kernels import together
from sextet.planner.timing.prediction import DISPATCH_FACTOR, DISPATCH_S, TimePrediction, predict_time
from sextet.planner.timing.scaling import Link, on_cards
from sextet.planner.training import OVER, OWN, Placement, link_of
from sextet.planner.work import compiles, member_work

End = Literal["low", "value", "high"]
SAID = {"float32": "FP32", "float16": "mixed precision"}
"""What precisions are called."""

_SHARPNESS = math.log(2) / math.log(float(together(1.0, 1.0)))


@dataclass(frozen=True)
class Step:
    """One call of a member on one card, taken apart into what host and card need for it.

    Attributes:
        whole: the prediction of its kernels.
        work: what is done.
        host: seconds of the host.
        card: seconds of the card, by end of the interval.
    """

    whole: TimePrediction
    work: Work
    host: float
    card: dict[End, float]

    def seconds(self, host: float = 1.0, end: End = "value") -> float:
        """Return the time with the host slower by a factor and the card at one end of its interval."""
        return float(together(self.card[end], self.host * host))


@dataclass(frozen=True, kw_only=True)
class Run:
    """One step of every member on a rig.

    Attributes:
        label: of the rig and how it works.
        seconds: of the step, by factor of the host and end of the card's interval.
        spread: ends of what waiting for each other may change, as factors.
        placement: where the members are.
        card: name of the product and precision; what two runs of one have wrong is the same.
    """

    label: str
    card: str
    seconds: Callable[[float, End], float]
    spread: tuple[float, float] = (1.0, 1.0)
    placement: Placement = OWN

    @property
    def value(self) -> float:
        """Best guess of the seconds."""
        return self.seconds(1.0, "value")


@cache
def step_of(work: Work, device: Device, software: Software, precision: str = "float32") -> Step:
    """Return a call of a member on one card, taken apart; training in half precision costs its casts, too."""
    whole = predict_time(work, device, software, precision)
    more = HALF_COST if work.training and precision in HALVES else 1.0
    calls = sum(count for _, count in work.operations) + work.launches
    host = calls * DISPATCH_S[software.framework]
    return Step(
        whole=whole,
        work=work,
        host=more * host,
        card={
            "low": more * _without(whole.low, host / DISPATCH_FACTOR),
            "value": more * _without(whole.value, host),
            "high": more * _without(whole.high, host * DISPATCH_FACTOR),
        },
    )


@cache
def call_of(spec: Network, scene: Scene, batch: int, *, cards: int = 1, training: bool = True) -> Work:
    """Return a call of a member on one of so many cards, compiled where Keras compiles it there."""
    return member_work(spec, scene.shape, batch, training=training, compiled=compiles(spec, cards))


def _without(seconds: float, host: float) -> float:
    """Return the other of two times that `together` joined to `seconds`."""
    return float(max(seconds**_SHARPNESS - host**_SHARPNESS, 0.0) ** (1 / _SHARPNESS))


def one_card(work: Work, device: Device, software: Software, precision: str = "float32") -> Run:
    """Return a call on one card."""
    step = step_of(work, device, software, precision)
    return Run(label=str(device), card=f"{device} {precision}", seconds=step.seconds)


def link(rig: Rig) -> Link:
    """Return how all cards of a rig reach each other."""
    return link_of(rig, range(len(rig.devices)))


def shared(
    spec: Network, scene: Scene, rig: Rig, software: Software, precision: str = "float32", batch: int | None = None
) -> Run:
    """Return a training step of one member over all cards of a rig; `batch` windows of all cards together."""
    count, way = len(rig.devices), link(rig)
    work = call_of(spec, scene, -(-(batch or scene.batch) // count), cards=count)
    step = step_of(work, rig.devices[0], software, precision)

    def over(seconds: float) -> TimePrediction:
        exact = replace(step.whole, value=seconds, low=seconds, high=seconds)
        return on_cards(exact, work, count, way, software.framework)

    middle = over(step.seconds())
    return Run(
        label=f"{rig} {OVER}",
        card=f"{rig.devices[0]} {precision}",
        seconds=lambda host, end: over(step.seconds(host, end)).value,
        spread=(middle.low / middle.value, middle.high / middle.value),
        placement=OVER,
    )


def all_members(scene: Scene, rig: Rig, software: Software, placement: Placement, precision: str = "float32") -> Run:
    """Return one training step of every member on a rig, members one after the other or on cards of their own.

    On cards of their own the step takes as long as the card that works longest.
    """
    label, card = f"{rig} {placement}, {SAID[precision]}", f"{rig.devices[0]} {precision}"
    if placement == OVER:
        parts = [shared(spec, scene, rig, software, precision) for spec in scene.specs]
        return replace(together_of(parts), label=label)
    steps = [step_of(call_of(spec, scene, scene.batch), rig.devices[0], software, precision) for spec in scene.specs]

    def longest(host: float, end: End) -> float:
        return makespan([step.seconds(host, end) for step in steps], len(rig.devices))

    return Run(label=label, card=card, seconds=longest, placement=placement)


def together_of(parts: Sequence[Run]) -> Run:
    """Return runs of one rig one after the other; what is wrong with one is wrong with all."""
    total = sum(part.value for part in parts)
    low, high = (sum(part.value * part.spread[side] for part in parts) / total for side in (0, 1))
    return replace(
        parts[0], seconds=lambda host, end: sum(part.seconds(host, end) for part in parts), spread=(low, high)
    )


def makespan(seconds: Sequence[float], cards: int) -> float:
    """Return when the last of `cards` equal cards is done, works shared out so that it is as early as can be."""
    return assigned([[one] * cards for one in seconds])[0]


def best(runs: Sequence[Run]) -> Run:
    """Return the run that takes least time."""
    return min(runs, key=lambda run: run.value)


def quickest(scene: Scene, rig: Rig, software: Software, precisions: Sequence[str] = ("float32",)) -> Run:
    """Return one step of every member on a rig in the placement and precision that take least time."""
    return best(
        [
            all_members(scene, rig, software, placement, precision)
            for placement in (OVER, OWN)
            for precision in precisions
        ]
    )


def ratio(first: Run, second: Run) -> Prediction:
    """Return how many times longer `first` takes than `second`, with an 80 % interval."""
    middle = first.value / second.value

    def moved(host: float, one: End, other: End) -> float:
        return math.log(first.seconds(host, one) / second.seconds(host, other) / middle)

    pairs = [(moved(DISPATCH_FACTOR, "value", "value"), moved(1 / DISPATCH_FACTOR, "value", "value"))]
    if first.card == second.card:
        pairs.append((moved(1.0, "low", "low"), moved(1.0, "high", "high")))
    else:
        pairs.append((moved(1.0, "low", "value"), moved(1.0, "high", "value")))
        pairs.append((moved(1.0, "value", "high"), moved(1.0, "value", "low")))
    pairs.append((math.log(first.spread[0]), math.log(first.spread[1])))
    pairs.append((-math.log(second.spread[1]), -math.log(second.spread[0])))
    return Prediction(
        value=middle,
        low=middle * math.exp(-math.hypot(*(max(0.0, -min(pair)) for pair in pairs))),
        high=middle * math.exp(math.hypot(*(max(0.0, *pair) for pair in pairs))),
        unit="times",
        source="planner.claims.ratios of predict_time",
    )
