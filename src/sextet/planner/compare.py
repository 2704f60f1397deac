"""Rigs, a training and terms in, the whole answer out."""

from __future__ import annotations

from collections.abc import Sequence

from sextet.core.errors import ConfigError
from sextet.hardware.catalogue import Device
from sextet.hardware.rig import Rig
from sextet.planner.choice import CLEARLY
from sextet.planner.clock import HALF_COST, Clock
from sextet.planner.comparison import Chances, Change, Comparison, FrontPoint, Question
from sextet.planner.cost import BUSY, IDLE, heat, noise
from sextet.planner.describe import (
    card_views,
    forecasts_of,
    inference,
    placement_plan,
    roofline,
    room_view,
    software_ends,
)
from sextet.planner.estimate import Estimate, estimate, half_of, precisions_of, trained_in
from sextet.planner.host import FACTOR
from sextet.planner.host import SOURCE as HOST_SOURCE
from sextet.planner.job import Job
from sextet.planner.limits import limits_of
from sextet.planner.memory import TOGETHER
from sextet.planner.rig_plan import Money, PrecisionChoice, RigPlan, ScoreView, YearCost
from sextet.planner.score import WEIGHTS, Score, scores
from sextet.planner.search import Bounds, Searched, front, front_point, search
from sextet.planner.sensitivity import changes
from sextet.planner.simulation import simulate
from sextet.planner.terms import Terms
from sextet.planner.training import OVER, OWN, calls_of, placement_text, variants_of
from sextet.planner.verdict import alike, break_evens, reasons, verdict
from sextet.planner.within import allowed, facts_of, within
from sextet.planner.wording import digits, money, took
from sextet.specs.train_config import ROUNDS


def compare(
    rigs: Sequence[Rig], job: Job, terms: Terms, *, clock: Clock | None = None, bounds: Bounds | None = None
) -> Comparison:
    """Return the answer about some rigs and, with `bounds`, about every rig of equal cards of the catalogue.

    Args:
        rigs: each of another name; none only with `bounds`.
        job: what is trained.
        terms: prices, use, limits, weights.
        clock: step times; a new one unless given.
        bounds: asks for a search within these and the terms' limits.

    Raises:
        ConfigError: there is nothing to compare, or two rigs have one name.
        HardwareError: a card is older than the time model knows.
    """
    _check(rigs, job, bounds)
    clock = clock or Clock(terms.software)
    estimates = _estimates(rigs, job, clock, terms)
    scored = scores(facts_of(estimates, terms), terms.weights) if rigs else ()
    chances: Chances | None = None
    changed: tuple[Change, ...] = ()
    kept = allowed(estimates, terms)
    if len(kept) > 1:
        chances = simulate(kept, job, terms)
    if sum(not one.cannot_train for one in estimates) > 1:
        changed = changes(rigs, estimates, job, clock, terms)
    points = _points(estimates, kept, terms)
    searched = search(job, clock, terms, bounds) if bounds is not None else None
    if searched is not None:
        points = searched.points
    plans = tuple(
        _plan(one, score, [other for other in kept if other is not one], job, clock, terms)
        for one, score in zip(estimates, scored, strict=True)
    )
    return Comparison(
        question=_question(job, terms),
        rigs=plans,
        verdict=verdict(estimates, scored, chances, changed, terms, searched),
        chances=chances,
        break_even=break_evens(kept, terms),
        sensitivity=changed,
        front=points,
        assumptions=_assumptions(job, terms),
        notes=(
            *_found(searched, rigs),
            *job.lowered,
            *((TOGETHER,) if any(len(rig.devices) > 1 for rig in rigs) else ()),
        ),
    )


def _points(estimates: Sequence[Estimate], kept: Sequence[Estimate], terms: Terms) -> tuple[FrontPoint, ...]:
    """Return every rig as a point; only those that serve and keep to the limits can be on the front."""
    marked = dict(zip((one.rig.name for one in kept), front([front_point(one, terms) for one in kept]), strict=True))
    return tuple(marked.get(one.rig.name) or front_point(one, terms) for one in estimates)


def _found(searched: Searched | None, rigs: Sequence[Rig]) -> tuple[str, ...]:
    """Return what there is to say of a search; without rigs the verdict says what it lacks."""
    if searched is None:
        return ()
    return (*((searched.lacking,) if searched.lacking and rigs else ()), *searched.notes)


