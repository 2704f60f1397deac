"""The one door to predicted step times: every time in a plan comes from `Clock.step`.

Calls that a plan will need are prepared in one go, which takes a hundredth of the time that one by one takes. On the
machine of a profile times, and memory, are what was measured there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from sextet.core.window import WindowShape
from sextet.hardware.catalogue import Device
from sextet.hardware.rig import Rig
from sextet.planner.memory import Parts, memory_parts
from sextet.planner.operations import Convolution, Work
from sextet.planner.profile import Profile, measured_precisions
from sextet.planner.timing.device import Software, traits
from sextet.planner.timing.many import Busy, StepTime, Variant, predict_times
from sextet.planner.timing.prediction import predict_time
from sextet.planner.work import member_work
from sextet.specs.presets import MemberSpec

MEASURED = "measured"
"""Class of kernels that a call on a profiled machine is, as a whole."""


@dataclass(frozen=True)
class Call:
    """One call of a member's network on one card.

    Attributes:
        spec: every field chosen.
        shape: of the windows.
        batch: windows on that card.
        training: a step of the optimiser, else a forecast.
        compiled: by XLA, see `work.compiles`.
    """

    spec: MemberSpec
    shape: WindowShape
    batch: int
    training: bool = True
    compiled: bool = False

    @cached_property
    def _hash(self) -> int:
        return hash((self.spec, self.shape, self.batch, self.training, self.compiled))

    def __hash__(self) -> int:
        """Hash of all fields, found once: a plan looks calls up thousands of times."""
        return self._hash


HALVES = ("float16", "bfloat16")

HALF_COST = 1.05
"""How many times as long half precision takes for a step as its kernels do, and for building a network as FP32 does:
casts of weights and gradients and scaling of the loss, which the counts of work leave out. Assumed; not measured."""


class Clock:
    """Step times and memory of calls, each found once.

    Attributes:
        software: framework and cuDNN.
        profile: what was measured on one of the cards; None: nothing was.
    """

    def __init__(self, software: Software, profile: Profile | None = None) -> None:
        """Begin with nothing known."""
        self.software = software
        self.profile = profile
        self._works: dict[Call, Work] = {}
        # by the card's identity, which is kept alive beside the answer: a card has some thirty fields to compare
        self._steps: dict[tuple[Call, int, str], tuple[StepTime, Device]] = {}
        self._parts: dict[tuple[Call, str, int, bool], Parts] = {}
        self._needs: dict[tuple[Call, str, int, bool], float] = {}

    def work(self, call: Call) -> Work:
        """Return what a call does.

        Raises:
            ConfigError: the member is the user's own, whose layers only Keras knows.
        """
        if call not in self._works:
            self._works[call] = member_work(
                call.spec, call.shape, call.batch, training=call.training, compiled=call.compiled
            )
        return self._works[call]

    def prepare(self, calls: Iterable[Call], variants: Iterable[tuple[Device, str]], *, limits: bool = True) -> None:
        """Find all calls on all cards in one go; without `limits` what limits a step is not looked for.

        No call is taken to do more arithmetic than the card's data sheet allows, which the time model, fitted to
        narrower layers, may say of very wide ones: by up to 11 % on a P40.

        Raises:
            HardwareError: a card is older than the time model knows.
        """
        rows, columns = list(dict.fromkeys(calls)), list(dict.fromkeys(variants))
        predicted = [column for column in columns if self.measured(column[0]) is None]
        works, cards = [self.work(call) for call in rows], [Variant(*column) for column in predicted]
        times = predict_times(works, cards, self.software, limits=limits) if cards else None
        read = [traits(card.device, self.software, card.precision) for card in cards]
        rates = [float(one.rate * one.converted) for one in read]
        for row, call in enumerate(rows):
            floor = _bounded_flops(works[row])
            for device, precision in columns:
                slower = 1.0
                if profile := self.measured(device):
                    step = _measured(works[row], device, self.software, precision, profile)
                elif times is not None:
                    column = predicted.index((device, precision))
                    step = times.step(row, column)
                    slower = max(1.0, floor / (rates[column] * step.prediction.value))
                if call.training and precision in HALVES:
                    slower *= HALF_COST
                if slower > 1.0:
                    step = step.scaled(slower)
                self._steps[call, id(device), precision] = step, device

    def measured(self, device: Device) -> Profile | None:
        """Return the profile where it is one of this device."""
        return self.profile if self.profile is not None and self.profile.describes(device) else None

    def knows(self, call: Call, device: Device, precision: str) -> bool:
        """Whether a call on a card was found already."""
        return (call, id(device), precision) in self._steps

    def step(self, call: Call, device: Device, precision: str) -> StepTime:
        """Return how long a call takes on a card.

        Raises:
            HardwareError: the card is older than the time model knows.
        """
        key = call, id(device), precision
        if key not in self._steps:
            self.prepare([call], [(device, precision)])
        return self._steps[key][0]

    def remembered(self, device: Device) -> Profile | None:
        """Return the profile where it holds the memory that was measured on this device."""
        found = self.measured(device)
        return found if found is not None and found.knows_memory else None

    def host_of(self, rig: Rig) -> Profile | None:
        """Return the profile where one of a rig's cards is its device: then its machine is the rig's host."""
        return self.profile if any(self.measured(one) for one in rig.kinds) else None

    def memory(self, call: Call, device: Device, precision: str, cards: int = 1) -> Parts:
        """Return what fills a card at the peak of a call, when `cards` train together; measured where it was."""
        profile = self.remembered(device)
        key = call, precision, cards, profile is not None
        if key not in self._parts:
            self._parts[key] = _parts(self.work(call), self.software, precision, cards, profile)
        return self._parts[key]

    def need(self, call: Call, device: Device, precision: str, cards: int = 1) -> float:
        """Return the bytes of that peak."""
        key = call, precision, cards, self.remembered(device) is not None
        if key not in self._needs:
            self._needs[key] = self.memory(call, device, precision, cards).total
        return self._needs[key]


def _parts(work: Work, software: Software, precision: str, cards: int, profile: Profile | None) -> Parts:
    if profile is None:
        return memory_parts(work, software, precision, cards=cards)
    from sextet.planner.memory_profile import measured_parts

    return measured_parts(work, profile, software, precision, cards)


def _measured(work: Work, device: Device, software: Software, precision: str, profile: Profile) -> StepTime:
    """Return a call as measured: one error for all of it, since that is what measured steps tell.

    A precision that the profile lacks is taken to gain nothing over FP32, and a note says so.
    """
    known = precision if precision in measured_precisions(profile) else "float32"
    found = predict_time(work, device, software, known, profile)
    if known != precision:
        found = replace(
            found, notes=(*found.notes, f"{precision} was not measured; it is taken to be as fast as FP32.")
        )
    return StepTime(found, {MEASURED: Busy(found.value, found.low, found.high)}, host=0.0, gaps=0.0)


def _bounded_flops(work: Work) -> float:
    """Return the FLOPs that a card's rate bounds: of all operations but convolutions, which algorithms may shorten."""
    return math.fsum(one.flops * count for one, count in work.operations if not isinstance(one, Convolution))
