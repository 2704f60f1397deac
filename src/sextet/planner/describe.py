"""From estimates to the parts of the answer: cards, placements with timeline and memory, rooflines, room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from sextet.core.window import WindowShape
from sextet.hardware.catalogue import Device
from sextet.hardware.rig import Rig
from sextet.hardware.support import support
from sextet.planner.clock import Call, Clock
from sextet.planner.estimate import Estimate, supported_years
from sextet.planner.figures import Prediction
from sextet.planner.job import JUDGE_BATCH, Job
from sextet.planner.limits import why_of
from sextet.planner.memory import predict_memory, usable
from sextet.planner.rig_plan import (
    CardView,
    Inference,
    MemberTime,
    MemoryStack,
    PlacementPlan,
    RooflinePoint,
    RoomView,
    Slot,
    SoftwareEnd,
)
from sextet.planner.room import largest_near, lengthened, widened
from sextet.planner.this_machine import is_processor
from sextet.planner.timing.device import traits
from sextet.planner.trainable import why_not
from sextet.planner.training import OWN, Placed, Run, placement_text, summed
from sextet.planner.work import compiles
from sextet.specs.patchtst import PatchTSTSpec
from sextet.specs.presets import MemberSpec

START = "start-up"
LAYERS = 8
"""Most layers of a stack that are named."""


def card_views(rig: Rig) -> tuple[CardView, ...]:
    """Return every card of a rig, as its data sheet has it."""
    return tuple(_card(rig, number, one) for number, one in enumerate(rig.devices))


def _card(rig: Rig, number: int, one: Device) -> CardView:
    peak = {
        "float32": one.fp32_tflops,
        "tfloat32": one.tensor_tf32_tflops,
        "float16": one.tensor_fp16_tflops,
        "bfloat16": one.tensor_bf16_tflops,
    }
    generation = min(one.pcie_generation, rig.machine.pcie_generation or one.pcie_generation)
    link = "NVLink" if rig.nvlink and one.nvlink_gbs else f"PCIe {generation}.0 x{rig.lanes(one)}"
    return CardView(
        number=number,
        name=one.name,
        capability=str(one.capability),
        year=one.year,
        memory_bytes=one.memory_bytes,
        usable_bytes=usable(one),
        bandwidth=one.bandwidth_gbs * 1e9,
        peak={name: rate * 1e12 for name, rate in peak.items() if rate},
        link_bytes=rig.link_gbs(one) * 1e9,
        link=link,
        tdp_w=one.tdp_w,
        cooling=one.cooling,
        source=one.page,
    )


def placement_plan(placed: Placed, rig: Rig, job: Job, clock: Clock) -> PlacementPlan:
    """Return a placement with its timeline, and what fills each card it uses."""
    members = {run.spec.name: _member(run, job, clock) for run in placed.runs}
    if placed.rules is not None:
        members["rule-based"] = MemberTime(
            member="rule-based",
            cards=(),
            batch=0,
            step=None,
            input=None,
            validation=None,
            build=None,
            seconds=placed.rules,
            limited_by="host",
            why="It has no network: the host's processor does it, on any rig alike.",
        )
    return PlacementPlan(
        placement=placement_text(placed.placement, len(rig.devices)),
        precision=placed.precision,
        cards=tuple(sorted(placed.ends)),
        seconds=placed.seconds,
        members=tuple(members[spec.name] for spec in job.specs),
        timeline=timeline(placed),
        memory=tuple(
            memory_stack(run, card, rig, clock, placed.precision) for run in placed.runs for card in run.cards
        ),
        fits=placed.fits,
    )


def _member(run: Run, job: Job, clock: Clock) -> MemberTime:
    limit, why = why_of(run, clock.work(run.call))
    waits = summed([run.judge.prediction, run.judging]).scaled(job.judge_calls, "s")
    return MemberTime(
        member=run.spec.name,
        cards=run.cards,
        batch=run.call.batch,
        step=run.step,
        input=run.input,
        validation=waits,
        build=run.build,
        seconds=run.seconds,
        limited_by=limit,
        why=why,
    )


def timeline(placed: Placed) -> tuple[Slot, ...]:
    """Return a bar for each start-up and each member on each of its cards."""
    start = placed.start.value
    slots = [Slot(card=card, member=START, start=0.0, end=start) for card in sorted(placed.ends)]
    at = dict.fromkeys(placed.ends, start)
    together = start
    for run in placed.runs:
        begin = at[run.cards[0]] if placed.placement == OWN else together
        together = begin + run.seconds.value
        for card in run.cards:
            slots.append(Slot(card=card, member=run.spec.name, start=begin, end=together))
            at[card] = together
    if placed.rules is not None:
        begin = start if placed.placement == OWN else together
        slots.append(Slot(card=None, member="rule-based", start=begin, end=begin + placed.rules.value))
    return tuple(slots)


def memory_stack(run: Run, card: int, rig: Rig, clock: Clock, precision: str) -> MemoryStack:
    """Return what fills one card while a member trains on it."""
    device, count = rig.devices[card], len(run.cards)
    parts = clock.memory(run.call, device, precision, count)
    profile = clock.remembered(device)
    peak = predict_memory(clock.work(run.call), device, clock.software, precision, count, profile)
    can = usable(device)
    return MemoryStack(
        card=card,
        member=run.spec.name,
        framework=parts.context,
        weights=parts.weights,
        gradients=parts.gradients,
        optimiser=parts.optimiser,
        fixed=parts.fixed,
        inputs=parts.inputs,
        activations=parts.activations,
        workspace=parts.transient + parts.margin,
        total=parts.total,
        usable=can,
        peak=peak if profile else replace(peak, source="docs/hardware.md#memory"),
        fits=parts.total <= can,
        layers=tuple(sorted(parts.kept, key=lambda one: -one[1])[:LAYERS]),
    )


def roofline(estimate: Estimate, clock: Clock) -> tuple[RooflinePoint, ...]:
    """Return each member's step on each kind of card that it is placed on, with the ceilings of that card."""
    points = []
    for run in estimate.best.runs:
        work = clock.work(run.call)
        peak, bandwidth = _ceilings(run.device, clock, estimate.best.precision)
        step = run.one.prediction
        points.append(
            RooflinePoint(
                card=run.device.name,
                member=run.spec.name,
                precision=estimate.best.precision,
                flops=work.flops,
                bytes=work.bytes(estimate.best.precision),
                seconds=step.value,
                low=step.low,
                high=step.high,
                peak=peak,
                bandwidth=bandwidth,
            )
        )
    return tuple(points)


