"""The ways to train on many rigs at once, leaving out what cannot be the best.

One member after another over all cards cannot take less than the host needs for all of them. Where members on cards of
their own are done clearly before that, the steps of shared batches need not be predicted at all.
"""

from __future__ import annotations

from collections.abc import Sequence

from sextet.hardware.rig import Rig
from sextet.planner.choice import CLEARLY
from sextet.planner.clock import Call, Clock
from sextet.planner.estimate import Option, precisions_of
from sextet.planner.job import Job
from sextet.planner.terms import Terms
from sextet.planner.training import OVER, OWN, Placed, calls_of, least_over, placed, variants_of

Pair = tuple[Rig, Job]


def options_of(pairs: Sequence[Pair], clock: Clock, terms: Terms) -> list[dict[Option, Placed]]:
    """Return, for each rig with its job, every way that can be the best one.

    Raises:
        HardwareError: a card is older than the time model knows.
    """
    _prepare(pairs, clock, terms, shared=False)
    found: list[dict[Option, Placed]] = []
    open_: list[tuple[int, str]] = []
    for place, (rig, job) in enumerate(pairs):
        own = {half: placed(rig, job, clock, OWN, half) for half in precisions_of(rig, terms.precision)}
        found.append({(OWN, half): one for half, one in own.items()})
        for half, one in own.items():
            single = len(rig.devices) == 1
            if single or not one.fits or CLEARLY * least_over(rig, job, clock, half) <= one.seconds.value:
                open_.append((place, half))
    _prepare([pairs[place] for place, _ in open_], clock, terms, shared=True)
    for place, half in open_:
        rig, job = pairs[place]
        found[place][OVER, half] = placed(rig, job, clock, OVER, half)
    return found


def _prepare(pairs: Sequence[Pair], clock: Clock, terms: Terms, *, shared: bool) -> None:
    """Predict the calls of some jobs on all of their cards in one go; with `shared` those of shared batches too."""
    jobs = {id(job): (job, [rig for rig, mine in pairs if mine is job]) for _, job in pairs}
    calls: dict[Call, None] = {}
    for job, rigs in jobs.values():
        most = max(len(rig.devices) for rig in rigs) if shared else 1
        calls.update(dict.fromkeys(calls_of(job, most)))
    variants = {
        (id(device), half): (device, half)
        for rig, _ in pairs
        for device, half in variants_of([rig], precisions_of(rig, terms.precision))
    }
    missing = [call for call in calls if not all(clock.knows(call, *variant) for variant in variants.values())]
    if missing:
        clock.prepare(missing, variants.values(), limits=False)
