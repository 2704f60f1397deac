"""What is odd about rules that are each valid: they contradict each other, never hold or are never valid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.core.quantiles import LEVELS
from sextet.core.window import WindowIndex
from sextet.rules.action import Action
from sextet.rules.rule import Rule
from sextet.rules.scene import Reals, Scene
from sextet.rules.vocabulary import CLOCK, TIME_OF_DAY

Mask = NDArray[np.bool_]
Amount = tuple[Rule, Mask, Reals]

_FIRST, _LAST = 2024, 2028  # years of the calendar on which rules are tried without data
_MOST_YEARS = 30
_FINE_YEARS = 6  # years up to which every half hour is tried, beyond them every hour
_SHOWN = 20


def contradictions(rules: Sequence[Rule], scene: Scene | None = None) -> list[str]:
    """Say what is odd, one sentence each.

    Args:
        rules: each of them valid.
        scene: past windows to try them on; None: rules that need nothing but the clock are tried on a calendar.
    """
    found = [*_repeated(rules), *_never_valid(rules)]
    where = "in the data" if scene else "on a calendar of half hours"
    tried_on = "in the windows that were tried, late in the data" if scene else where
    tried = [rule for rule in rules if scene is not None or _clock_only(rule)]
    if not tried:
        return found
    scene = scene or _calendar(tried)
    held = [(rule, rule.holds(scene)) for rule in tried]
    empty = {rule.name for rule in rules if _span(rule)}
    for rule, mask in held:
        if not mask.any() and rule.name not in empty:
            found.append(f"Rule {rule.name!r} never holds {tried_on}: {_why(rule, scene)}.")
    return [*found, *_opposed(held, scene, where)]


def _repeated(rules: Sequence[Rule]) -> Iterator[str]:
    names = [rule.name for rule in rules]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        yield f"{names.count(name)} rules are called {name!r}; notes and explanations cannot tell them apart."


def _never_valid(rules: Sequence[Rule]) -> Iterator[str]:
    for rule in rules:
        if _span(rule):
            yield f"Rule {rule.name!r} is never valid: its valid-to lies before its valid-from."


def _span(rule: Rule) -> bool:
    """Whether a rule ends before it begins."""
    return rule.valid_from is not None and rule.valid_to is not None and bool(rule.valid_to <= rule.valid_from)


def _why(rule: Rule, scene: Scene) -> str:
    """Guess why a rule never holds."""
    if not rule.covers(scene.panel.ids).any():
        return f"no series is named {', '.join(rule.series or ())}"
    if scene.daily and TIME_OF_DAY in rule.condition_uses.needs:
        return "it asks for a time of day, and steps last a day or more"
    if "spike_probability" in rule.condition_uses.names and scene.spike_probability is None:
        return "it asks for the probability of a spike, which only a run with a Spike Detector gives (--run)"
    local = scene.local.view("datetime64[ns]")
    if local.size and rule.valid_from is not None and rule.valid_from > local.max():
        return "it is valid only after the data"
    if local.size and rule.valid_to is not None and rule.valid_to <= local.min():
        return "it is valid only before the data"
    return "its condition is false or unknown at every step"


def _opposed(held: Sequence[tuple[Rule, Mask]], scene: Scene, where: str) -> Iterator[str]:
    for priority in dict.fromkeys(rule.priority for rule, _ in held):
        acting = [(rule, mask) for rule, mask in held if rule.priority == priority and mask.any()]
        sets = list(_amounts(acting, ("set", "closed"), scene))
        floors, caps = list(_amounts(acting, ("floor",), scene)), list(_amounts(acting, ("cap",), scene))
        said = 0
        if sets and _differ(sets):
            for (one, a, x), (other, b, y) in combinations(sets, 2):
                steps = int((a & b & (x != y)).sum())
                if steps and one is not other and (said := said + 1) <= _SHOWN:
                    yield (
                        f"Rules {one.name!r} and {other.name!r} set different values at {steps:,} steps {where}, with "
                        f"the same priority {priority}: the later one wins. Give them different priorities."
                    )
        for low, a, x in floors:
            for high, b, y in caps:
                steps = int((a & b & (y < x)).sum())
                if steps and (said := said + 1) <= _SHOWN:
                    yield (
                        f"The cap of {high.name!r} lies below the floor of {low.name!r} at {steps:,} steps {where}, "
                        f"with the same priority {priority}: the later one wins. Change one of them."
                    )


def _amounts(acting: Sequence[tuple[Rule, Mask]], kinds: tuple[str, ...], scene: Scene) -> Iterator[Amount]:
    for rule, mask in acting:
        for action in rule.actions:
            if action.kind in kinds and _known(action, scene):
                amount = action.amount(scene)
                yield rule, mask & np.isfinite(amount), amount


def _known(action: Action, scene: Scene) -> bool:
    """Whether its value can be read without a forecast, or there is one."""
    only_clock = len(scene.panel.y) == 0
    return not only_clock or action.value is None or action.value.uses.needs <= {CLOCK, TIME_OF_DAY}


def _differ(sets: Sequence[Amount]) -> bool:
    low, high = np.full(sets[0][1].shape, np.inf), np.full(sets[0][1].shape, -np.inf)
    for _, mask, amount in sets:
        low, high = np.where(mask, np.minimum(low, amount), low), np.where(mask, np.maximum(high, amount), high)
    return bool((high > low).any())


def _clock_only(rule: Rule) -> bool:
    needs, names = rule.condition_uses.needs, rule.condition_uses.names
    return needs <= {CLOCK, TIME_OF_DAY} and rule.series is None and not names & {"series", "step", "horizon"}


def _calendar(rules: Sequence[Rule]) -> Scene:
    """A scene of stamps alone, over the years in which rules begin or end to be valid, and some more."""
    years = [
        int(edge.astype("datetime64[Y]").astype(int)) + 1970
        for rule in rules
        for edge in (rule.valid_from, rule.valid_to)
        if edge is not None
    ]
    first = min([_FIRST, *years])
    last = min(max([_LAST, *years]), first + _MOST_YEARS - 1)
    frequency = Frequency.parse("30min" if last - first < _FINE_YEARS else "h")
    edges = np.array([f"{first}-01-01", f"{last + 1}-01-01"], dtype="datetime64[ns]")
    low, high = frequency.ordinals(edges).tolist()
    none = np.zeros(0, dtype=np.float32)
    panel = Panel(
        ids=("",),
        frequency=frequency,
        offsets=np.zeros(2, dtype=np.int64),
        first=np.array([low]),
        known=np.zeros(1, dtype=np.int64),
        y=none.astype(np.float64),
        past=none.reshape(0, 0),
        future=none.reshape(0, 0),
        static=np.zeros((1, 0), dtype=np.float32),
    )
    index = WindowIndex(series=np.zeros(1, dtype=np.int32), row=np.zeros(1, dtype=np.int64))
    return Scene(panel=panel, index=index, quantiles=np.zeros((1, high - low, len(LEVELS))), levels=LEVELS)
