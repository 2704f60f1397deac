"""Reasons for and against each rig, when one breaks even with another, and which to take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sextet.planner.comparison import BreakEven, Chances, Change, Verdict
from sextet.planner.cost import NOISE
from sextet.planner.estimate import Estimate
from sextet.planner.figures import Quantity
from sextet.planner.score import Score
from sextet.planner.search import Searched
from sextet.planner.sensitivity import LIMITS
from sextet.planner.terms import Terms
from sextet.planner.turning import turning_limits, turning_price
from sextet.planner.within import allowed, broken
from sextet.planner.wording import digits_up, money, percent, times, took

ALIKE = 1.05
"""Figures that differ by less are called alike."""


def reasons(one: Estimate, others: Sequence[Estimate], terms: Terms) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what speaks for a rig and what against it, beside the others that serve and keep to the limits.

    Figures of one that does not serve speak for nothing.
    """
    pros: list[str] = []
    cons = list(one.cannot_train)
    if one.serves and (over := broken(one, terms)):
        cons.append(f"It {over}.")
    if not one.best.fits:
        cons.append("Not every member fits on a card.")
    for other in others if one.serves else ():
        for text, better in _against(one, other):
            (pros if better else cons).append(text)
    if not any(card.tensor_fp16_tflops for card in one.rig.devices):
        cons.append("No tensor cores: half precision gains nothing.")
    loud = {card.cooling for card in one.rig.kinds} - {"open"}
    cons += [f"Cooling: {NOISE[cooling]}." for cooling in sorted(loud)]
    if one.supported < terms.years and not one.cannot_train:
        cons.append(
            f"Software: its last driver is looked after for {one.supported:.1f} more years, and it is to serve "
            f"{terms.years:g}."
        )
    if any(card.form != "PCIe" for card in one.rig.kinds):
        cons.append("SXM modules need a carrier board or server, which is not in the price.")
    return tuple(dict.fromkeys(pros)), tuple(dict.fromkeys(cons))


def _against(one: Estimate, other: Estimate) -> list[tuple[str, bool]]:
    name, said = other.rig.name, []
    mine, theirs = one.best.seconds.value, other.best.seconds.value
    if not alike(mine, theirs):
        faster = mine < theirs
        said.append(
            (f"Trains a round in {took(mine)}, {name} in {took(theirs)} ({times(mine, theirs)} the time).", faster)
        )
    pairs = (
        ("costs {} to buy", one.price.quantity if one.price else None, other.price.quantity if other.price else None),
        ("costs {} a round", one.cost.quantity if one.cost else None, other.cost.quantity if other.cost else None),
        ("takes {} a round", one.energy.quantity, other.energy.quantity),
    )
    for words, own, its in pairs:
        if own is not None and its is not None and not alike(own.value, its.value):
            text = words.format(money(own))
            said.append((f"It {text}, {name} {money(its)}.", own.value < its.value))
    if not alike(one.headroom, other.headroom) and min(one.headroom, other.headroom) < 4:
        text = (
            f"The tightest member leaves {one.headroom:.1f} times what it needs, on {name} {other.headroom:.1f} times."
        )
        said.append((text, one.headroom > other.headroom))
    if abs(min(one.supported, 99) - min(other.supported, 99)) > 0.1:
        said.append((f"Software serves it {_years(one)}, {name} {_years(other)}.", one.supported > other.supported))
    return said


def _years(one: Estimate) -> str:
    return "without a known end" if one.supported == float("inf") else f"for {one.supported:.1f} years more"


def alike(one: float, other: float) -> bool:
    """Whether two positive figures differ by less than `ALIKE`."""
    return max(one, other) <= ALIKE * min(one, other)


def break_evens(rigs: Sequence[Estimate], terms: Terms) -> tuple[BreakEven, ...]:
    """Return for each pair when the dearer rig has cost less in all, both doing what the slower one can do a day."""
    found = []
    for place, first in enumerate(rigs):
        for second in rigs[place + 1 :]:
            if first.price is None or second.price is None:
                lacking = [one.rig.name for one in (first, second) if one.price is None]
                text = f"Not known: no price of {' and '.join(lacking)}."
                found.append(BreakEven(cheap=first.rig.name, dear=second.rig.name, days=None, text=text))
                continue
            cheap, dear = sorted((first, second), key=lambda one: one.price.quantity.value if one.price else 0.0)
            found.append(_break_even(cheap, dear, terms))
    return tuple(found)