def _check(rigs: Sequence[Rig], job: Job, bounds: Bounds | None) -> None:
    names = [rig.name for rig in rigs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigError(f"Expected every rig once; {twice[0]!r} comes {names.count(twice[0])} times.")
    if not rigs and bounds is None:
        raise ConfigError("Expected at least one rig, such as '3x Tesla P40', or a search.")
    if not job.networks:
        raise ConfigError("Expected at least one member with a network; rule-based alone needs no card.")


def _estimates(rigs: Sequence[Rig], job: Job, clock: Clock, terms: Terms) -> list[Estimate]:
    if not rigs:
        return []
    most = max(len(rig.devices) for rig in rigs)
    variants = [pair for rig in rigs for pair in variants_of([rig], precisions_of(rig, terms.precision, every=True))]
    clock.prepare([*calls_of(job, most), *forecasts_of(job)], variants)
    return [estimate(rig, job, clock, terms, every=True) for rig in rigs]


def _plan(one: Estimate, score: Score, others: Sequence[Estimate], job: Job, clock: Clock, terms: Terms) -> RigPlan:
    rig, precision = one.rig, one.best.precision
    pros, cons = reasons(one, others, terms)
    ways = (OWN, OVER) if len(rig.devices) > 1 else (one.best.placement,)
    works = {run.spec.name: clock.work(run.call) for run in one.best.runs}
    return RigPlan(
        name=rig.name,
        text=str(rig),
        cards=card_views(rig),
        placements=tuple(placement_plan(one.options[way, precision], rig, job, clock) for way in ways),
        chosen=placement_text(one.best.placement, len(rig.devices)),
        why=_why_placement(one),
        precision=_precision(one),
        room=tuple(room_view(kind, job, clock, precision) for kind in rig.kinds),
        roofline=roofline(one, clock),
        inference=inference(one, job, clock),
        money=_money(one, terms),
        noise=noise(rig),
        heat=heat(rig),
        software=software_ends(rig, clock),
        limits=limits_of(one, works),
        score=ScoreView(total=score.total, parts=score.parts, notes=score.notes),
        within=within(one, terms),
        pros=pros,
        cons=cons,
        notes=(*rig.notes, *_notes(one)),
        cannot_train=one.cannot_train,
    )


def _why_placement(one: Estimate) -> str:
    best = one.best
    other = one.options[OVER if best.placement == OWN else OWN, best.precision]
    if len(one.rig.devices) == 1:
        return "One card trains one member after another."
    if best.placement == OVER and other.fits and best.seconds.value > other.seconds.value:
        return (
            f"Cards of their own would end no more than {1 - CLEARLY:.0%} sooner ({took(other.seconds.value)}), too "
            "little for a prediction: each member trains over all cards, one after another."
        )
    if alike(best.seconds.value, other.seconds.value):
        return f"Both placements take about as long ({took(other.seconds.value)} {other.placement})."
    if best.placement == OWN:
        return (
            f"Members on cards of their own train beside each other: {took(best.seconds.value)} instead of "
            f"{took(other.seconds.value)} one after another {OVER}."
        )
    return (
        f"{took(best.seconds.value)} instead of {took(other.seconds.value)}: one member takes so much longer than the "
        "others that it has to be shared."
    )


def _precision(one: Estimate) -> PrecisionChoice:
    best = one.best.precision
    seconds: dict[str, float] = {}
    for (way, precision), placed in one.options.items():
        if len(one.rig.devices) == 1 and way == OWN:
            continue  # a single card trains one after another, the Rule-Based member too
        seconds[precision] = min(placed.seconds.value, seconds.get(precision, placed.seconds.value))
    half = half_of(one.rig)
    return PrecisionChoice(
        precision=best,
        why=_why_precision(one.rig, best, half, seconds),
        seconds=seconds,
        unit=_unit(one.rig.devices, best),
    )


def _unit(cards: Sequence[Device], precision: str) -> str:
    """Return what does the products: tensor cores that know the precision on every card, else FP32 units."""
    knows = {
        "float16": [card.tensor_fp16_tflops for card in cards],
        "bfloat16": [card.tensor_bf16_tflops for card in cards],
        "float32": [card.tensor_tf32_tflops for card in cards],
    }
    if all(knows[precision]):
        return f"tensor cores ({ {'float16': 'FP16', 'bfloat16': 'BF16', 'float32': 'TF32'}[precision] })"
    return "FP32 units"


def _why_precision(rig: Rig, best: str, half: str, seconds: dict[str, float]) -> str:
    if len(seconds) == 1:
        rate = {"float16": "tensor_fp16_tflops", "bfloat16": "tensor_bf16_tflops"}.get(best)
        without = [str(card) for card in rig.kinds if rate and not getattr(card, rate)]
        computed = (
            f" {', '.join(without)} has no tensor cores for {best}: it computes in FP32 and converts."
            if without
            else ""
        )
        return f"As asked.{computed}"
    usual, full, mixed = trained_in(rig), seconds["float32"], seconds[half]
    said = f"sextet train takes {usual.policy} here. {usual.reason}"
    if best == "float32":
        return f"{said} Predicted: {took(full)}, and {took(mixed)} in {half}."
    sooner = " --precision float32 would end sooner." if full < mixed else ""
    return (
        f"{said} Predicted: {took(mixed)}, and {took(full)} in float32; half precision takes {HALF_COST - 1:.0%} for "
        f"casts and scaling.{sooner}"
    )


def _money(one: Estimate, terms: Terms) -> Money:
    return Money(
        price=one.price,
        missing=one.listed.missing,
        lists=tuple(dict.fromkeys(price.origin for price in one.listed.prices)),
        power=one.watts,
        energy=one.energy,
        energy_cost=one.energy_cost,
        training=one.cost,
        years=_years(one, terms),
        notes=one.listed.notes,
    )


def _years(one: Estimate, terms: Terms) -> tuple[YearCost, ...]:
    if one.price is None or one.price.low is None or one.price.high is None:
        return ()
    year = one.watts.scaled(365 * terms.hours_a_day / 1000 * terms.electricity.quantity.value, terms.currency)
    return tuple(
        YearCost(
            year=number,
            purchase=one.price.quantity.value,
            electricity=year.value * number,
            low=one.price.low.value + year.low * number,
            high=one.price.high.value + year.high * number,
            unit=terms.currency,
        )
        for number in range(int(-(-terms.years // 1)) + 1)
    )


def _notes(one: Estimate) -> list[str]:
    said = []
    if one.rig.machine.memory_gb is not None:
        said.append(
            f"The machine's {one.rig.machine.memory_gb} GB of main memory limit nothing here: what data and training "
            "need of it is not reckoned with."
        )
    if one.best.seconds.extrapolated:
        said.append(
            "Step times reach beyond what was measured (" + "; ".join(one.best.seconds.notes) + "); their intervals "
            "are wider for it."
        )
    if len(one.rig.devices) > 1 and one.rig.machine.cores is None and one.best.placement == OWN:
        said.append(
            f"Each card is fed by a process of its own: a core for each of {len(one.best.ends)} is assumed. Name the "
            "machine's, such as 'on 8 cores', to have fewer counted."
        )
    return said


def _question(job: Job, terms: Terms) -> Question:
    return Question(
        members=tuple(spec.name for spec in job.specs),
        data=job.data,
        series=job.series,
        rows=job.rows,
        horizon=job.shape.horizon,
        lookback=job.shape.lookback,
        covariates=job.covariates,
        batch=job.config.batch,
        steps=job.config.steps,
        epochs=job.config.epochs,
        windows=job.windows,
        select_windows=job.judged,
        weights={**WEIGHTS, **terms.weights},
        hours_a_day=terms.hours_a_day,
        years=terms.years,
        electricity=terms.electricity,
        won_per_dollar=terms.won_per_dollar,
        price_lists=tuple(one.name for one in terms.prices),
        hours_limit=terms.hours_limit,
        budget=terms.budget,
        precision=terms.precision,
        seed=terms.seed,
        software=f"{terms.software.framework}, cuDNN {terms.software.cudnn}",
    )


def _assumptions(job: Job, terms: Terms) -> tuple[str, ...]:
    budget = job.config.epochs * job.config.steps
    return (
        f"Times, energy and costs are those of one round: at most {job.config.epochs} epochs of {job.config.steps} "
        f"steps of {job.config.batch} windows for each network ({budget:,} steps). Early stopping, which may end it "
        f"sooner, is not counted on. Unless --epochs is named, sextet train does up to {ROUNDS - 1} rounds more, each "
        "as long, for a network that still learns by then, which no plan can foresee; --deadline is judged on one "
        "round.",
        f"The host's share (start-up, networks built, batches gathered, windows scored) was measured: {HOST_SOURCE}. "
        f"Another processor may be {FACTOR:g} times as fast or as slow; --host-speed says so. Opening a GPU was not "
        "measured.",
        "What sextet train does unless it is told: mixed precision by compute capability (float16 at 7.0 and 7.5, "
        "bfloat16 from 8.0, else FP32, which is TF32 where the card has it); on several cards members on cards of "
        f"their own where that ends {1 - CLEARLY:.0%} sooner, else one after another over all cards. Three things it "
        "does otherwise: it gives the longest member to the next card that is free, where the plan looks for the best "
        "assignment; over all cards it uses all, where the plan leaves out those that would not help (--gpus); and it "
        "judges in float32, which is counted here in the precision of the training.",
        "Nothing of that was measured on a card by this project, unless --profile brings it: steps, the exchange of "
        f"gradients, memory, the gain of half precision and its {HALF_COST - 1:.0%} for casts are predictions of what "
        "TensorFlow does.",
        "Reading the data, exporting, learning weights and the test run on the host and are not counted: they are the "
        "same on every rig.",
        f"Power of a busy card: {BUSY.quantity.value:g} of its TDP ({BUSY.source}); of a waiting one "
        f"{IDLE.quantity.value:g} ({IDLE.source}); {digits(terms.host_w)} W for the machine around, assumed.",
        f"Use: {terms.hours_a_day:g} hours of training a day for {terms.years:g} years, electricity at "
        f"{money(terms.electricity.quantity)} ({terms.electricity.source}).",
        "Weights of the score are a choice, not a finding; --weights changes them.",
    )
