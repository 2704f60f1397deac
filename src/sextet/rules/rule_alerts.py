"""Alerts that rules raise, and those that they silence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sextet.core.forecast import Alert, Forecast
from sextet.core.percent import percent
from sextet.core.quantiles import read_quantiles
from sextet.metrics.events import episodes, period
from sextet.metrics.exceedance import mass_above
from sextet.rules.action import Action
from sextet.rules.rule import Rule
from sextet.rules.scene import Reals, Scene

Mask = NDArray[np.bool_]


def raised(rules: Sequence[Rule], scene: Scene, forecast: Forecast) -> tuple[list[Alert], Mask, dict[str, Mask]]:
    """Find the alerts of rules, but those that a rule of the same or a higher priority silences.

    Args:
        rules: all of them.
        scene: of the forecast as it is.
        forecast: W windows.

    Returns:
        The alerts, `[W, H]` where alerts are silenced, and rule name -> `[W, H]` where it alerts or silences.
    """
    heard: dict[str, Mask] = {}
    silenced: list[tuple[int, Mask]] = []
    for rule in rules:
        if rule.mutes:
            where = rule.holds(scene)
            silenced.append((rule.priority, where))
            heard[rule.name] = heard.get(rule.name, False) | where
    found: list[Alert] = []
    for rule in rules:
        if rule.alerts:
            loud = rule.holds(scene)
            for priority, mask in silenced:
                loud = loud & ~mask if priority >= rule.priority else loud
            for action in rule.actions:
                if action.alerts:
                    alerts, steps = _alerts(rule, action, scene, forecast, loud)
                    found += alerts
                    heard[rule.name] = heard.get(rule.name, False) | steps
    muted = np.zeros(scene.shape, dtype=bool)
    for _, mask in silenced:
        muted |= mask
    return found, muted, heard


def _alerts(rule: Rule, action: Action, scene: Scene, forecast: Forecast, where: Mask) -> tuple[list[Alert], Mask]:
    if action.kind == "alert":
        found = [_held(rule, action, forecast, *map(int, row)) for row in episodes(where)]
        return found, where
    level = action.amount(scene)
    mass = mass_above(forecast.quantiles, level, forecast.levels)
    chance = np.nan_to_num(np.where(where, mass if action.kind == "alert_above" else 1.0 - mass, 0.0))
    steps = chance >= action.probability
    median = read_quantiles(forecast.quantiles, (0.5,), forecast.levels)[..., 0]
    beyond = np.maximum(median - level if action.kind == "alert_above" else level - median, 0.0)
    found = [
        _likely(rule, action, forecast, (window, slice(first, last + 1)), (chance, median, beyond))
        for window, first, last in episodes(steps, gap=1).tolist()
    ]
    return found, steps


def _held(rule: Rule, action: Action, forecast: Forecast, window: int, first: int, last: int) -> Alert:
    """The alert of a condition that holds; how likely a spike is there, where that is known."""
    start, end = forecast.stamps[window, first], forecast.stamps[window, last]
    steps = slice(first, last + 1)
    chance = size = float("nan")
    if forecast.spike_probability is not None:
        chance = float(np.max(forecast.spike_probability[window, steps]))
    if forecast.spike_size is not None:
        size = float(np.max(forecast.spike_size[window, steps]))
    when = " ".join(rule.when.text.split()) if rule.when else "the rule holds"
    return Alert(
        series=forecast.ids[window],
        start=start,
        end=end,
        probability=chance,
        size=size,
        severity=action.severity,
        raised_by=f"rule {rule.name!r}",
        rules=(rule.name,),
        tz=forecast.tz,
        reason=f"{action.reason.rstrip('.') or f'It is expected that {when}'}, {period(start, end, forecast.tz)}.",
    )


def _likely(
    rule: Rule, action: Action, forecast: Forecast, place: tuple[int, slice], values: tuple[Reals, Reals, Reals]
) -> Alert:
    """The alert of a level that the target is likely to pass."""
    window, steps = place
    likely, median, beyond = (part[window, steps] for part in values)
    peak = int(np.argmax(likely))
    start, end = forecast.stamps[window, steps.start], forecast.stamps[window, steps.stop - 1]
    side, extreme = ("above", median.max()) if action.kind == "alert_above" else ("below", median.min())
    level = action.value.text if action.value else ""
    return Alert(
        series=forecast.ids[window],
        start=start,
        end=end,
        probability=float(likely[peak]),
        size=float(beyond[peak]),
        severity=action.severity,
        raised_by=f"rule {rule.name!r}",
        rules=(rule.name,),
        tz=forecast.tz,
        reason=(
            f"It is likely to lie {side} {level} {period(start, end, forecast.tz)}, with a probability of "
            f"{percent(float(likely[peak]))} (the rule asks for {percent(action.probability)}); the forecast "
            f"reaches {extreme:.4g}."
        ),
    )
