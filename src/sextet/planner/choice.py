"""Which placement a training takes, with the numbers that say why, and what will not fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sextet.core.errors import ConfigError, nearest
from sextet.core.window import WindowShape
from sextet.hardware.site import Site
from sextet.planner.layout import Budget, Layout, Placement, data_layout, member_layout
from sextet.planner.timing.step_times import StepTimes
from sextet.specs.presets import MemberSpec

PLACEMENTS = ("auto", "data", "member")
CLEARLY = 0.9
"""Share of the time of `data` below which `member` is taken where times are estimates: processes cost memory."""

LEAST = 8
"""Fewest windows a step that the advice on memory goes down to."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A placement, and why.

    Attributes:
        placement: which.
        why: one sentence with the numbers.
        data, member: both layouts.
        warnings: what will not fit, and what to do; one sentence each.
    """

    placement: Placement
    why: str
    data: Layout
    member: Layout
    warnings: tuple[str, ...]

    @property
    def layout(self) -> Layout:
        """The one chosen."""
        return self.data if self.placement == "data" else self.member


def check_placement(wanted: str) -> None:
    """Refuse a placement that there is not.

    Raises:
        ConfigError: it is none of `PLACEMENTS`.
    """
    if wanted not in PLACEMENTS:
        raise ConfigError(
            f"Expected placement as one of {', '.join(PLACEMENTS)}; got {wanted!r}{nearest(wanted, PLACEMENTS) or '.'}"
        )


def choose(
    specs: Sequence[MemberSpec],
    shape: WindowShape,
    budget: Budget,
    site: Site,
    times: StepTimes,
    wanted: str = "auto",
    shared: Budget | None = None,
) -> Choice:
    """Choose the placement of a training.

    Args:
        specs: members, every field chosen.
        shape: of the windows.
        budget: how much is trained by one device.
        site: the machine.
        times: measured step times.
        wanted: "data", "member", or "auto" for the faster one.
        shared: how much is trained where all devices share a batch; None: as `budget`.

    Raises:
        ConfigError: there is no such placement.
    """
    check_placement(wanted)
    shared = shared or budget
    data = data_layout(specs, shape, shared, site, times)
    member = member_layout(specs, shape, budget, site, times)
    placement, why = (wanted, f"--placement {wanted} was asked for. {_both(data, member)}")
    if wanted == "auto":
        placement, why = _faster(data, member, site)
    layout = data if placement == "data" else member
    return Choice(
        placement=layout.placement,
        why=why.strip(),
        data=data,
        member=member,
        warnings=_warnings(specs, shape, shared if layout is data else budget, site, times, layout),
    )


def _faster(data: Layout, member: Layout, site: Site) -> tuple[Placement, str]:
    cards = len(site.accelerators)
    if member.places == 1:
        what = site.title if cards else "one process at a time has room here"
        return "data", f"Members train one after the other in this process: {what}."
    if all(one.fits for one in data.members) and not all(one.fits for one in member.members):
        name = next(one.name for one in member.members if not one.fits)
        return "data", f"{name} does not fit on one card, but does where the cards share each batch."
    if data.seconds is None or member.seconds is None:
        if cards:
            return (
                "member",
                f"Each member on a card of its own: {member.places} at once need no exchange of gradients. Times are "
                "not known beforehand for these cards and members; they are measured now.",
            )
        return "data", f"{_unknown(data)} Members train one after the other, each on all cores, and are measured."
    sure = _sources(data, member) == {"measured"}
    if not cards and not sure:  # what cores lose when they are divided differs from processor to processor
        return "data", (
            "Members train one after the other, each on all cores. Several at once were not measured on this "
            "processor: --placement member tries it, and is taken from then on where it is faster."
        )
    if member.seconds < data.seconds * (1.0 if sure else CLEARLY):
        return "member", f"It is the faster one. {_both(data, member)}"
    faster = "It is the faster one." if member.seconds >= data.seconds else "The other is not clearly faster."
    return "data", f"{faster} {_both(data, member)}"


def _unknown(data: Layout) -> str:
    """Say which members' time is not known on this processor; one that was measured with other threads is."""
    unknown = [one.name for one in data.members if one.seconds is None]
    if all(one.seconds is None or not one.step for one in data.members):
        return "No step was measured on this processor yet."
    return f"No step of {', '.join(unknown)} was measured on this processor yet; steps of the others were."


def _both(data: Layout, member: Layout) -> str:
    if data.seconds is None or member.seconds is None:
        return ""
    sources = _sources(data, member)
    how = "measured" if sources == {"measured"} else "estimated: " + "; ".join(sorted(sources))
    return (
        f"Each member over all devices takes {duration(data.seconds)}, {member.places} members at once on devices of "
        f"their own {duration(member.seconds)} ({how})."
    )


def _sources(data: Layout, member: Layout) -> set[str]:
    return {one.source for one in (*data.members, *member.members) if one.seconds}


def _warnings(
    specs: Sequence[MemberSpec],
    shape: WindowShape,
    budget: Budget,
    site: Site,
    times: StepTimes,
    layout: Layout,
) -> tuple[str, ...]:
    """Say which members will not fit, and the largest batch with which they would."""
    over = [one.name for one in layout.members if not one.fits]
    if not over:
        return ()
    make = data_layout if layout.placement == "data" else member_layout
    batch = budget.batch
    while batch > LEAST:
        batch //= 2
        smaller = make(specs, shape, replace(budget, batch=batch), site, times)
        if all(one.fits for one in smaller.members):
            break
    fits = all(one.fits for one in smaller.members) if budget.batch > LEAST else False
    do = f"lower --batch to {batch}" if fits else "shorten --lookback or use narrower members"
    if not site.accelerators:
        do += ", or close other programs"
    elif layout.placement == "member" and len(site.accelerators) > 1:
        do += ", or share each batch among the cards with --placement data"
    return tuple(
        f"{one.name} needs about {gib(one.memory)} at a batch of {budget.batch}, and there are {gib(one.room)} for "
        f"it on {'the smallest card' if site.accelerators else 'this machine'}: {do}."
        for one in layout.members
        if one.name in over
    )


def gib(size: float | None) -> str:
    """Write bytes for people."""
    return "an unknown amount" if size is None else f"{size / 2**30:.1f} GiB"


def duration(seconds: float) -> str:
    """Write seconds for people."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
