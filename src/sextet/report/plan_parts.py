"""What the charts of a plan draw, made of the planner's answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sextet.planner.comparison import Comparison
from sextet.planner.rig_plan import MemoryStack, PlacementPlan, RigPlan, RooflinePoint, Slot
from sextet.report.naming import name_list, shown
from sextet.report.plain import clipped
from sextet.report.plan_tables import front_table, memory_table, ratio_table, wins_table
from sextet.report.plan_text import GIB, beyond_limits
from sextet.report.plan_view import (
    Bar,
    ChancesView,
    Choice,
    Costs,
    Front,
    Lane,
    MemoryChart,
    Roof,
    Roofline,
    Schedule,
    Spending,
    Stack,
    Timeline,
)
from sextet.report.view import Absent, Name

MOST_LANES, MOST_STACKS, MOST_CHOICES, MOST_NAME = 12, 40, 400, 60
_OTHER_SLOT = 11
_RIG_SLOTS = (10, 4, 2, 8, 7, 9, 6, 3)
_PARTS = ("framework", "weights", "gradients", "optimiser", "fixed", "inputs", "activations", "workspace")


def rig_slots(comparison: Comparison) -> dict[str, int]:
    """Return a colour for each rig by its name."""
    return {one.name: _RIG_SLOTS[k % len(_RIG_SLOTS)] for k, one in enumerate(comparison.rigs)}


def member_names(comparison: Comparison) -> list[Name]:
    """Return the members with the colours that they have in every report."""
    return [one for one in name_list(comparison.question.members, []) if one["kind"] == "member"]


def timeline(comparison: Comparison, names: Sequence[Name]) -> Timeline:
    """Return what every card does in every placement of every rig."""
    slots = {one["name"]: one["slot"] for one in names}
    others: dict[str, int] = {}
    schedules = [_schedule(rig, placement, slots, others) for rig in comparison.rigs for placement in rig.placements]
    more: list[Name] = [{"name": name, "kind": "baseline", "slot": slot} for name, slot in others.items()]
    return {"schedules": schedules, "names": [*names, *more]}


def _schedule(rig: RigPlan, plan: PlacementPlan, slots: Mapping[str, int], others: dict[str, int]) -> Schedule:
    """Return one schedule; what is no member gets a grey of its own, noted in `others`."""
    lanes: list[Lane] = []
    seen: dict[tuple[Slot, ...], list[int]] = {}
    cards = dict.fromkeys(slot.card for slot in plan.timeline)
    for card in sorted(cards, key=lambda number: -1 if number is None else number):
        slots_of = [one for one in plan.timeline if one.card == card]
        alike = tuple(Slot(card=None, member=one.member, start=one.start, end=one.end) for one in slots_of)
        if card is not None and alike in seen:
            seen[alike].append(card)
            continue
        bars: list[Bar] = []
        for one in slots_of:
            name = shown(one.member)
            slot = slots.get(name)
            if slot is None:
                slot = others.setdefault(name, _OTHER_SLOT)
            bars.append({"name": clipped(name, MOST_NAME), "slot": slot, "start": one.start, "end": one.end})
        if card is not None:
            seen[alike] = [card]
        lanes.append({"label": "host" if card is None else f"card {card}", "bars": bars})
    for lane, numbers in zip([one for one in lanes if one["label"] != "host"], seen.values(), strict=True):
        if len(numbers) > 1:
            lane["label"] = f"{len(numbers)} cards"
    return {
        "rig": clipped(rig.name, MOST_NAME),
        "placement": plan.placement,
        "precision": plan.precision,
        "chosen": plan.placement == rig.chosen,
        "seconds": plan.seconds.value,
        "low": plan.seconds.low,
        "high": plan.seconds.high,
        "lanes": lanes[:MOST_LANES],
        "left_out": max(0, len(lanes) - MOST_LANES),
        "idle": len(rig.cards) - sum(card is not None for card in cards),
    }


def memory(comparison: Comparison) -> MemoryChart:
    """Return what fills each card of every rig in the chosen placement, cards that hold the same as one."""
    found: list[tuple[RigPlan, str, MemoryStack]] = []
    for rig in comparison.rigs:
        alike: dict[tuple[str, str, float], list[MemoryStack]] = {}
        for one in rig.placement.memory:
            alike.setdefault((one.member, rig.cards[one.card].name, one.total), []).append(one)
        for (member, _, _), same in alike.items():
            cards = f"card {same[0].card}" if len(same) == 1 else f"{len(same)} cards"
            found.append((rig, f"{shown(member)}, {cards}", same[0]))
    stacks: list[Stack] = [
        {
            "rig": clipped(rig.name, MOST_NAME),
            "label": clipped(label, MOST_NAME),
            "parts": [float(getattr(one, part)) / GIB for part in _PARTS],
            "total": one.total / GIB,
            "low": one.peak.low / GIB,
            "high": one.peak.high / GIB,
            "usable": one.usable / GIB,
            "fits": one.fits,
        }
        for rig, label, one in found
    ]
    left = f" {len(stacks) - MOST_STACKS} more are in the table." if len(stacks) > MOST_STACKS else ""
    return {
        "parts": list(_PARTS),
        "stacks": stacks[:MOST_STACKS],
        "table": memory_table(comparison),
        "note": "Data parallel does not add the cards' memory together: what must fit is one card. The thin line is "
        "the "
        f"80 % interval of the whole.{left}",
    }


def roofline(comparison: Comparison, names: Sequence[Name]) -> Roofline | Absent:
    """Return the members on the roofline of each kind of card."""
    slots = {one["name"]: one["slot"] for one in names}
    cards: dict[tuple[str, str], list[RooflinePoint]] = {}
    for rig in comparison.rigs:
        for one in rig.roofline:
            known = cards.setdefault((one.card, one.precision), [])
            if one.flops > 0 and one.bytes > 0 and one not in known:
                known.append(one)
    roofs: list[Roof] = [
        {
            "card": card,
            "precision": precision,
            "peak": max(one.peak for one in points) / 1e9,
            "bandwidth": points[0].bandwidth / 1e9,
            "points": [
                {
                    "name": clipped(shown(one.member), MOST_NAME),
                    "slot": slots.get(shown(one.member), _OTHER_SLOT),
                    "intensity": one.intensity,
                    "achieved": one.achieved / 1e9,
                    "low": one.flops / one.high / 1e9,
                    "high": one.flops / one.low / 1e9,
                }
                for one in points
            ],
        }
        for (card, precision), points in cards.items()
        if points
    ]
    if not roofs:
        return {"absent": "No member has a network, so there is nothing to place on a roofline."}
    there = {point["name"] for roof in roofs for point in roof["points"]}
    return {"roofs": roofs, "names": [one for one in names if one["name"] in there]}


def costs(comparison: Comparison) -> Costs | Absent:
    """Return what rigs have cost by year, those in the currency that most have prices in."""
    slots = rig_slots(comparison)
    units = [one.money.years[0].unit for one in comparison.rigs if one.money.years]
    if not units:
        return {"absent": "No price of these rigs is known, so there is no cost over the years. Name a price list."}
    unit = max(units, key=units.count)
    lines: list[Spending] = []
    for rig in comparison.rigs:
        years = [one for one in rig.money.years if one.unit == unit]
        if years:
            lines.append(
                {
                    "rig": clipped(rig.name, MOST_NAME),
                    "slot": slots[rig.name],
                    "years": [float(one.year) for one in years],
                    "total": [one.purchase + one.electricity for one in years],
                    "low": [one.low for one in years],
                    "high": [one.high for one in years],
                }
            )
    without = [rig.name for rig in comparison.rigs if not rig.money.years or rig.money.years[0].unit != unit]
    left = f"Without a price in {unit}: {', '.join(clipped(name, MOST_NAME) for name in without)}." if without else ""
    return {"unit": unit, "lines": lines, "left_out": left}


def front(comparison: Comparison) -> Front | Absent:
    """Return rigs by price and time, those that fit and have a price in the currency that most have."""
    priced = [
        one for one in comparison.front if one.price is not None and one.unit is not None and one.fits and one.trains
    ]
    if len(priced) < 2:
        return {
            "absent": "Fewer than two rigs have a price, so there is no front. `sextet plan --search` looks at more."
        }
    units = [str(one.unit) for one in priced]
    unit = max(dict.fromkeys(units), key=units.count)
    asked = {text for one in comparison.rigs for text in (one.name, one.text)}
    same = sorted((one for one in priced if one.unit == unit), key=lambda one: (not one.front, one.seconds.value))
    kept = [one for k, one in enumerate(same) if k < MOST_CHOICES or one.front]
    choices: list[Choice] = [
        {
            "rig": clipped(one.rig, MOST_NAME),
            "price": float(one.price or 0.0),
            "seconds": one.seconds.value,
            "low": one.seconds.low,
            "high": one.seconds.high,
            "front": one.front,
            "asked": one.rig in asked,
        }
        for one in kept
        if one.price
    ]
    total = len(comparison.front)
    gone = total - len(choices)
    left = f"{gone} of {total} rigs are not drawn: they do not serve, or have no price in {unit}." if gone else ""
    if not choices:
        return {"absent": "No rig that fits has a price above 0, so there is no front."}
    return {"unit": unit, "choices": choices, "table": front_table(comparison), "left_out": left}


def chances(comparison: Comparison) -> ChancesView | Absent:
    """Return how often each rig wins."""
    found = comparison.chances
    if found is None or not found.wins:
        serves = "serves and keeps to the limits" if any(map(beyond_limits, comparison.rigs)) else "serves"
        return {"absent": f"A single rig that {serves} wins against none; name another to compare."}
    slots = rig_slots(comparison)
    rigs = list(found.seconds)
    return {
        "rigs": [clipped(name, MOST_NAME) for name in rigs],
        "slots": [slots[name] for name in rigs],
        "wins": [
            {"criterion": criterion, "shares": [float(wins.get(name, 0.0)) for name in rigs]}
            for criterion, wins in found.wins.items()
        ],
        "table": wins_table(comparison),
        "ratios": ratio_table(comparison),
        "note": f"{found.draws:,} draws, seed {found.seed}; everything the planner is unsure of is drawn anew each "
        "time.",
        "assumptions": list(found.assumptions),
    }
