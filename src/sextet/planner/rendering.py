"""The planner's answer on a terminal: the verdict first, then figures side by side, then each rig."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sextet.planner.comparison import Comparison
from sextet.planner.figures import Prediction, Quantity, Quoted
from sextet.planner.rig_plan import PlacementPlan, RigPlan, SoftwareEnd
from sextet.planner.wording import digits, gib, interval, money, percent, took

WIDTH = 100
"""Columns of an answer as text."""

BAR = 48
"""Signs of the longest bar of a timeline."""

_FRONT = 30
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def text(answer: Comparison) -> str:
    """Return an answer as plain text."""
    console = Console(file=io.StringIO(), width=WIDTH, highlight=False, emoji=False, markup=False, color_system=None)
    console.print(answer, crop=False)
    file: Any = console.file
    return "\n".join(line.rstrip() for line in str(file.getvalue()).splitlines())


def parts(answer: Comparison) -> Iterator[RenderableType]:
    """Yield what an answer shows."""
    yield from _titled("Verdict", [answer.verdict.text])
    if answer.verdict.reasons:
        yield from _listed(None, answer.verdict.reasons)
    if answer.verdict.flips:
        yield from _listed("What would change it", answer.verdict.flips)
    yield _asked(answer)
    if answer.rigs:
        yield _side_by_side(answer)
    for rig in answer.rigs:
        yield from _rig(rig, answer.question.batch)
    yield from _compared(answer)
    if len(answer.front) > len(answer.rigs):
        yield _front(answer)
    yield from _listed("Notes", answer.notes)
    yield from _listed("Assumed", answer.assumptions)


def _titled(title: str, lines: Sequence[str]) -> Iterator[RenderableType]:
    yield Text(title, style="bold")
    yield Padding(Text("\n".join(lines)), (0, 0, 1, 2))


def _listed(title: str | None, lines: Sequence[str]) -> Iterator[RenderableType]:
    if not lines:
        return
    if title:
        yield Text(title, style="bold")
    table = Table.grid(padding=(0, 1))
    table.add_column(width=2)
    table.add_column(overflow="fold")
    for line in lines:
        table.add_row(" -", line)
    yield Padding(table, (0, 0, 1, 0))


def _asked(answer: Comparison) -> RenderableType:
    asked = answer.question
    pairs = (
        ("members", ", ".join(asked.members)),
        ("data", f"{asked.data}; {asked.windows:,} windows, horizon {asked.horizon}, lookback {asked.lookback}"),
        (
            "training",
            f"a round of at most {asked.epochs} epochs of {asked.steps} steps of {asked.batch} windows a network",
        ),
        ("prices", ", ".join(asked.price_lists)),
        ("software", asked.software),
    )
    table = Table.grid(padding=(0, 2))
    for name, value in pairs:
        table.add_row(f"  {name}", value)
    return Padding(table, (0, 0, 1, 0))


def _table(title: str | None, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for place, column in enumerate(columns):
        table.add_column(column, justify="left" if place == 0 else "right", overflow="fold")
    return table


def _side_by_side(answer: Comparison) -> RenderableType:
    table = _table("Side by side (80 % intervals)", "", *(rig.name for rig in answer.rigs))
    for name, show in _rows(answer):
        table.add_row(name, *(show(rig) for rig in answer.rigs))
    return Padding(table, (0, 0, 1, 0))


def _rows(answer: Comparison) -> Iterator[tuple[str, Callable[[RigPlan], str]]]:
    chances = answer.chances
    if any(rig.cannot_train for rig in answer.rigs):
        yield "sextet trains on it", lambda rig: "NO" if rig.cannot_train else "yes"
    yield "fits", lambda rig: "yes" if rig.fits else "NO"
    yield "a round of training", lambda rig: interval(rig.seconds)
    if chances:
        yield "  simulated", lambda rig: _simulated(chances.seconds.get(rig.name))
    yield "placement", lambda rig: rig.chosen if len(rig.cards) > 1 else "one after another"
    if any(len(rig.cards) > 1 for rig in answer.rigs):
        for place in ("on cards of their own", "over all cards"):
            yield f"  {place}", lambda rig, place=place: _placed(rig, place)  # type: ignore[misc]
    yield "precision", lambda rig: f"{rig.precision.precision}, {rig.precision.unit}"
    yield "one window", lambda rig: interval(rig.inference.latency)
    yield "windows a second", lambda rig: _figure(rig.inference.throughput)
    yield "price of the cards", lambda rig: _price(rig.money.price)
    yield "  from the list", lambda rig: ", ".join(rig.money.lists) or "-"
    yield "power in training", lambda rig: _figure(rig.money.power)
    yield "energy of a round", lambda rig: _figure(rig.money.energy)
    yield "cost of a round", lambda rig: _figure(rig.money.training) if rig.money.training else "not known"
    yield "software ends", lambda rig: ", ".join(dict.fromkeys(map(_end, rig.software)))
    yield "score, of 10", lambda rig: _score(rig.score.total)
    for name, weight in answer.question.weights.items():
        yield f"  {name}, weight {weight:g}", lambda rig, name=name: _score(rig.score.parts.get(name))  # type: ignore[misc]
    for limit in dict.fromkeys(name for rig in answer.rigs for name in rig.within):
        yield _WITHIN[limit], lambda rig, limit=limit: _yes(rig.within.get(limit))  # type: ignore[misc]


_WITHIN = {"hours": "within the deadline, one round", "budget": "within the budget"}


def _placed(rig: RigPlan, placement: str) -> str:
    if len(rig.cards) == 1:  # there both are the same
        return "-"
    found = next((one for one in rig.placements if one.placement == placement), None)
    return took(found.seconds.value) if found else "-"


def _yes(value: bool | None) -> str:
    return "not known" if value is None else "yes" if value else "NO"


def _score(value: float | None) -> str:
    return "not known" if value is None else f"{value:.1f}"


def _simulated(ends: tuple[float, float, float] | None) -> str:
    return "-" if ends is None else f"{took(ends[0])} to {took(ends[2])}"


def _end(one: SoftwareEnd) -> str:
    if one.cannot_train:
        return "cannot train"
    if one.years is None:
        return "no end known"
    return one.ends or "ended already"


def _figure(figure: Prediction) -> str:
    return f"{digits(figure.value)} {figure.unit} ({digits(figure.low)} to {digits(figure.high)})"


def _price(price: Quoted | None) -> str:
    if price is None:
        return "not known"
    if price.low is None or price.high is None or price.low == price.high:
        return money(price.quantity)
    return f"{money(price.quantity)} ({digits(price.low.value)} to {digits(price.high.value)})"


def _rig(rig: RigPlan, batch: int) -> Iterator[RenderableType]:
    yield Text(f"{rig.name}: {rig.text}" if rig.text != rig.name else rig.name, style="bold")
    yield Padding(_timeline(rig.placement, rig), (0, 0, 0, 2))
    yield _members(rig.placement)
    facts = [rig.why, rig.precision.why, *rig.limits, rig.heat]
    for room in rig.room:
        sizes = ", ".join(f"{name} {most:,}" for name, most in room.largest_batch.items())
        facts.append(f"Largest batch on one {room.card}: {sizes}.")
        if room.patchtst_width is not None:
            facts.append(
                f"Largest PatchTST on one {room.card} at a batch of {batch:,}: {room.patchtst_width:,} wide, or "
                f"{room.patchtst_patches or 0:,} patches long."
            )
    facts += [f"{one.card}: {one.risk}" for one in rig.software if not one.cannot_train]
    yield from _listed(None, facts)
    yield from _listed("For it", rig.pros)
    yield from _listed("Against it", rig.cons)
    price = rig.money.price
    said = () if price is None else (f"Price of the cards: {price.source}, {price.date}.",)
    yield from _listed("To know", (*rig.notes, *said, *rig.money.notes, *rig.score.notes))


def _timeline(placement: PlacementPlan, rig: RigPlan) -> RenderableType:
    """A row a card: who is on it from when to when, drawn to scale."""
    last = max((slot.end for slot in placement.timeline), default=1.0)
    table = Table.grid(padding=(0, 2))
    for card in [*placement.cards, None]:
        slots = [slot for slot in placement.timeline if slot.card == card]
        if not slots:
            continue
        name = "processor" if card is None else f"card {card}"
        bar, at = "", 0
        for slot in slots:
            first, end = round(slot.start / last * BAR), round(slot.end / last * BAR)
            sign = "." if slot.member == "start-up" else slot.member[0].upper()
            bar += " " * (first - at) + sign * (end - first)
            at = end
        named = ", ".join(f"{slot.member} {took(slot.end)}" for slot in slots if slot.member != "start-up")
        table.add_row(name, bar.ljust(BAR), named)
    for number in sorted({card.number for card in rig.cards} - set(placement.cards)):
        table.add_row(f"card {number}", "-" * BAR, "unused")
    return table


def _members(placement: PlacementPlan) -> RenderableType:
    table = _table(None, "member", "cards", "step", "batch on host", "all", "limited by", "GiB", "of")
    stacks = {stack.member: stack for stack in placement.memory}
    for one in placement.members:
        stack = stacks.get(one.member)
        table.add_row(
            one.member,
            ", ".join(map(str, one.cards)) or "-",
            interval(one.step) if one.step else "-",
            took(one.input.value) if one.input else "-",
            took(one.seconds.value),
            one.limited_by,
            gib(stack.total) if stack else "-",
            gib(stack.usable) if stack else "-",
        )
    return table


def _compared(answer: Comparison) -> Iterator[RenderableType]:
    if answer.chances is not None:
        yield _chances(answer)
        yield from _listed(None, answer.chances.assumptions)
    if answer.break_even:
        yield from _listed("Break-even", [one.text for one in answer.break_even])
    if answer.sensitivity:
        yield _sensitivity(answer)


def _chances(answer: Comparison) -> RenderableType:
    found = answer.chances
    if found is None:
        return Text("")
    names = list(found.seconds)
    table = _table(f"How often each wins, {found.draws:,} draws, seed {found.seed}", "", *names)
    for criterion, wins in found.wins.items():
        table.add_row(criterion, *(percent(wins[name]) for name in names))
    for name, (low, middle, high) in found.ratios.items():
        table.add_row(f"time of {name} over {names[0]}", f"{middle:.2f} ({low:.2f} to {high:.2f})")
    return table


def _sensitivity(answer: Comparison) -> RenderableType:
    letters = {rig.name: _LETTERS[place % len(_LETTERS)] for place, rig in enumerate(answer.rigs)}
    legend = ", ".join(f"{letter} {name}" for name, letter in letters.items())
    limited = any(rig.within for rig in answer.rigs)
    none = "alike, not known or none within the limits" if limited else "alike or not known"
    title = f"One thing changed: {legend}; * another winner than as asked, - {none}"
    table = _table(title, "", *(f"time {letter}" for letter in letters.values()), "fastest", "cheapest", "best")
    for change in answer.sensitivity:
        times = [took(seconds) if (seconds := change.seconds[name]) is not None else "-" for name in letters]
        winners = (("time", change.fastest), ("cost", change.cheapest), ("score", change.best))
        marks = [
            f"{'* ' if key in change.flips else ''}{letters[winner] if winner else '-'}" for key, winner in winners
        ]
        table.add_row(change.what, *times, *marks)
    return Padding(table, (0, 0, 1, 0))


def _front(answer: Comparison) -> RenderableType:
    points = [one for one in answer.front if one.front]
    title = f"Best in time, price and energy: {len(points)} of {len(answer.front)} rigs"
    table = _table(title, "rig", "a round", "price", "kWh", "W", "TDP", "placement", "precision")
    for one in points[:_FRONT]:
        price = money(Quantity(one.price, one.unit)) if one.price is not None and one.unit else "-"
        figures = digits(one.kwh), digits(one.watts), digits(one.tdp_w)
        table.add_row(one.rig, interval(one.seconds), price, *figures, one.placement, one.precision)
    return Padding(table, (0, 0, 1, 0))
