"""The tables of a plan's report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sextet.planner.comparison import Comparison
from sextet.planner.figures import Figure, Quoted, plain_figure
from sextet.planner.rig_plan import RigPlan
from sextet.planner.sensitivity import LIMITS
from sextet.planner.simulation import ERRORS
from sextet.report.naming import shown
from sextet.report.plain import clipped, column, number
from sextet.report.plan_text import GIB, beyond_limits, ends_text, money_text
from sextet.report.view import Cell, Table

_MOST_ROWS = 400
_NAME = 60


def rigs_table(comparison: Comparison) -> Table:
    """Each rig with its answer: time, price, energy, forecasts, score and sub-scores."""
    parts = list(dict.fromkeys(name for rig in comparison.rigs for name in rig.score.parts))
    asked = any(rig.within for rig in comparison.rigs)
    limits = [column("limits", "Limits", "text", hint="whether it keeps to those asked for")] if asked else []
    columns = [
        column("rig", "Rig", "text"),
        column("trains", "Trains", "text", hint="whether sextet can train on its cards"),
        column("fits", "Fits", "text", hint="whether every member fits the card it is placed on"),
        *limits,
        column("time", "Time", "duration", hint="of a round of training, early stopping not counted on"),
        column("ends", "80 % interval", "text"),
        column("placement", "Placement", "text"),
        column("precision", "Precision", "text"),
        column("score", "Score", "points", "out of 10"),
        *(column(f"part_{name}", name.capitalize(), "points", "out of 10") for name in parts),
        column("price", "Price", "text", hint="of the cards alone, and the list that it was read from"),
        column("training", "A round", "text", hint="electricity and a share of the purchase"),
        column("energy", "Energy", "short", "kWh", "of a round"),
        column("power", "Power", "integer", "W", "while it trains"),
        column("latency", "Latency", "duration", hint="a forecast of one window by all networks"),
        column("throughput", "Throughput", "integer", "windows/s"),
    ]
    best = comparison.verdict.rig
    return _table(columns, [_rig(one, parts) for one in comparison.rigs], marked=best, names=comparison)


def _rig(one: RigPlan, parts: list[str]) -> dict[str, Cell]:
    price, training = one.money.price, one.money.training
    return {
        "rig": clipped(one.name, _NAME),
        "trains": "no" if one.cannot_train else "yes",
        "fits": "yes" if one.fits else "no",
        "limits": beyond_limits(one).lower() or ("not known" if None in one.within.values() else "within"),
        "time": one.seconds.value,
        "ends": ends_text(one.seconds.low, one.seconds.high),
        "placement": one.chosen,
        "precision": one.precision.precision,
        "score": _rounded(one.score.total),
        **{f"part_{name}": _rounded(one.score.parts.get(name)) for name in parts},
        "price": "–" if price is None else _price(price, one.money.lists),
        "training": "–" if training is None else money_text(training.value, training.unit),
        "energy": number(one.money.energy.value, 3),
        "power": number(one.money.power.value, 3),
        "latency": one.inference.latency.value,
        "throughput": number(one.inference.throughput.value, 3),
    }


def _price(price: Quoted, lists: Sequence[str]) -> str:
    return f"{money_text(price.quantity.value, price.quantity.unit)} ({', '.join(lists)})"


def members_table(comparison: Comparison) -> Table:
    """How long each member trains on each rig, and what limits it."""
    columns = [
        column("name", "Member", "text"),
        column("rig", "Rig", "text"),
        column("cards", "Cards", "text"),
        column("seconds", "Time", "duration"),
        column("ends", "80 % interval", "text"),
        column("step", "A step", "duration"),
        column("batch", "Windows", "integer", "a card"),
        column("limited", "Limited by", "text"),
        column("why", "Why", "text"),
    ]
    rows: list[dict[str, Cell]] = [
        {
            "name": shown(one.member),
            "rig": clipped(rig.name, _NAME),
            "cards": ", ".join(map(str, one.cards)) if one.cards else "host",
            "seconds": one.seconds.value,
            "ends": ends_text(one.seconds.low, one.seconds.high),
            "step": None if one.step is None else one.step.value,
            "batch": one.batch if one.cards else None,
            "limited": one.limited_by,
            "why": one.why,
        }
        for rig in comparison.rigs
        for one in rig.placement.members
    ]
    return _table(columns, rows)


def memory_table(comparison: Comparison) -> Table:
    """What each member needs on each card."""
    columns = [
        column("name", "Member", "text"),
        column("rig", "Rig", "text"),
        column("card", "Card", "text"),
        column("peak", "Peak", "short", "GiB"),
        column("low", "From", "short", "GiB", "lower end of the 80 % interval"),
        column("high", "To", "short", "GiB", "upper end of the 80 % interval"),
        column("usable", "To be had", "short", "GiB"),
        column("largest", "Largest activation", "text"),
        column("fits", "Fits", "text"),
    ]
    rows: list[dict[str, Cell]] = [
        {
            "name": shown(one.member),
            "rig": clipped(rig.name, _NAME),
            "card": f"{one.card}: {rig.cards[one.card].name}",
            "peak": number(one.total / GIB, 3),
            "low": number(one.peak.low / GIB, 3),
            "high": number(one.peak.high / GIB, 3),
            "usable": number(one.usable / GIB, 3),
            "largest": one.layers[0][0] if one.layers else "–",
            "fits": "yes" if one.fits else "no",
        }
        for rig in comparison.rigs
        for one in rig.placement.memory
    ]
    return _table(columns, rows)


def room_table(comparison: Comparison) -> Table:
    """What each kind of card has room for."""
    rooms = {one.card: one for rig in comparison.rigs for one in rig.room}
    members = list(dict.fromkeys(name for one in rooms.values() for name in one.largest_batch))
    columns = [
        column("card", "Card", "text"),
        *(column(f"batch_{k}", shown(name), "integer", "windows") for k, name in enumerate(members)),
        column("width", "Widest PatchTST", "integer"),
        column("patches", "Longest PatchTST", "integer", "patches"),
    ]
    rows: list[dict[str, Cell]] = [
        {
            "card": one.card,
            **{f"batch_{k}": one.largest_batch.get(name) for k, name in enumerate(members)},
            "width": one.patchtst_width,
            "patches": one.patchtst_patches,
        }
        for one in rooms.values()
    ]
    return _table(columns, rows)


def wins_table(comparison: Comparison) -> Table:
    """Shares of draws that each rig wins."""
    rigs = list(comparison.chances.seconds) if comparison.chances is not None else []
    columns = [
        column("criterion", "Wins on", "text"),
        *(column(f"rig_{k}", clipped(name, 40), "drawn") for k, name in enumerate(rigs)),
    ]
    wins = comparison.chances.wins if comparison.chances is not None else {}
    rows: list[dict[str, Cell]] = [
        {"criterion": criterion, **{f"rig_{k}": shares.get(name, 0.0) for k, name in enumerate(rigs)}}
        for criterion, shares in wins.items()
    ]
    return _table(columns, rows)


def ratio_table(comparison: Comparison) -> Table | None:
    """How many times longer each rig takes than the first; None where there is no other."""
    found = comparison.chances
    if found is None or not found.ratios:
        return None
    columns = [
        column("rig", "Rig", "text"),
        column(
            "middle",
            "Times as long",
            "short",
            hint=f"as {clipped(next(iter(found.seconds)), _NAME)}, median of the draws",
        ),
        column("low", "From", "short", hint="10 % of the draws are below"),
        column("high", "To", "short", hint="10 % of the draws are above"),
    ]
    rows: list[dict[str, Cell]] = [
        {"rig": clipped(name, _NAME), "middle": number(middle, 3), "low": number(low, 3), "high": number(high, 3)}
        for name, (low, middle, high) in found.ratios.items()
    ]
    return _table(columns, rows)


def front_table(comparison: Comparison) -> Table:
    """The rigs on the front and those asked for, by time."""
    columns = [
        column("rig", "Rig", "text"),
        column("time", "Time", "duration"),
        column("price", "Price", "text"),
        column("energy", "Energy", "short", "kWh"),
        column("watts", "Power", "integer", "W"),
        column("placement", "Placement", "text"),
        column("precision", "Precision", "text"),
        column("trains", "Trains", "text"),
        column("fits", "Fits", "text"),
        column("front", "On the front", "text"),
    ]
    asked = {text for one in comparison.rigs for text in (one.name, one.text)}
    kept = sorted((one for one in comparison.front if one.front or one.rig in asked), key=lambda one: one.seconds.value)
    rows: list[dict[str, Cell]] = [
        {
            "rig": clipped(one.rig, _NAME),
            "time": one.seconds.value,
            "price": money_text(one.price, one.unit or "?"),
            "energy": number(one.kwh, 3),
            "watts": number(one.watts, 3),
            "placement": one.placement,
            "precision": one.precision,
            "trains": "yes" if one.trains else "no",
            "fits": "yes" if one.fits else "no",
            "front": "yes" if one.front else "no",
        }
        for one in kept
    ]
    return _table(columns, rows)


def sensitivity_table(comparison: Comparison) -> Table | None:
    """What changes the answer; None where nothing was changed."""
    if not comparison.sensitivity:
        return None
    names = [one.name for one in comparison.rigs]
    columns = [
        column("what", "Changed", "text"),
        column("flips", "Another winner on", "text"),
        column("fastest", "Fastest", "text"),
        column("cheapest", "Cheapest", "text"),
        column("best", "Best score", "text"),
        *(column(f"time_{k}", f"Time, {clipped(name, 40)}", "duration") for k, name in enumerate(names)),
        *(column(f"score_{k}", f"Score, {clipped(name, 40)}", "points") for k, name in enumerate(names)),
    ]
    rows: list[dict[str, Cell]] = [
        {
            "what": one.what,
            "flips": "none keeps to the limits" if LIMITS in one.flips else ", ".join(one.flips) or "nothing",
            "fastest": clipped(one.fastest or "–", _NAME),
            "cheapest": clipped(one.cheapest or "–", _NAME),
            "best": clipped(one.best or "–", _NAME),
            **{f"time_{k}": one.seconds.get(name) for k, name in enumerate(names)},
            **{f"score_{k}": _rounded(one.total.get(name)) for k, name in enumerate(names)},
        }
        for one in comparison.sensitivity
    ]
    return _table(columns, rows)


def software_table(comparison: Comparison) -> Table:
    """Until when software serves each card."""
    ends = {one.card: one for rig in comparison.rigs for one in rig.software}
    columns = [
        column("card", "Card", "text"),
        column("ends", "Last driver is looked after until", "text"),
        column("years", "Years left", "points"),
        column("risk", "Risk", "text"),
        column("sources", "Sources", "text"),
    ]
    rows: list[dict[str, Cell]] = [
        {
            "card": one.card,
            "ends": one.ends or "no end is known",
            "years": _rounded(one.years),
            "risk": f"Cannot train: {one.cannot_train}." if one.cannot_train else one.risk,
            "sources": "; ".join(one.sources) or "–",
        }
        for one in ends.values()
    ]
    return _table(columns, rows)


def sources_table(comparison: Comparison) -> Table:
    """Every number with its kind, its interval and where it comes from."""
    columns = [
        column("what", "Number", "text"),
        column("of", "Of", "text"),
        column("value", "Value", "short"),
        column("low", "From", "short"),
        column("high", "To", "short"),
        column("unit", "Unit", "text"),
        column("share", "Interval", "text"),
        column("kind", "Kind", "text"),
        column("source", "Source", "text"),
        column("date", "Date", "text"),
    ]
    return _table(columns, [_source(what, of, figure) for what, of, figure in _figures(comparison)])


def errors_table() -> Table:
    """How far off the formulas of time were on cards that were left out when they were fitted, by class of kernels."""
    columns = [
        column("class", "Class of kernels", "text"),
        column("time", "Error of a time", "percent", hint="median over kernels of cards that were left out"),
        column("ratio", "Error of the ratio of two cards", "percent", hint="likewise"),
        column("source", "Source", "text"),
    ]
    rows: list[dict[str, Cell]] = [
        {"class": name, "time": 100 * time, "ratio": 100 * ratio, "source": "docs/planner-model.md"}
        for name, (time, ratio) in ERRORS.items()
    ]
    return _table(columns, rows)


def _figures(comparison: Comparison) -> Iterator[tuple[str, str, Figure]]:
    question = comparison.question
    yield "electricity", "the question", question.electricity
    yield "won a dollar", "the question", question.won_per_dollar
    for rig in comparison.rigs:
        money = rig.money
        figures: Mapping[str, Figure | None] = {
            "time of a round": rig.seconds,
            "latency of a forecast": rig.inference.latency,
            "throughput of forecasts": rig.inference.throughput,
            "price of the cards": money.price,
            "power": money.power,
            "energy of a round": money.energy,
            "electricity of a round": money.energy_cost,
            "cost of a round": money.training,
        }
        for what, figure in figures.items():
            if figure is not None:
                yield what, rig.name, figure
        for one in rig.placement.members:
            if one.step is not None:
                yield f"a step of {shown(one.member)}", rig.name, one.step
        largest = max(rig.placement.memory, key=lambda one: one.total, default=None)
        if largest is not None:
            yield f"memory of {shown(largest.member)}", rig.name, largest.peak


def _source(what: str, of: str, figure: Figure) -> dict[str, Cell]:
    plain: dict[str, Any] = plain_figure(figure)
    share = plain["share"]
    notes = "; ".join(plain["notes"])
    source = plain["source"] or "the planner's formulas"
    return {
        "what": what,
        "of": clipped(of, _NAME),
        **{name: number(plain[name], 4) for name in ("value", "low", "high")},
        "unit": plain["unit"],
        "share": "–" if share is None else f"{100 * share:.0f} %{', extrapolated' if plain['extrapolated'] else ''}",
        "kind": plain["kind"],
        "source": f"{source}; {notes}" if notes else source,
        "date": plain["date"] or "–",
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1) + 0.0


def _table(
    columns: list[Any], rows: list[dict[str, Cell]], *, marked: str | None = None, names: Comparison | None = None
) -> Table:
    """Return a table of at most so many rows; the row of the rig `marked` stands out."""
    place = next((k for k, one in enumerate(names.rigs) if one.name == marked), None) if names is not None else None
    left = f"{len(rows) - _MOST_ROWS} further rows are left out." if len(rows) > _MOST_ROWS else ""
    return {"columns": columns, "rows": rows[:_MOST_ROWS], "marked": place, "note": left}