def _break_even(cheap: Estimate, dear: Estimate, terms: Terms) -> BreakEven:
    names = {"cheap": cheap.rig.name, "dear": dear.rig.name}
    extra = (dear.price.quantity.value if dear.price else 0.0) - (cheap.price.quantity.value if cheap.price else 0.0)
    saved = cheap.energy_cost.value - dear.energy_cost.value
    if extra <= 0:
        return BreakEven(**names, days=0.0, text=f"{names['dear']} costs no more to buy.")
    if saved <= 0:
        text = f"{names['dear']} never catches up with {names['cheap']}: it takes no less electricity a round."
        return BreakEven(**names, days=None, text=text)
    a_day = terms.hours_a_day * 3600 / max(cheap.best.seconds.value, dear.best.seconds.value)
    days = extra / saved / a_day
    text = (
        f"{names['dear']} has cost less than {names['cheap']} after {days:,.0f} days ({days / 365:,.0f} years) of "
        f"{terms.hours_a_day:g} hours: it saves {money(Quantity(saved, terms.currency))} of electricity a round "
        f"and costs {money(Quantity(extra, terms.currency))} more."
    )
    return BreakEven(**names, days=days, text=text)


def verdict(
    rigs: Sequence[Estimate],
    scored: Sequence[Score],
    chances: Chances | None,
    changes: Sequence[Change],
    terms: Terms,
    searched: Searched | None = None,
) -> Verdict:
    """Return which rig to take of those that keep to the limits, how sure that is, and what would change it."""
    totals = {one.name: one.total for one in scored}
    if not rigs:
        text = "A search compares no rigs; its front names those worth comparing."
        text = searched.lacking if searched is not None and searched.lacking else text
        return Verdict(rig=None, text=text, reasons=(), flips=())
    over = {one.rig.name: why for one in rigs if (why := broken(one, terms))}
    if len(rigs) == 1:
        return _alone(rigs[0], totals[rigs[0].rig.name], over, _unknown(rigs, scored, terms))
    serving, kept = [one for one in rigs if one.serves], allowed(rigs, terms)
    judged = {one.rig.name for one in kept or serving}
    told = "".join(_useless(one) for one in rigs) + "".join(f" {name} {why}." for name, why in over.items())
    told += _unknown(kept or serving, [score for score in scored if score.name in judged], terms)
    if not kept:
        return Verdict(rig=None, text=f"{_none(rigs)}{told}", reasons=(), flips=_ways_in(rigs, changes, terms))
    if any(totals[one.rig.name] is None for one in kept):
        return Verdict(rig=None, text=f"It cannot be told: a score is not known.{told}", reasons=(), flips=())
    best, *others = sorted((one.rig.name for one in kept), key=lambda name: -(totals[name] or 0.0))
    if others and (totals[best] or 0.0) - (totals[others[0]] or 0.0) < 1e-9:
        return Verdict(rig=None, text=f"{best} and {others[0]} score the same.{told}", reasons=(), flips=())
    second = f", {others[0]} {totals[others[0]]:.1f}" if others else ""
    text = f"{best}: {totals[best]:.1f} of 10{second}.{told}{_sure(chances, best)}"
    one = next(one for one in rigs if one.rig.name == best)
    pros, cons = reasons(one, [other for other in kept if other is not one], terms)
    said = [*(f"For {best}: {pro}" for pro in pros), *(f"Against {best}: {con}" for con in cons)]
    return Verdict(rig=best, text=text, reasons=tuple(said), flips=_flips(rigs, changes, terms, best))


def _useless(one: Estimate) -> str:
    """Say why a rig does not serve, empty where it does."""
    kinds = list(one.rig.kinds)
    if one.cannot_train and len(kinds) == 1:
        return f" {one.rig.name}{one.cannot_train[0].removeprefix(str(kinds[0]))}"
    if one.cannot_train:
        return f" {one.rig.name}: {' '.join(one.cannot_train)}"
    return "" if one.best.fits else f" {one.rig.name} does not hold every member."


def _none(rigs: Sequence[Estimate]) -> str:
    """Say why no rig can be taken."""
    training = [one for one in rigs if not one.cannot_train]
    if not training:
        return "sextet cannot train on any of these rigs."
    if not any(one.best.fits for one in training):
        which = "No rig" if len(training) == len(rigs) else "No rig that sextet trains on"
        return f"{which} holds the members. Lower --batch, --lookback or --wider, or leave members out."
    which = "No rig" if all(one.serves for one in rigs) else "No rig that can be used"
    return f"{which} keeps to the limits."


