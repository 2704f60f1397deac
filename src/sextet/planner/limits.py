"""What limits a member and a rig, in words with the numbers behind them."""

from __future__ import annotations

from sextet.planner.clock import HALF_COST
from sextet.planner.estimate import Estimate
from sextet.planner.operations import Work
from sextet.planner.training import Run


def why_of(run: Run, work: Work) -> tuple[str, str]:
    """Return what limits a member's training, as a word and as a sentence."""
    step, waits = run.step.value, run.input.value
    if waits > step:
        return "input", (
            f"The host needs {waits * 1e3:.1f} ms to gather a batch, the card {step * 1e3:.1f} ms for a step: "
            "no card makes it faster, a faster processor does."
        )
    if run.step.limited_by == "exchange of gradients":
        return "exchange of gradients", (
            f"Exchanging {run.exchanged / 1e6:.1f} MB of gradients takes longer than the step itself "
            f"({run.one.prediction.value * 1e3:.1f} ms)."
        )
    calls = sum(count for _, count in work.operations) + work.launches
    if run.one.prediction.limited_by == "launches":
        busy = sum(part.seconds for part in run.one.busy.values())
        return "launches", (
            f"The host hands over {calls:,} calls a step, {run.one.host * 1e3:.1f} ms; the card computes for "
            f"{busy * 1e3:.1f} ms of it."
        )
    limit = run.one.prediction.limited_by or "arithmetic"
    more = {
        "memory": "memory bandwidth would help most",
        "arithmetic": "a higher rate of arithmetic would help most",
        "sequential steps": "recurrent steps wait for each other, which neither rate nor bandwidth shortens",
        "sequence lengths": "handing cuDNN the length of every sequence takes most of it, on any card; a smaller batch "
        "helps",
    }
    return limit, f"A step takes {step * 1e3:.1f} ms on the card; {more.get(limit, limit)}."


def limits_of(one: Estimate, works: dict[str, Work]) -> tuple[str, ...]:
    """Return what limits a rig, the most important first.

    Args:
        one: the rig.
        works: a step of each member, by name.
    """
    runs, best = one.best.runs, one.best
    seconds: dict[str, float] = {}
    names: dict[str, list[str]] = {}
    for run in runs:
        limit, _ = why_of(run, works[run.spec.name])
        seconds[limit] = seconds.get(limit, 0.0) + run.seconds.value
        names.setdefault(limit, []).append(run.spec.name)
    said = [_limit(limit, names[limit], one) for limit in sorted(seconds, key=lambda name: -seconds[name])]
    builds = sum(run.build.value for run in runs)
    whole = sum(run.seconds.value for run in runs)
    if runs and builds > 0.25 * whole:
        said.append(
            f"Building and compiling networks is {builds / whole:.0%} of the members' time, the same on every card but "
            f"for the {HALF_COST - 1:.0%} more that half precision takes."
        )
    idle = len(one.rig.devices) - len(best.ends)
    if idle:
        cards = "1 card stays" if idle == 1 else f"{idle} cards stay"
        said.append(f"{cards} unused: with {len(runs)} networks placed {best.placement} more would not help.")
    return tuple(said)


_SAID = {
    "input": "gathering batches on the host, which no card makes shorter",
    "launches": "handing over calls to the card, not the card",
    "exchange of gradients": "exchanging gradients between cards",
    "memory": "the cards' memory bandwidth",
    "arithmetic": "the cards' arithmetic",
    "sequential steps": "recurrent steps that wait for each other",
    "sequence lengths": "handing cuDNN the lengths of so many sequences at once, which no card makes shorter",
}


def _limit(limit: str, names: list[str], one: Estimate) -> str:
    return f"{', '.join(names)}: limited by {_SAID.get(limit, limit)}."
