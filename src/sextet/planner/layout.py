"""How long the members of a run take to train in each placement, and what memory each needs.

`data`: one member after the other, each over all devices. `member`: each member on a device of its own, the longest
first, several at once; a device that is done takes the next one.

A step's time comes from a measured one where there is any (`planner.timing.measured`), else from the planner's
prediction for a card of its catalogue. For a processor the planner predicts nothing: there a step is known only once
one was measured. What early stopping saves is not foreseen: times are those of all epochs.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sextet.core.window import WindowShape
from sextet.hardware.capability import Capability
from sextet.hardware.catalogue import Device
from sextet.hardware.site import Accelerator, Site, devices_title, processor_title
from sextet.planner.memory import USABLE, memory_parts, predict_memory, usable
from sextet.planner.operations import Work
from sextet.planner.timing.device import Software
from sextet.planner.timing.prediction import predict_time
from sextet.planner.timing.scaling import Link, Way, on_cards
from sextet.planner.timing.step_times import StepTimes
from sextet.planner.work import compiles, member_work
from sextet.specs.custom import CustomSpec
from sextet.specs.presets import MemberSpec
from sextet.specs.rule_based import RuleBasedSpec

Placement = Literal["data", "member"]

START_S = 20.0
"""Seconds for building, compiling and exporting a member where none was measured; assumed, and the same for both
placements."""

PARALLEL = 0.5
"""Share of a step on a processor that more threads make faster, to carry a measured time over to another number of
threads (Amdahl 1967). Taken, not fitted: both numbers of threads are measured once both placements were used."""

PROCESS_BYTES = 900 * 2**20
"""Main memory of a process that holds TensorFlow, before data and network; assumed."""

PROCESS_S = 10.0
"""Seconds until a process of its own has loaded TensorFlow and the data; assumed."""

SOFTWARE = Software()


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How much is trained.

    Attributes:
        epochs, steps: most epochs, and steps an epoch.
        batch: windows a step, of all devices together.
        precision: of arithmetic: float32, float16 or bfloat16.
        data: bytes of the data that a process holds.
        rules: seconds of the Rule-Based member, which runs on the processor.
    """

    epochs: int
    steps: int
    batch: int
    precision: str = "float32"
    data: int = 0
    rules: float = 0.0


@dataclass(frozen=True, kw_only=True)
class MemberCost:
    """What one member takes.

    Attributes:
        name: of the member.
        step: seconds of a step; None: not known.
        seconds: of the whole training; None: not known.
        source: where the time comes from, in words.
        memory: bytes at the peak, of each device that trains it; None: not known.
        room: bytes that the smallest such device has for a process; None: not known.
    """

    name: str
    step: float | None
    seconds: float | None
    source: str
    memory: float | None = None
    room: float | None = None

    @property
    def fits(self) -> bool:
        """Whether its memory is there, as far as is known."""
        return self.memory is None or self.room is None or self.memory <= self.room


@dataclass(frozen=True, kw_only=True)
class Layout:
    """One placement.

    Attributes:
        placement: which.
        places: members that train at once.
        seconds: wall time until all are trained; None: not known.
        members: what each takes there.
    """

    placement: Placement
    places: int
    seconds: float | None
    members: tuple[MemberCost, ...]

    @property
    def expected(self) -> dict[str, float]:
        """Seconds by member, of those that are known."""
        return {one.name: one.seconds for one in self.members if one.seconds is not None}


def data_layout(
    specs: Sequence[MemberSpec], shape: WindowShape, budget: Budget, site: Site, times: StepTimes
) -> Layout:
    """Return the placement in which each member trains over all devices, one after the other."""
    members = tuple(_cost(spec, shape, budget, site.accelerators, site.cores, site, times) for spec in specs)
    known = [one.seconds for one in members]
    total = None if None in known else float(sum(seconds or 0.0 for seconds in known))
    return Layout(placement="data", places=1, seconds=total, members=members)