def _ceilings(device: Device, clock: Clock, precision: str) -> tuple[float, float]:
    """Return FLOP/s and bytes a second that a device cannot exceed; of a processor the best that was measured."""
    if is_processor(device):
        return device.fp32_tflops * 1e12, device.bandwidth_gbs * 1e9
    card = traits(device, clock.software, precision)
    return float(card.rate) * float(card.converted), float(card.bandwidth)


def inference(estimate: Estimate, job: Job, clock: Clock) -> Inference:
    """Return how long all networks need for one window, and how many windows a second they forecast in batches.

    In FP32, in which a run is kept whatever it was trained in.
    """
    device, precision = estimate.rig.devices[0], "float32"
    one = [clock.step(forecast_call(spec, job, 1), device, precision).prediction for spec in job.networks]
    many = [clock.step(forecast_call(spec, job, JUDGE_BATCH), device, precision).prediction for spec in job.networks]
    latency, batch = summed(one), summed(many)
    throughput = Prediction(
        value=JUDGE_BATCH / batch.value if batch.value else 0.0,
        low=JUDGE_BATCH / batch.high if batch.value else 0.0,
        high=JUDGE_BATCH / batch.low if batch.value else 0.0,
        unit="windows/s",
        extrapolated=batch.extrapolated,
        notes=batch.notes,
        source=batch.source,
    )
    return Inference(latency=latency, throughput=throughput, batch=JUDGE_BATCH)


def forecast_call(spec: MemberSpec, job: Job, batch: int) -> Call:
    """Return a forecast of so many windows by one member."""
    return Call(spec, job.shape, batch, False, compiles(spec, 1))


def room_view(device: Device, job: Job, clock: Clock, precision: str) -> RoomView:
    """Return what a card has room for, one member at a time."""
    can, batch = usable(device), job.config.batch

    def need(spec: MemberSpec, shape: WindowShape, windows: int) -> float:
        return clock.need(Call(spec, shape, windows), device, precision)

    batches = {spec.name: largest_near(partial(need, spec, job.shape), can, 2**14) for spec in job.networks}
    patchtst = next((spec for spec in job.networks if isinstance(spec, PatchTSTSpec)), None)
    if patchtst is None:
        return RoomView(card=device.name, largest_batch=batches, patchtst_width=None, patchtst_patches=None)
    wide = largest_near(lambda times: need(widened(patchtst, times), job.shape, batch), can, 256)
    patches = largest_near(lambda count: need(*lengthened(patchtst, job.shape, count), batch), can, 1024)
    width = patchtst.heads * wide
    return RoomView(card=device.name, largest_batch=batches, patchtst_width=width, patchtst_patches=patches)


def software_ends(rig: Rig, clock: Clock) -> tuple[SoftwareEnd, ...]:
    """Return until when software serves each kind of card."""
    ends = []
    for one in rig.kinds:
        if is_processor(one):
            continue
        found, why = support(one.capability), why_not(one, clock)
        years = 0.0 if why else supported_years(one)
        ends.append(
            SoftwareEnd(
                card=one.name,
                ends=found.driver_ends,
                years=None if years == float("inf") else years,
                risk=found.risk,
                sources=found.sources,
                cannot_train=why,
            )
        )
    return tuple(ends)


def forecasts_of(job: Job) -> Sequence[Call]:
    """Return the calls that `inference` asks for."""
    return [forecast_call(spec, job, batch) for spec in job.networks for batch in (1, JUDGE_BATCH)]
