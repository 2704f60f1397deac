"""How long a training takes on a rig, in both ways to place its members.

    a member   build + epochs x (steps x max(step of the card, batch gathered by the host) + judging)
    a card     start-up + its members, one after another
    a rig      the last card; beside them the Rule-Based member on the host's processor

Early stopping is not counted on: these are the most epochs a training may take. Judging after each epoch gathers,
forecasts and scores one batch after another, as `training.judge` does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sextet.hardware.catalogue import Device
from sextet.hardware.rig import Rig
from sextet.planner.assignment import assigned
from sextet.planner.clock import HALVES, Call, Clock
from sextet.planner.figures import Prediction
from sextet.planner.host import batch_gathered, built, judged, ruled, started
from sextet.planner.job import JUDGE_BATCH, Job
from sextet.planner.memory import usable
from sextet.planner.timing.many import StepTime
from sextet.planner.timing.prediction import TimePrediction
from sextet.planner.timing.scaling import Link, on_cards, step_on_cards
from sextet.planner.work import compiles
from sextet.specs.presets import MemberSpec

Placement = Literal["over all cards", "on cards of their own"]
"""Each member over all cards, a share of the batch on each; or each member whole on one card."""

OVER: Placement = "over all cards"
OWN: Placement = "on cards of their own"
SINGLE = "one after another"
"""Both, where there is one card."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A member's training on its cards.

    Attributes:
        spec: of the member; cards: numbers of its cards.
        call: a step on one of them; device: the slowest of them; one: its step alone; link: between them.
        step: of all together; judge: a call of `JUDGE_BATCH` windows.
        exchanged: bytes of gradients that cards exchange in a step.
        build, input, judging: of the host, see `planner.host`.
        seconds: of all.
        fits: whether it fits on each of its cards.
    """

    spec: MemberSpec
    cards: tuple[int, ...]
    call: Call
    device: Device
    one: StepTime
    link: Link | None
    step: TimePrediction
    judge: StepTime
    exchanged: float
    build: Prediction
    input: Prediction
    judging: Prediction
    seconds: Prediction
    fits: bool


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A training placed on a rig.

    Attributes:
        placement, precision: how.
        runs: of the networks, in the order of training.
        start: of a process on each card that is used; rules: the Rule-Based member, None where it is not asked for.
        ends: when each used card is done, by number.
        seconds: of the whole training.
        fits: whether every member fits where it is.
    """

    placement: Placement
    precision: str
    runs: tuple[Run, ...]
    start: Prediction
    rules: Prediction | None
    ends: dict[int, Prediction]
    seconds: Prediction
    fits: bool


def placement_text(placement: Placement, cards: int) -> str:
    """Return a placement in words on a rig of so many cards."""
    return placement if cards > 1 else SINGLE


def calls_of(job: Job, cards: int) -> list[Call]:
    """Return every call that placing a job on up to so many cards asks for."""
    calls = []
    for spec in job.networks:
        calls += [_step_call(spec, job, count) for count in range(1, min(cards, job.config.batch) + 1)]
        calls.append(_judge_call(spec, job))
    return list(dict.fromkeys(calls))


def placed(rig: Rig, job: Job, clock: Clock, placement: Placement, precision: str) -> Placed:
    """Return the job as it is done soonest on a rig in one placement; cards that would not help stay unused.

    Raises:
        HardwareError: a card is older than the time model knows.
    """
    return _over(rig, job, clock, precision) if placement == OVER else _own(rig, job, clock, precision)


def least_over(rig: Rig, job: Job, clock: Clock, precision: str) -> float:
    """Return seconds below which one member after another over all cards cannot be: the host's work and the judging."""
    start, rules = started(job).value, _rules(job)
    host, config = clock.host_of(rig), job.config
    input_, judging = batch_gathered(job, host).value, judged(job, host).value
    total = start + (rules.value if rules else 0.0)
    for spec in job.networks:
        call = _judge_call(spec, job)
        judge = min(clock.step(call, one, precision).prediction.value for one in rig.kinds)
        total += built(spec, job, compiled=False, half=precision in HALVES).value
        total += config.epochs * (config.steps * input_ + job.judge_calls * (judge + judging))
    return total


def link_of(rig: Rig, cards: Sequence[int], plugged: int | None = None) -> Link:
    """Return the slowest way between some cards of a rig; `plugged` cards share its lanes, all unless given.

    GeForce cards from Turing on do not reach each other directly: main memory lies between.
    """
    chosen = [rig.devices[card] for card in cards]
    if rig.nvlink and all(one.nvlink_gbs for one in chosen):
        return Link("nvlink", min(float(one.nvlink_gbs or 0.0) for one in chosen))
    fewer = plugged is not None and plugged < len(rig.devices)
    sharing = replace(rig, devices=rig.devices[:plugged], nvlink=False) if fewer else rig
    gbs = min(sharing.pcie_gbs(one) for one in chosen)
    return Link("host" if any(_no_peers(one) for one in chosen) else "pcie", gbs)


