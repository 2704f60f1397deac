"""Which rigs keep to the limits that were asked for: a verdict, and all that bears on it, is judged among these."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from sextet.planner.estimate import Estimate
from sextet.planner.score import Facts
from sextet.planner.terms import Terms


def within(one: Estimate, terms: Terms) -> dict[str, bool | None]:
    """Return whether a rig keeps to the limits that were asked for; None: not known."""
    found: dict[str, bool | None] = {}
    if terms.hours_limit is not None:
        found["hours"] = one.best.seconds.value <= terms.hours_limit * 3600
    if terms.budget is not None:
        found["budget"] = one.price.quantity.value <= terms.told(terms.budget).value if one.price else None
    return found


def beyond(one: Estimate, terms: Terms) -> tuple[str, ...]:
    """Return the limits that a rig is known not to keep to."""
    return tuple(name for name, holds in within(one, terms).items() if holds is False)


def broken(one: Estimate, terms: Terms) -> str:
    """Return in words which limits a rig does not keep to, empty where it does."""
    said = {
        "hours": f"takes longer than {terms.hours_limit} h for one round",
        "budget": f"costs more than {terms.budget}",
    }
    return " and ".join(said[name] for name in beyond(one, terms))


def allowed(rigs: Sequence[Estimate], terms: Terms) -> list[Estimate]:
    """Return the rigs that serve and are not known to break a limit."""
    return [one for one in rigs if one.serves and not beyond(one, terms)]


def facts_of(rigs: Sequence[Estimate], terms: Terms, left: Collection[str] = ()) -> list[Facts]:
    """Return what the score reads of each rig; those that break a limit are measured against the others only.

    Args:
        rigs: each of another name.
        terms: the limits.
        left: names of rigs that broke a limit as asked, and are out until they are known to keep to all.
    """
    found = []
    for one in rigs:
        held = within(one, terms).values()
        out = False in held or (None in held and one.rig.name in left)
        found.append(replace(one.facts(), within=not out))
    return found