def _sure(chances: Chances | None, best: str) -> str:
    if chances is None:
        return ""
    shares = [f"{percent(wins[best])} on {_CRITERIA[name]}" for name, wins in chances.wins.items()]
    return f" Over what the planner is unsure of it wins {', '.join(shares)}."


_CRITERIA = {"time": "time", "cost": "cost of a round", "score": "the score"}


def _unknown(rigs: Sequence[Estimate], scored: Sequence[Score], terms: Terms) -> str:
    """Say which parts the scores leave out, since they are not known of every rig, and whose budget is not known."""
    left = [
        f"{name} (weight {weight:g})"
        for name, weight in (scored[0].weights.items() if scored else ())
        if weight > 0 and any(one.parts[name] is None for one in scored)
    ]
    unpriced = " and ".join(one.rig.name for one in rigs if one.price is None)
    why = f": no list has a price of {unpriced}" if unpriced else ""
    said = f" The score{'s leave' if len(rigs) > 1 else ' leaves'} out {' and '.join(left)}{why}." if left else ""
    if terms.budget is not None and unpriced:
        said += f" Whether {unpriced} keeps to the budget is not known."
    return said


def _alone(one: Estimate, total: float | None, over: Mapping[str, str], unknown: str) -> Verdict:
    if not one.serves:
        what = _useless(one).strip()
        more = "" if one.cannot_train else " Lower --batch, --lookback or --wider, or leave members out."
        return Verdict(rig=None, text=f"{what}{more}", reasons=(), flips=())
    name = one.rig.name
    scored = "" if total is None else f" It scores {total:.1f} of 10 beside itself alone; name another rig to compare."
    limits = f", but {over[name]}" if name in over else ""
    takes = took(one.best.seconds.value)
    text = f"{name} holds every member and trains them, in one round, in {takes}{limits}.{scored}{unknown}"
    return Verdict(rig=None if name in over else name, text=text, reasons=(), flips=())


def _flips(rigs: Sequence[Estimate], changes: Sequence[Change], terms: Terms, best: str) -> tuple[str, ...]:
    said, seen = [], set()
    words = {"score": "scores best", "time": "is fastest", "cost": "is cheapest a round", LIMITS: "keeps to the limits"}
    for name, does in words.items():
        for change in changes:
            if name in change.flips and (name, change.group) not in seen:
                seen.add((name, change.group))
                winners = {"score": change.best, "time": change.fastest, "cost": change.cheapest, LIMITS: "no rig"}
                what = change.what.replace("that host", change.group)
                said.append(f"With {what} {winners[name]} {does}.")
    said += [*_prices(rigs, terms), *_limits(rigs, terms)]
    if not any("score" in change.flips or LIMITS in change.flips for change in changes):
        said.append(f"Nothing else that was tried takes the best score from {best}.")
    return tuple(said)


def _prices(rigs: Sequence[Estimate], terms: Terms) -> Iterator[str]:
    """Yield at which price of each rig another scores best."""
    for place, one in enumerate(rigs):
        turned = turning_price(rigs, place, terms)
        if turned is None or one.price is None:
            continue
        (winner, price), name, now = turned, one.rig.name, money(one.price.quantity)
        if terms.budget is None or price != terms.told(terms.budget):
            yield f"If {name} costs {money(price)} instead of {now}, {winner} scores best."
        elif winner != name:
            yield f"If {name} costs more than {money(price)} instead of {now}, {winner} scores best."
        else:
            yield f"At {money(price)} or less instead of {now} {name} keeps to the budget and scores best."


def _limits(rigs: Sequence[Estimate], terms: Terms) -> Iterator[str]:
    """Yield which other limit lets another rig be the verdict."""
    for limit, name, needed in turning_limits(rigs, terms):
        amount = f"{digits_up(needed)} {terms.currency if limit == 'budget' else 'h a round'}"
        asked = terms.budget if limit == "budget" else f"{terms.hours_limit:g} h"
        yield f"With a {_ASKED[limit]} of {amount} instead of {asked}, {name} scores best."


_ASKED = {"budget": "budget", "hours": "deadline"}


def _ways_in(rigs: Sequence[Estimate], changes: Sequence[Change], terms: Terms) -> tuple[str, ...]:
    """Return what would let a rig keep to limits that none keeps to."""
    said: dict[str, str] = {}
    for change in changes:
        found = change.best or change.fastest
        if found is not None:
            what = change.what.replace("that host", change.group)
            said.setdefault(change.group, f"With {what} {found} keeps to the limits.")
    return (*said.values(), *_prices(rigs, terms), *_limits(rigs, terms))