def summed(parts: Sequence[Prediction]) -> Prediction:
    """Return the sum of seconds whose errors go the same way."""
    return Prediction(
        value=math.fsum(one.value for one in parts),
        low=math.fsum(one.low for one in parts),
        high=math.fsum(one.high for one in parts),
        unit="s",
        extrapolated=any(one.extrapolated for one in parts),
        notes=tuple(dict.fromkeys(note for one in parts for note in one.notes)),
        source="docs/plan.md",
    )


def longest(parts: Sequence[Prediction]) -> Prediction:
    """Return when the last of several is done."""
    return replace(
        summed(parts),
        value=max(one.value for one in parts),
        low=max(one.low for one in parts),
        high=max(one.high for one in parts),
    )


def _no_peers(one: Device) -> bool:
    words = one.name.split()
    geforce = words[0] == "RTX" and len(words) > 1 and words[1].isdigit()
    return geforce and tuple(one.capability) >= (7, 5)


def _step_call(spec: MemberSpec, job: Job, cards: int) -> Call:
    return Call(spec, job.shape, -(-job.config.batch // cards), True, compiles(spec, cards))


def _judge_call(spec: MemberSpec, job: Job) -> Call:
    return Call(spec, job.shape, min(JUDGE_BATCH, job.judged), False, compiles(spec, 1))


def _fits(call: Call, clock: Clock, device: Device, precision: str, cards: int) -> bool:
    return clock.need(call, device, precision, cards) <= usable(device)


def _soonest(spec: MemberSpec, rig: Rig, job: Job, clock: Clock, order: Sequence[int], precision: str) -> int:
    """Return on how many of the cards in `order` a member trains soonest; where it fits goes before that."""
    host, config = clock.host_of(rig), job.config
    input_, judging = batch_gathered(job, host).value, judged(job, host).value
    judge = clock.step(_judge_call(spec, job), rig.devices[order[0]], precision).prediction.value
    best, chosen = (True, math.inf), 1
    for count in range(1, min(len(order), config.batch) + 1):
        call, cards = _step_call(spec, job, count), order[:count]
        kinds = _kinds(rig, cards)
        step = max(clock.step(call, one, precision).prediction.value for one in kinds)
        if count > 1:
            exchanged = 4.0 * clock.work(call).parameters
            step = step_on_cards(step, exchanged, count, link_of(rig, cards, len(order)), clock.software.framework)
        waits = job.judge_calls * (judge + judging)
        seconds = built(spec, job, compiled=call.compiled, half=precision in HALVES).value
        seconds += config.epochs * (config.steps * max(step, input_) + waits)
        found = not all(_fits(call, clock, one, precision, count) for one in kinds), seconds
        if found < best:
            best, chosen = found, count
    return chosen


def _kinds(rig: Rig, cards: Sequence[int]) -> Sequence[Device]:
    """Return each kind among some cards once."""
    return list({id(rig.devices[card]): rig.devices[card] for card in cards}.values())


def _run(  # noqa: PLR0913  a member, where it is trained and how
    spec: MemberSpec, rig: Rig, job: Job, clock: Clock, cards: Sequence[int], precision: str, plugged: int = 1
) -> Run:
    """Return a member's training on some cards of a rig together."""
    call, count = _step_call(spec, job, len(cards)), len(cards)
    kinds = _kinds(rig, cards)
    device = max(kinds, key=lambda one: clock.step(call, one, precision).prediction.value)
    one, link = clock.step(call, device, precision), link_of(rig, cards, plugged) if count > 1 else None
    step = one.prediction
    if link is not None:
        step = on_cards(step, clock.work(call), count, link, clock.software.framework)
    judge = clock.step(_judge_call(spec, job), rig.devices[cards[0]], precision)
    build = built(spec, job, compiled=call.compiled, half=precision in HALVES)
    host, config = clock.host_of(rig), job.config
    input_, judging = batch_gathered(job, host), judged(job, host)
    waits = summed([judge.prediction, judging]).scaled(config.epochs * job.judge_calls, "s")
    steps = longest([step, input_]).scaled(config.epochs * config.steps, "s")
    fits = all(_fits(call, clock, one, precision, count) for one in kinds)
    return Run(
        spec=spec,
        cards=tuple(cards),
        call=call,
        device=device,
        one=one,
        link=link,
        step=step,
        judge=judge,
        exchanged=4.0 * clock.work(call).parameters,
        build=build,
        input=input_,
        judging=judging,
        seconds=summed([build, steps, waits]),
        fits=fits,
    )


def _own(rig: Rig, job: Job, clock: Clock, precision: str) -> Placed:
    """Each member on a card of its own: the assignment that ends first, on no more cards than the host has cores."""
    kinds = {device: rig.devices.index(device) for device in rig.kinds}
    runs = {
        (spec.name, device): _run(spec, rig, job, clock, [card], precision)
        for spec in job.networks
        for device, card in kinds.items()
    }
    most = rig.machine.cores or len(rig.devices)
    order = sorted(range(len(rig.devices)), key=lambda card: _total(runs, job, rig.devices[card]))[:most]

    def cost(spec: MemberSpec, card: int) -> float:
        run = runs[spec.name, rig.devices[card]]
        none = not any(runs[spec.name, rig.devices[other]].fits for other in order)
        return run.seconds.value if run.fits or none else math.inf

    _, on = assigned([[cost(spec, card) for card in order] for spec in job.networks])
    chosen = tuple(
        replace(runs[spec.name, rig.devices[order[place]]], cards=(order[place],))
        for spec, place in zip(job.networks, on, strict=True)
    )
    start, rules = started(job), _rules(job)
    used = sorted({run.cards[0] for run in chosen})
    ends = {card: summed([start, *(run.seconds for run in chosen if run.cards == (card,))]) for card in used}
    beside = [summed([start, rules])] if rules else []
    return Placed(
        placement=OWN,
        precision=precision,
        runs=chosen,
        start=start,
        rules=rules,
        ends=ends,
        seconds=longest([*ends.values(), *beside] or [start]),
        fits=all(run.fits for run in chosen),
    )


def _total(runs: dict[tuple[str, Device], Run], job: Job, device: Device) -> float:
    return math.fsum(runs[spec.name, device].seconds.value for spec in job.networks)


def _over(rig: Rig, job: Job, clock: Clock, precision: str) -> Placed:
    """Each member over the cards that train it soonest, fastest cards first, one member after another.

    Where the machine's lanes are divided among the cards, fewer cards have wider links; so all numbers of cards that
    are plugged in at all are tried.
    """
    order = _by_speed(rig, job, clock, precision)
    divided = rig.machine.lanes is not None and rig.machine.lanes_per_card is None
    plugged = range(1, len(order) + 1) if divided else range(len(order), len(order) + 1)
    tried = (
        tuple(_best_run(spec, rig, job, clock, order[:count], precision) for spec in job.networks) for count in plugged
    )
    chosen = min(tried, key=lambda runs: (not all(run.fits for run in runs), sum(run.seconds.value for run in runs)))
    start, rules = started(job), _rules(job)
    whole = [start, *(run.seconds for run in chosen), *([rules] if rules else [])]
    used = sorted({card for run in chosen for card in run.cards})
    ends = {card: summed([start, *(run.seconds for run in chosen[: 1 + max(_places(chosen, card))])]) for card in used}
    return Placed(
        placement=OVER,
        precision=precision,
        runs=chosen,
        start=start,
        rules=rules,
        ends=ends,
        seconds=summed(whole),
        fits=all(run.fits for run in chosen),
    )


def _by_speed(rig: Rig, job: Job, clock: Clock, precision: str) -> list[int]:
    """Return the numbers of the cards, those first that are soonest done with a step of every network."""

    def seconds(device: Device) -> float:
        return math.fsum(
            clock.step(_step_call(spec, job, 1), device, precision).prediction.value for spec in job.networks
        )

    found = {id(device): seconds(device) for device in rig.kinds}
    return sorted(range(len(rig.devices)), key=lambda card: found[id(_same(rig, card))])


def _same(rig: Rig, card: int) -> Device:
    """Return the first of the cards that are equal to one."""
    return next(one for one in rig.kinds if one == rig.devices[card])


def _places(runs: Sequence[Run], card: int) -> list[int]:
    return [place for place, run in enumerate(runs) if card in run.cards]


def _best_run(spec: MemberSpec, rig: Rig, job: Job, clock: Clock, order: Sequence[int], precision: str) -> Run:
    """Return a member's training on as many of the plugged cards, in order, as make it soonest; fitting goes first."""
    count = _soonest(spec, rig, job, clock, order, precision)
    return _run(spec, rig, job, clock, order[:count], precision, len(order))


def _rules(job: Job) -> Prediction | None:
    return ruled(job) if any(spec.name == "rule-based" for spec in job.specs) else None


def variants_of(rigs: Sequence[Rig], precisions: Sequence[str]) -> list[tuple[Device, str]]:
    """Return every card of some rigs in every precision."""
    return [(device, one) for rig in rigs for device in rig.kinds for one in precisions]
