"""What would change the answer: one thing changed at a time, everything else as asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sextet.hardware.rig import Rig
from sextet.planner.clock import Clock
from sextet.planner.comparison import Change
from sextet.planner.estimate import Estimate, estimate
from sextet.planner.figures import Quoted
from sextet.planner.job import Job
from sextet.planner.options import options_of
from sextet.planner.price_lists import price_lists
from sextet.planner.score import scores
from sextet.planner.terms import Terms
from sextet.planner.within import beyond, facts_of
from sextet.specs.presets import parse_members

WIDER = (4, 8, 16)
"""How many times as wide members are tried."""

FAST_HOST = 10.0
"""A host so many times as fast as the measured core, which leaves the cards as what decides."""

ALIKE = 1.01
"""Times and costs that differ by less have no winner; SAME_SCORE: scores likewise."""

SAME_SCORE = 0.05

LIMITS = "limits"
"""What `Change.flips` has where some rig kept to the limits as asked, and none does then."""

V5 = frozenset(spec.name for spec in parse_members("v5"))

FEW_CORES = 2
"""Cores of a host that is short of them."""


@dataclass(frozen=True)
class Case:
    """One thing changed: the job, the terms and the cores of the host then; `group` as in `Change`."""

    what: str
    job: Job
    terms: Terms
    group: str = ""
    cores: int | None = None


def cases(job: Job, terms: Terms) -> tuple[Case, ...]:
    """Return what is tried: size of the work, then use, then prices."""
    return tuple(_cases(job, terms))


def _cases(job: Job, terms: Terms) -> Iterator[Case]:
    fast = job.with_host(FAST_HOST)
    for factor in WIDER:
        yield Case(f"members {factor} times as wide", job.wider(factor), terms, "width")
    yield Case(f"a host {FAST_HOST:g} times as fast", fast, terms)
    for factor in WIDER:
        what = f"that host and members {factor} times as wide"
        yield Case(what, fast.wider(factor), terms, f"a host {FAST_HOST:g} times as fast")
    larger = job.asking(4 * job.config.batch)
    if larger.config.batch != job.config.batch:
        yield Case(f"batches of {larger.config.batch} instead of {job.config.batch}", larger, terms)
    longer = replace(job, config=replace(job.config, epochs=10 * job.config.epochs))
    yield Case("10 times the epochs", longer, terms)
    if any(spec.name == "patchtst" for spec in job.specs) and len(job.networks) > 1:
        without = tuple(spec for spec in job.specs if spec.name != "patchtst")
        v5 = " (the members of v5)" if {spec.name for spec in without} == V5 else ""
        yield Case(f"PatchTST left out{v5}", replace(job, specs=without), terms)
    more = replace(job, series=10 * job.series, rows=10 * job.rows, windows=10 * job.windows)
    yield Case("10 times the series, steps as before", more, terms)
    yield Case(f"a host with {FEW_CORES} cores, which feed no more cards", job, terms, cores=FEW_CORES)
    yield from _uses(job, terms)


def _uses(job: Job, terms: Terms) -> Iterator[Case]:
    for hours in (2.0, 24.0):
        if hours != terms.hours_a_day:
            yield Case(f"{hours:g} hours of training a day", job, replace(terms, hours_a_day=hours))
    for years in (1.0, 6.0):
        if years != terms.years:
            yield Case(f"{years:g} years of use" if years > 1 else "1 year of use", job, replace(terms, years=years))
    price = terms.electricity.quantity
    dear = Quoted(quantity=price * 3, source="three times what was asked for", date=terms.electricity.date)
    yield Case("electricity at three times its price", job, replace(terms, electricity=dear))
    if terms.prices and terms.prices[0].name == "question":
        lists = (price_lists()["used"], *(one for one in terms.prices if one.name not in ("question", "used")))
        yield Case("prices of the list of used cards (2026)", job, replace(terms, prices=lists))


def changes(rigs: Sequence[Rig], base: Sequence[Estimate], job: Job, clock: Clock, terms: Terms) -> tuple[Change, ...]:
    """Return each case with its winners, and which of them are others than as asked.

    In each case those rigs are judged that keep to the limits then; one that did not as asked may.

    Raises:
        HardwareError: a card is older than the time model knows.
    """
    tried = cases(job, terms)
    cored = [tuple(_with_cores(rig, case.cores) for rig in rigs) for case in tried]
    anew = [place for place, case in enumerate(tried) if case.job is not job or case.cores is not None]
    pairs = [(rig, tried[place].job) for place in anew for rig in cored[place]]
    options = dict(
        zip(((place, at) for place in anew for at in range(len(rigs))), options_of(pairs, clock, terms), strict=True)
    )
    asked = _change(Case("as asked", job, terms), base, None)
    left = frozenset(one.rig.name for one in base if beyond(one, terms))
    found = []
    for place, case in enumerate(tried):
        then = [
            estimate(rig, case.job, clock, case.terms, options=options.get((place, at), base[at].options))
            for at, rig in enumerate(cored[place])
        ]
        found.append(_change(case, then, asked, left))
    return tuple(found)


def _with_cores(rig: Rig, cores: int | None) -> Rig:
    """Return a rig whose host has no more than so many cores."""
    if cores is None:
        return rig
    return replace(rig, machine=replace(rig.machine, cores=min(cores, rig.machine.cores or cores)))


def _change(case: Case, rigs: Sequence[Estimate], asked: Change | None, left: frozenset[str] = frozenset()) -> Change:
    facts = facts_of(rigs, case.terms, left)
    seconds = {one.name: one.seconds for one in facts}
    cost = {one.name: one.cost for one in facts}
    judged = [one.name for one in facts if one.serves and one.within]
    # a score without a part that it had before is another one, and compares with none
    known = [one.name for one in facts if one.within and asked is not None and asked.cost[one.name] is not None]
    lost = any(cost[name] is None for name in known)
    totals = {one.name: None if lost else one.total for one in scores(facts, case.terms.weights)}
    winners = {
        "time": _least({name: seconds[name] for name in judged}),
        "cost": _least({name: cost[name] for name in judged}),
        "score": _most({name: totals[name] for name in judged}),
    }
    before = (asked.fastest, asked.cheapest, asked.best) if asked else tuple(winners.values())
    flips = tuple(
        name
        for name, was in zip(winners, before, strict=True)
        if None not in (winners[name], was) and winners[name] != was
    )
    if any(before) and not judged and any(one.serves for one in facts):
        flips = (LIMITS,)
    return Change(
        what=case.what,
        group=case.group or case.what,
        seconds=seconds,
        cost=cost,
        total=totals,
        fastest=winners["time"],
        cheapest=winners["cost"],
        best=winners["score"],
        flips=flips,
    )


def _least(values: dict[str, float | None]) -> str | None:
    """Return the name with the least value; None where one is not known, or where the two least are alike."""
    known = {name: value for name, value in values.items() if value is not None}
    if len(known) < len(values) or not known:
        return None
    first, *others = sorted(known, key=lambda name: known[name])
    return None if others and known[others[0]] < ALIKE * known[first] else first


def _most(values: dict[str, float | None]) -> str | None:
    """Likewise for the greatest score."""
    known = {name: value for name, value in values.items() if value is not None}
    if len(known) < len(values) or not known:
        return None
    first, *others = sorted(known, key=lambda name: -known[name])
    return None if others and known[others[0]] > known[first] - SAME_SCORE else first