def member_layout(
    specs: Sequence[MemberSpec], shape: WindowShape, budget: Budget, site: Site, times: StepTimes
) -> Layout:
    """Return the placement in which each member trains on a device of its own; `processes` says how many there are."""
    places = processes(specs, budget, site)
    threads = max(site.cores // places, 1)
    cards: list[tuple[Accelerator, ...]] = [(card,) for card in site.accelerators] or [()] * places
    costs = [
        {spec.name: _cost(spec, shape, budget, card, threads, site, times) for spec in specs} for card in cards[:places]
    ]
    worst = {spec.name: max((cost[spec.name] for cost in costs), key=_badness) for spec in specs}
    total = _makespan([{name: one.seconds for name, one in cost.items()} for cost in costs])
    return Layout(
        placement="member",
        places=places,
        seconds=None if total is None else total + PROCESS_S,
        members=tuple(worst[spec.name] for spec in specs),
    )


def processes(specs: Sequence[MemberSpec], budget: Budget, site: Site) -> int:
    """Return how many members train at once in the placement `member`.

    As many as there are GPUs; on a processor as many as it has cores, and as main memory has room for.
    """
    networks = max(sum(not isinstance(spec, RuleBasedSpec) for spec in specs), 1)
    if site.accelerators:
        return min(len(site.accelerators), networks)
    room = site.stand_ins or site.cores
    if site.memory is not None and not site.stand_ins:
        room = int(site.memory // (PROCESS_BYTES + 2 * budget.data))
    return max(min(site.stand_ins or site.cores, networks, room), 1)


def yardstick(
    spec: MemberSpec, shape: WindowShape, batch: int, cards: Sequence[Accelerator], precision: str
) -> float | None:
    """Return what a step is measured against: predicted seconds on cards of the catalogue, else its FLOPs.

    None for a member that the planner cannot count.
    """
    if isinstance(spec, CustomSpec | RuleBasedSpec):
        return None
    share = -(-batch // max(len(cards), 1))
    work = member_work(spec, shape, share, compiled=bool(cards) and compiles(spec, len(cards)))
    found = [_predicted(work, card, len(cards), precision) for card in cards]
    known = [seconds for seconds in found if seconds is not None]
    return max(known) if known and len(known) == len(found) else work.flops


def link_of(card: Accelerator) -> Link | None:
    """Return how a card reaches its equals over PCIe; GeForce cards from Turing on only through main memory."""
    if not card.link_gbs:
        return None
    consumer = card.device is not None and "GeForce" in card.device.name or "GeForce" in card.name
    newer = card.device is not None and card.device.capability >= Capability(7, 5)
    way: Way = "host" if consumer and newer else "pcie"
    return Link(way=way, gbs=card.link_gbs)


def _predicted(work: Work, card: Accelerator, cards: int, precision: str) -> float | None:
    if card.device is None:
        return None
    one = predict_time(work, card.device, SOFTWARE, precision)
    link = link_of(card)
    if cards == 1 or link is None:
        return one.value
    return on_cards(one, work, cards, link).value


def _cost(
    spec: MemberSpec,
    shape: WindowShape,
    budget: Budget,
    cards: Sequence[Accelerator],
    threads: int,
    site: Site,
    times: StepTimes,
) -> MemberCost:
    """Return what a member takes on `cards` together, or on so many threads of the processor."""
    if isinstance(spec, RuleBasedSpec):
        return MemberCost(name=spec.name, step=0.0, seconds=budget.rules, source="no network: as on another processor")
    if isinstance(spec, CustomSpec):
        return MemberCost(name=spec.name, step=None, seconds=None, source="a model of your own: not known")
    measure = yardstick(spec, shape, budget.batch, cards, budget.precision) or 0.0
    step, start, source = _step(spec, budget, measure, cards, threads, times)
    seconds = None if step is None else start + budget.epochs * budget.steps * step
    cost = MemberCost(name=spec.name, step=step, seconds=seconds, source=source)
    return _with_memory(cost, spec, shape, budget, cards, site)


def _step(
    spec: MemberSpec, budget: Budget, measure: float, cards: Sequence[Accelerator], threads: int, times: StepTimes
) -> tuple[float | None, float, str]:
    if cards:
        found = times.expected(devices_title([one.name for one in cards]), spec.name, budget.precision, measure)
        if found is None:
            known = all(one.device is not None for one in cards)
            return (measure, START_S, "predicted by the planner") if known else (None, START_S, "card not known")
        return found.step, found.start, "measured" if found.same else "scaled from one measured"
    for other in sorted(range(1, 257), key=lambda count: abs(count - threads)):
        found = times.expected(processor_title(other), spec.name, budget.precision, measure)
        if found is not None:
            factor = _amdahl(threads) / _amdahl(other)
            same = found.same and other == threads
            source = "measured" if same else f"scaled from one measured on {processor_title(other)}"
            return found.step * factor, found.start * factor, source
    return None, START_S, "not known: none was measured here yet"


def _amdahl(threads: int) -> float:
    return 1 - PARALLEL + PARALLEL / threads


def _with_memory(
    cost: MemberCost,
    spec: MemberSpec,
    shape: WindowShape,
    budget: Budget,
    cards: Sequence[Accelerator],
    site: Site,
) -> MemberCost:
    count = max(len(cards), 1)
    work = member_work(spec, shape, -(-budget.batch // count), compiled=bool(cards) and compiles(spec, count))
    if not cards:
        parts = memory_parts(work, SOFTWARE, "float32")
        needed = parts.total - parts.context + PROCESS_BYTES + 2 * budget.data
        return replace(cost, memory=needed, room=None if site.memory is None else float(site.memory))
    some = next((one.device for one in cards if one.device is not None), None)
    needed = (
        predict_memory(work, some, SOFTWARE, budget.precision, count).value
        if some is not None
        else memory_parts(work, SOFTWARE, budget.precision, cards=count).total
    )
    rooms = [room for one in cards if (room := _room(one)) is not None]
    return replace(cost, memory=needed, room=min(rooms, default=None))


def _room(card: Accelerator) -> float | None:
    if card.memory is not None:
        return USABLE * card.memory
    return usable(card.device) if isinstance(card.device, Device) else None


def _makespan(places: Sequence[Mapping[str, float | None]]) -> float | None:
    """Wall time of a queue in which the longest begins first and each place takes the next when it is done."""
    longest: dict[str, float] = {}
    for cost in places:
        for name, seconds in cost.items():
            if seconds is None:
                return None
            longest[name] = max(longest.get(name, 0.0), seconds)
    free = [(0.0, number) for number in range(len(places))]
    for name in sorted(longest, key=lambda one: -longest[one]):
        when, number = heapq.heappop(free)
        heapq.heappush(free, (when + float(places[number][name] or 0.0), number))
    return max(when for when, _ in free)


def _badness(cost: MemberCost) -> tuple[bool, float]:
    return cost.seconds is None, cost.seconds or 0.0
