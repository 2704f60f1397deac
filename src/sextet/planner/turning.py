"""At which price of a rig, and at which limit, another rig scores best."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from sextet.planner.estimate import Estimate
from sextet.planner.figures import Quantity
from sextet.planner.score import scores
from sextet.planner.terms import Terms
from sextet.planner.within import allowed, beyond, facts_of

CLOSE = 1.005
"""How closely a turning price is found, as a factor."""


def winner(rigs: Sequence[Estimate], terms: Terms) -> str | None:
    """Return which rig scores best of those that keep to the limits; None where none does or a score is not known."""
    kept = {one.rig.name for one in allowed(rigs, terms)}
    totals = [one for one in scores(facts_of(rigs, terms), terms.weights) if one.name in kept]
    if not totals or any(one.total is None for one in totals):
        return None
    return max(totals, key=lambda one: one.total or 0.0).name


def priced(one: Estimate, factor: float, terms: Terms) -> Estimate:
    """Return a rig that costs so many times its price; what a price is quoted between moves with it."""
    if one.price is None or one.cost is None:
        return one
    quoted, now = one.price, one.cost
    price = replace(
        quoted,
        quantity=quoted.quantity * factor,
        low=quoted.low and quoted.low * factor,
        high=quoted.high and quoted.high * factor,
    )
    cost = price.quantity.value * one.best.seconds.value / terms.life_seconds + one.energy_cost.value
    times = cost / now.value
    return replace(one, price=price, cost=replace(now, value=cost, low=now.low * times, high=now.high * times))


def turning_price(
    rigs: Sequence[Estimate], place: int, terms: Terms, most: float = 100.0
) -> tuple[str, Quantity] | None:
    """Return at which price of a rig another wins on the score, and which; None where no price up to `most` times does.

    It is the budget itself where the rig wins as soon as it keeps to that, or another as soon as it no longer does.

    Args:
        rigs: with prices.
        place: of the rig whose price changes; the others' stay.
        terms: weights, use and limits.
        most: how many times its price, or how small a share of it, is looked at.
    """
    one = rigs[place]
    if one.price is None or not one.serves or any(other.cost is None for other in (one, *allowed(rigs, terms))):
        return None

    def wins(factor: float) -> str | None:
        return winner([*rigs[:place], priced(one, factor, terms), *rigs[place + 1 :]], terms)

    now = wins(1.0)
    end = most if now == one.rig.name else 1 / most
    if wins(end) in (now, None):
        return None
    factor = _turn(lambda factor: wins(factor) == now, end)
    found, price = wins(factor * (1.01 if end > 1 else 0.99)), one.price.quantity * factor
    if terms.budget is not None:
        edge = terms.told(terms.budget).value / one.price.quantity.value
        at_edge = (wins(edge * (1 - 1e-9)) == now) == (end > 1)
        if max(edge / factor, factor / edge) <= CLOSE and at_edge:
            price = terms.told(terms.budget)
    return None if found is None else (found, price)


def _turn(stays: Callable[[float], bool], end: float) -> float:
    """Return the factor between 1 and `end` at which something stops to hold, within half a percent."""
    near, far = 1.0, end
    while max(near / far, far / near) > CLOSE:
        middle = (near * far) ** 0.5
        near, far = (middle, far) if stays(middle) else (near, middle)
    return far


def turning_limits(rigs: Sequence[Estimate], terms: Terms) -> Iterator[tuple[str, str, float]]:
    """Yield each limit that would let another rig win, as its name, that rig's, and the least that it takes.

    Of rigs that break one limit alone: two limits are not a matter of one number.
    """
    now = winner(rigs, terms)
    for one in rigs:
        over = beyond(one, terms)
        if not one.serves or len(over) != 1:
            continue
        if over == ("budget",) and one.price is not None:
            needed = one.price.quantity.value
            loose = replace(terms, budget=one.price.quantity)
        else:
            needed = one.best.seconds.value / 3600
            loose = replace(terms, hours_limit=needed * (1 + 1e-9))  # hours are not whole seconds
        if winner(rigs, loose) == one.rig.name != now:
            yield over[0], one.rig.name, needed
